"""One evaluation: what it plays, what it says, and whose fault a failure is."""

import hashlib
import re
import time
from dataclasses import replace

import numpy as np
import pytest

from papers.data import DataError
from runners.evaluation import evaluate, methods_seed
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


@pytest.mark.parametrize("play", ["inprocess"], indirect=True)  # what is drawn is the evaluation's alone
def test_everybody_meets_the_same_draws_and_another_key_draws_others(play):
    luck = lambda events: [event["scores"]["luck"] for event in of_type(events, "play")]  # noqa: E731
    first = luck(play("return 2 * x"))
    assert first == luck(play("return x"))
    assert len(set(first)) == len(first)
    assert not set(first) & set(luck(play("return x", seed_key=b"another key")))


def test_each_play_has_a_fresh_method(play):
    body = "self.seen = getattr(self, 'seen', 0) + 1\nassert self.seen == 1\nreturn 2 * x"
    assert play(body, seeds=2)[-1]["type"] == "finished"


def test_the_methods_seed_repeats_and_differs_between_plays(play):
    body = "import numpy\nreturn numpy.full(len(x), float(self.seed))"
    errors = [event["scores"]["error"] for event in of_type(play(body, seeds=2), "play")]
    assert errors == [event["scores"]["error"] for event in of_type(play(body, seeds=2), "play")]
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


@pytest.mark.parametrize("play", ["inprocess"], indirect=True)  # what is drawn is the evaluation's alone
def test_only_the_chosen_cases_and_seeds_are_played(play):
    events = play("return 2 * x", cases=("large",), seeds=2)
    assert [(event["case"], event["seed"]) for event in of_type(events, "play")] == [("large", 0), ("large", 1)]


def test_an_unknown_case_is_our_users_mistake(doubling):
    with pytest.raises(ValueError, match="no such case: huge"):
        Job(task="doubling", tier="quick", code=b"", cases=("huge",)).plays()


@pytest.mark.parametrize("play", ["inprocess"], indirect=True)  # what is drawn is the evaluation's alone
def test_artefacts_come_as_plain_numbers(play):
    (first, *_) = of_type(play("return 2 * x"), "artefact")
    assert (first["kind"], first["name"]) == ("curve", "answers")
    assert len(first["data"]["series"]["answer"]) == 3


def test_provenance_says_what_a_repetition_needs(play):
    facts = play("return 2 * x")[0]["provenance"]
    assert facts["code_sha256"] == hashlib.sha256(method("return 2 * x")).hexdigest()
    assert facts["libraries"]["numpy"] == np.__version__
    assert facts["command"].startswith("claimcheck run doubling method.py --tier quick")


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ("{'error': float('nan')}", "not finite"),
        ("{'luck': 1.0}", "gave no error on the ranked case small"),
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


def told_of(events):
    return re.findall(r"seed (\d)]", "".join(event["text"] for event in of_type(events, "log")))


@pytest.mark.sandbox
def test_where_draws_are_secret_a_method_speaks_on_the_first_seed_alone(play, request):
    """Who printed what all of them drew could learn it by heart."""
    if "inprocess" in request.node.name:
        return
    prints = "print(x)\nreturn 2 * x"
    assert told_of(play(prints, seeds=3)) == ["0", "0", "1", "1", "2", "2"], "its author's own machine"
    assert told_of(play(prints, seeds=3, run=1)) == ["0", "0"], "a site's"
    job = Job(task="doubling", tier="quick", code=b"")
    late = methods_seed(job, job.board.cases[0], 2)
    fails_late = f"print(x)\nif self.seed == {late}: raise ValueError(str(x))\nreturn 2 * x"
    events = play(fails_late, seeds=3, run=1)
    assert told_of(events) == ["0", "0"]
    last = events[-1]
    assert (last["whose"], last["reason"], last["seed"], last["traceback"]) == ("author", "exception", 2, "")
    assert last["message"].startswith("The method raised ValueError in line ")
    assert "[" not in last["message"]
    assert "[" in play(fails_late, seeds=3)[-1]["message"], "its author's own machine"


def give(task, monkeypatch, *, cases=None, limits=None):
    """Let the quick tier have other cases or limits."""
    tier = task.board("quick").tier
    changed = replace(tier, cases=cases or tier.cases, limits=limits or tier.limits)
    monkeypatch.setitem(task.boards, "quick", replace(task.board("quick"), tier=changed))


def run(protocol, monkeypatch, code=None, **options):
    """Evaluate in this process, with this protocol. Returns the events."""
    if protocol:
        monkeypatch.setattr("papers.doubling.doubling.play.play", protocol)
    events = []
    options = {"code": method("return 2 * x"), "mode": "inprocess", "seeds": 1, **options}
    evaluate(Job(task="doubling", tier="quick", **options), events.append)
    return events


def test_an_unranked_case_needs_no_primary_metric_and_a_ranked_one_does(doubling, monkeypatch, caplog):
    shown, ranked = (replace(doubling.board("quick").cases[0], ranked=ranked) for ranked in (False, True))
    give(doubling, monkeypatch, cases=(shown,))
    assert run(lambda *_, **__: {"luck": 1.0}, monkeypatch)[-1]["type"] == "finished"
    give(doubling, monkeypatch, cases=(ranked,))
    assert run(lambda *_, **__: {"luck": 1.0}, monkeypatch)[-1]["whose"] == "ours"
    assert "no error on the ranked case small" in caplog.text


