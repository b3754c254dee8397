"""A paper in a folder outside the tree is a whole board: nothing else is edited."""

import pytest
from django.db.models import Avg

from leaderboard.boards import standings
from leaderboard.models import Run, Score, Standing
from leaderboard.running import house
from papers import catalogue
from runners.evaluation import evaluate
from runners.job import Job
from tests.leaderboard.test_run_life import say


@pytest.fixture
def board(db, doubling, settings, tmp_path):
    """The house methods of `doubling`, evaluated and recorded."""
    settings.MEDIA_ROOT = tmp_path
    runs = [run for run in house.sync() if run.task == "doubling"]
    for run in runs:
        job = Job(task="doubling", tier="quick", code=run.submission.code(), mode="inprocess")
        assert evaluate(job, lambda event, run=run: say(run, event))
    return runs


def test_its_house_methods_run_and_stand_on_its_board(client, board):
    assert [run.submission.name for run in board] == ["Identity", "Exact"], "a control comes first"
    assert [run.status for run in Run.objects.filter(task="doubling")] == ["finished"] * 2
    assert standings.rebuild(catalogue.board("doubling", "quick")) == 2
    text = client.get("/tasks/doubling/").content.decode()
    assert text.index("Exact") < text.index("Identity")
    assert '<span class="verdict held">held</span>' in text, "the claim of its card stands beside the measurement"
    assert "On Doubling" in client.get("/").content.decode()


def test_what_its_card_declares_is_drawn_flagged_and_judged(client, board):
    response = client.get("/tasks/doubling/")
    context = response.context
    drawn = {drawing.figure.title: drawing.plot["data"] for drawing in context["drawings"]}
    assert list(drawn) == ["Error by case", "Error against n", "Answers", "Error and luck"]
    exact, identity = Standing.objects.for_board(catalogue.board("doubling", "quick"))
    (errors,) = drawn["Error by case"]
    assert errors["y"] == ["Exact", "Identity"]
    assert errors["z"][0] == [0.0, 0.0]
    assert errors["z"][1] == pytest.approx([identity.cases[case]["value"] for case in ("small", "large")])
    assert [line["x"] for line in drawn["Error against n"]] == [[3, 50], [3, 50]]
    lines = {line["name"]: line["y"] for line in drawn["Answers"] if line.get("name")}
    assert lines["Exact"] == pytest.approx([2 * y for y in lines["Identity"]])
    assert [trace["name"] for trace in drawn["Error and luck"]] == ["Exact", "Identity"]
    levels = next(
        drawing.plot["layout"]["shapes"] for drawing in context["drawings"] if drawing.figure.title == "Error and luck"
    )
    assert [level["y0"] for level in levels] == pytest.approx(
        [
            Score.objects.filter(run=exact.run, case=case, metric="luck").aggregate(m=Avg("value"))["m"]
            for case in exact.cases
        ]
    )
    assert exact.flags == []
    (flag,) = identity.flags
    assert (flag["label"], flag["metric"]) == ("not doubled", "error")
    assert flag["value"] == pytest.approx(identity.cases[flag["case"]]["value"])
    text = response.content.decode()
    names = [drawing.id for drawing in context["drawings"]]
    assert all(f'data-figure="{name}"' in text and f'id="{name}"' in text for name in names)
    (contest,) = client.get("/tasks/doubling/claims/").context["contests"]
    assert contest.verdict == "held"
    assert contest.advantage.value == pytest.approx(identity.value - exact.value)


def test_what_its_protocol_shows_is_drawn_on_the_submissions_page(client, board):
    response = client.get(board[0].submission.get_absolute_url())
    pictures = {picture.title: picture.plot for picture in response.context["pictures"]}
    assert pictures.keys() == {"answers", "answers against numbers", "how it doubles"}
    assert all(plot["data"] for plot in pictures.values())


def test_how_to_repeat_it_says_that_the_paper_lies_elsewhere(client, board):
    text = client.get(board[0].submission.get_absolute_url()).content.decode()
    assert "the paper's folder <code>doubling</code> in one that <code>PAPERS_PATH</code> names" in text


def test_house_methods_are_queued_once_and_a_changed_file_replaces_the_old(
    db, doubling, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    first = [run for run in house.sync() if run.task == "doubling"]
    assert house.sync() == []
    Run.objects.filter(pk=first[0].pk).update(status="failed", failure_whose="author", failure_reason="limit")
    assert [run.submission for run in house.sync()] == [first[0].submission], "a busy machine may have cut it"
    changed = {method.slug: f"class Method: ...  # {method.slug}".encode() for method in doubling.house}
    monkeypatch.setitem(vars(doubling), "code", lambda method: changed[method.slug])
    again = [run for run in house.sync() if run.task == "doubling"]
    assert len(again) == 2
    old = Run.objects.filter(task="doubling").exclude(pk__in=[run.pk for run in again])
    assert all(run.submission.superseded for run in old)
