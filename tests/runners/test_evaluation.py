"""One evaluation: what it plays, what it says, and whose fault a failure is."""

import hashlib

import numpy as np
import pytest

from papers.data import DataError
from runners.evaluation import evaluate
from runners.job import Job
from tests.runners.conftest import method


def of_type(events, kind):
    return [event for event in events if event["type"] == kind]


def test_every_case_and_seed_is_played_once(play):
    events = play("return 2 * x")
    assert events[0]["type"] == "started"
    assert events[-1]["type"] == "finished"
    assert events[0]["plays"] == events[-1]["plays"] == 10
    played = [(event["case"], event["seed"]) for event in of_type(events, "play")]
    assert sorted(played) == sorted((case, seed) for case in ("small", "large") for seed in range(5))
    assert all(event["scores"]["error"] == 0 for event in of_type(events, "play"))


def test_everybody_meets_the_same_draws_and_another_key_draws_others(play):
    luck = lambda events: [event["scores"]["luck"] for event in of_type(events, "play")]  # noqa: E731
    first = luck(play("return 2 * x"))
    assert first == luck(play("return x"))
    assert len(set(first)) == len(first)
    assert not set(first) & set(luck(play("return x", seed_key=b"another key")))


def test_each_play_has_a_fresh_method(play):
    body = "self.seen = getattr(self, 'seen', 0) + 1\nassert self.seen == 1\nreturn 2 * x"
    assert play(body)[-1]["type"] == "finished"


def test_the_methods_seed_repeats_and_differs_between_plays(play):
    body = "import numpy\nreturn numpy.full(len(x), float(self.seed))"
    errors = [event["scores"]["error"] for event in of_type(play(body), "play")]
    assert errors == [event["scores"]["error"] for event in of_type(play(body), "play")]
    assert len(set(errors)) == len(errors)


def test_an_exception_of_the_method_is_its_authors_with_case_seed_and_line(play):
    failed = play("value = 1\nreturn value / 0")[-1]
    assert (failed["type"], failed["whose"], failed["reason"]) == ("failed", "author", "exception")
    assert (failed["case"], failed["seed"]) == ("small", 0)
    assert "ZeroDivisionError" in failed["message"] + failed["traceback"]
    assert "method.py" in failed["traceback"]


@pytest.mark.parametrize("body", ["return x[:1]", "return x * float('nan')", "return 'two'", "return None"])
def test_an_answer_that_the_task_cannot_use_is_its_authors(play, body):
    failed = play(body)[-1]
    assert (failed["type"], failed["whose"], failed["reason"]) == ("failed", "author", "answer")
    assert "expected" in failed["message"]


def test_a_run_stops_at_its_first_failure(play):
    events = play("assert len(x) < 10\nreturn 2 * x")
    assert [event["case"] for event in of_type(events, "play")] == ["small"]
    assert events[-1]["case"] == "large"


def test_only_the_chosen_cases_and_seeds_are_played(play):
    events = play("return 2 * x", cases=("large",), seeds=2)
    assert [(event["case"], event["seed"]) for event in of_type(events, "play")] == [("large", 0), ("large", 1)]


def test_an_unknown_case_is_our_users_mistake(doubling):
    with pytest.raises(ValueError, match="no such case: huge"):
        Job(task="doubling", tier="quick", code=b"", cases=("huge",)).plays()


def test_artefacts_come_as_plain_numbers(play):
    (first, *_) = of_type(play("return 2 * x"), "artefact")
    assert (first["kind"], first["name"]) == ("curve", "answers")
    assert len(first["data"]["series"]["answer"]) == 3


def test_provenance_says_what_a_repetition_needs(play):
    facts = play("return 2 * x")[0]["provenance"]
    assert facts["code_sha256"] == hashlib.sha256(method("return 2 * x")).hexdigest()
    assert facts["libraries"]["numpy"] == np.__version__
    assert facts["command"].startswith("python -m runners doubling method.py --tier quick")


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ("{'error': float('nan')}", "not finite"),
        ("{'luck': 1.0}", "scored"),
        ("{'error': 0.0, 'speed': 1.0}", "scored"),
        ("1 / 0", ""),
    ],
)
def test_a_protocol_that_goes_wrong_is_our_fault(doubling, monkeypatch, caplog, scores, reason):
    monkeypatch.setattr("papers.doubling.doubling.play.play", lambda case, **_: eval(scores))
    events = []
    assert not evaluate(Job(task="doubling", tier="quick", code=method("return x"), mode="inprocess"), events.append)
    assert (events[-1]["whose"], events[-1]["reason"]) == ("ours", "internal")
    assert reason in caplog.text


def test_missing_data_are_told_with_the_remedy(doubling, monkeypatch):
    def play(case, **_):
        raise DataError("letter.csv is not here: set DATA_MIRROR")

    monkeypatch.setattr("papers.doubling.doubling.play.play", play)
    events = []
    evaluate(Job(task="doubling", tier="quick", code=method("return x"), mode="inprocess"), events.append)
    assert (events[-1]["whose"], events[-1]["message"]) == ("ours", "letter.csv is not here: set DATA_MIRROR")


def test_only_the_interfaces_calls_reach_the_method(doubling, monkeypatch):
    monkeypatch.setattr("papers.doubling.doubling.play.play", lambda case, *, method, **_: method.triple(3))
    events = []
    evaluate(Job(task="doubling", tier="quick", code=method("return x"), mode="inprocess"), events.append)
    assert events[-1]["whose"] == "ours"


@pytest.mark.sandbox
def test_what_a_method_prints_lands_in_the_log(play, request):
    if "inprocess" in request.node.name:
        return
    events = play("print('considering', len(x))\nreturn 2 * x")
    assert "considering 3" in "".join(event["text"] for event in of_type(events, "log"))