def test_a_case_that_lacks_its_package_is_left_out_with_the_reason_and_the_others_are_played(doubling, monkeypatch):
    small, large = doubling.board("quick").cases
    give(doubling, monkeypatch, cases=(replace(small, packages=("nowhere_simulator", "numpy")), large))
    events = run(None, monkeypatch)
    assert events[0]["left_out"] == {"small": "needs the package nowhere_simulator, which is not installed here"}
    assert [event["case"] for event in of_type(events, "play")] == ["large"]
    assert events[-1]["type"] == "finished"


def test_only_cases_that_were_asked_for_are_told_as_left_out(doubling, monkeypatch):
    small, large = doubling.board("quick").cases
    give(doubling, monkeypatch, cases=(replace(small, packages=("nowhere_simulator",)), large))
    assert run(None, monkeypatch, cases=("large",))[0]["left_out"] == {}


def test_a_job_all_of_whose_cases_are_left_out_has_failed_with_the_reason(doubling, monkeypatch):
    lacking = tuple(replace(case, packages=("nowhere_simulator",)) for case in doubling.board("quick").cases)
    give(doubling, monkeypatch, cases=lacking)
    failed = run(None, monkeypatch)[-1]
    assert (failed["type"], failed["whose"], failed["reason"]) == ("failed", "ours", "refused")
    assert failed["message"].startswith(
        "No case of doubling/quick can be played on this machine: small needs the package"
    )


def test_a_method_need_not_define_an_optional_call_and_the_protocol_can_ask(play, monkeypatch):
    def asking(case, *, method, **_):
        assert method.has("double")
        return {"error": float(method.halve(np.ones(2))[0]) if method.has("halve") else 7.0}

    monkeypatch.setattr("papers.doubling.doubling.play.play", asking)
    scores = [
        of_type(play("return 2 * x", more=more, seeds=1, cases=("small",)), "play")[0]["scores"]["error"]
        for more in ("", "def halve(self, x): return x / 2")
    ]
    assert scores == [7.0, 0.5]


def test_a_protocol_that_calls_an_absent_optional_call_has_made_a_mistake(doubling, monkeypatch):
    failed = run(lambda case, *, method, **_: method.halve(np.ones(2)), monkeypatch)[-1]
    assert (failed["whose"], failed["reason"]) == ("ours", "internal")
    assert "the method defines no halve, which is optional: ask method.has('halve') first" in failed["message"]


def test_an_oracle_answers_from_the_truth_in_the_evaluator_and_costs_nothing(doubling, monkeypatch):
    events = run(None, monkeypatch, code=b"", oracle="truth", mode="sandbox")
    assert events[-1]["type"] == "finished"
    assert [event["scores"]["error"] for event in of_type(events, "play")] == [0.0, 0.0]
    assert events[-1]["spent"]["cpu_seconds"] == events[-1]["spent"]["seconds"] == 0
    assert (events[0]["isolation"], events[0]["provenance"]["oracle"]) == ("none", "truth")


def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_the_evaluators_own_work_is_told_beside_the_methods(doubling, monkeypatch):
    def training(case, *, method, **_):
        work(0.2)
        return {"error": 0.0}

    events = run(training, monkeypatch)
    own = [event["evaluator_seconds"] for event in of_type(events, "play")]
    assert all(0.2 <= seconds < 1 for seconds in own)
    assert events[-1]["evaluator_seconds"] == pytest.approx(sum(own))


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"evaluator_seconds": 0.3}, r"used 0\.\d CPU-s, 0\.3 are allowed"),
        ({"evaluator_bytes": 1 << 20}, "1 are allowed"),
    ],
)
def test_the_evaluators_own_work_is_limited_and_its_excess_is_our_fault(doubling, monkeypatch, limits, message):
    def training(case, **_):
        try:
            work(30)
        except Exception:
            return {"error": 0.0}

    monkeypatch.setattr("papers.doubling.doubling.play.play", training)
    give(doubling, monkeypatch, limits=replace(doubling.board("quick").limits, **limits))
    events = []
    evaluate(Job(task="doubling", tier="quick", code=b"", oracle="truth"), events.append)
    assert (events[-1]["whose"], events[-1]["reason"]) == ("ours", "internal")
    assert re.search(message, events[-1]["message"]), events[-1]


def test_a_limit_is_told_with_its_kind_and_figures(play, doubling, monkeypatch, request):
    if "inprocess" in request.node.name:
        return
    give(doubling, monkeypatch, limits=replace(doubling.board("quick").limits, call_seconds=0.3))
    failed = play("while True: pass")[-1]
    assert (failed["whose"], failed["reason"], failed["case"]) == ("author", "limit", "small")
    assert failed["exceeded"]["limit"] == "cpu seconds"
    assert failed["exceeded"]["used"] > failed["exceeded"]["allowed"] == 0.3
