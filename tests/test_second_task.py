"""A paper in a folder outside the tree is a whole board: nothing else is edited."""

from leaderboard import boards, house
from leaderboard.models import Run
from runners.evaluation import evaluate
from runners.job import Job
from tests.leaderboard.test_run_life import say


def test_its_house_methods_run_and_stand_on_its_board(client, db, doubling, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    runs = [run for run in house.sync() if run.task == "doubling"]
    assert [run.submission.name for run in runs] == ["Exact", "Identity"]
    for run in runs:
        job = Job(task="doubling", tier="quick", code=run.submission.code(), mode="inprocess")
        assert evaluate(job, lambda event, run=run: say(run, event))
    assert [run.status for run in Run.objects.filter(task="doubling")] == ["finished"] * 2
    assert boards.rebuild("doubling", "quick") == 2
    text = client.get("/tasks/doubling/").content.decode()
    assert text.index("Exact") < text.index("Identity")
    assert '<span class="verdict held">held</span>' in text, "the claim of its card stands beside the measurement"
    assert "On Doubling" in client.get("/").content.decode()


def test_house_methods_are_queued_once_and_a_changed_file_replaces_the_old(
    db, doubling, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    house.sync()
    assert house.sync() == []
    changed = tmp_path / "exact.py"
    changed.write_text("class Method: ...")
    paper = house.catalogue.paper_of("doubling")
    monkeypatch.setattr(type(paper), "method_path", lambda self, slug: changed)
    again = [run for run in house.sync() if run.task == "doubling"]
    assert len(again) == 2
    old = Run.objects.filter(task="doubling").exclude(pk__in=[run.pk for run in again])
    assert all(run.submission.superseded for run in old)
