"""Whose run goes first, and the forecast of the waiting."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.schedulers import DatabaseScheduler

from leaderboard.celery import clock
from leaderboard.models import Run, Submission
from leaderboard.running import forecast, runs
from leaderboard.running.runs import start_run, waiting_runs
from tests.leaderboard.test_run_life import play_through


def test_the_forecast_counts_the_runs_slots_and_authors_of_one_queue(alice, bob, monkeypatch):
    """Two slots of a CPU; runs take 100 s on it, and 5 s on a GPU."""
    monkeypatch.setattr(runs, "living_queues", lambda: Counter(cpu=2, gpu=1))

    def put(author, tier="quick", **fields):
        submission = Submission.objects.create(task="imputation", author=author, name="x", code_sha256="0" * 64)
        run = Run.objects.create(submission=submission, task="imputation", tier=tier, task_version=1)
        Run.objects.filter(pk=run.pk).update(**fields)
        run.refresh_from_db()
        return run

    now = timezone.now()
    for queue, tier, seconds in (("cpu", "quick", 100), ("gpu", "full", 5)):
        put(alice, tier, queue=queue, status="finished", started=now - timedelta(seconds=seconds), ended=now)
    for age in (30, 90):
        put(alice, status="running", queue="cpu", released=now, started=now - timedelta(seconds=age))
    put(bob, "full", status="running", queue="gpu", released=now, started=now)
    mine = put(bob)
    assert (forecast.outlook(mine).queue, forecast.outlook(mine).ahead) == ("cpu", 2)
    assert forecast.outlook(mine).starts_in == pytest.approx(10, abs=2), "the run of 90 s has 10 s to go"
    hers = put(alice)
    assert forecast.outlook(hers).ahead == 3
    assert forecast.outlook(hers).starts_in == pytest.approx(70, abs=2), "bob's run follows the first, hers the second"
    assert forecast.outlook(put(alice, "full")).starts_in == pytest.approx(5, abs=2), "the GPU has a line of its own"


def test_a_forecast_goes_by_the_methods_own_runs_and_never_says_at_once_while_all_workers_are_busy(
    alice, bob, monkeypatch
):
    monkeypatch.setattr(runs, "living_queues", lambda: Counter(cpu=1))
    now = timezone.now()

    def put(author, name, task="imputation", **fields):
        house = {"is_house": author is None, "house_slug": name if author is None else ""}
        known = {"task": task, "author": author, "name": name, "code_sha256": "0" * 64} | house
        submission, _ = Submission.objects.get_or_create(**known)
        return Run.objects.create(submission=submission, task=task, tier="quick", task_version=1, **fields)

    def finished(author, name, seconds):
        put(author, name, queue="cpu", status="finished", started=now - timedelta(seconds=seconds), ended=now)

    finished(alice, "slow", 1000)
    finished(bob, "quick", 10)
    finished(bob, "quick", 10)
    ahead = put(alice, "slow", queue="cpu", status="running", released=now, started=now - timedelta(seconds=100))
    mine = put(bob, "quick")
    told = forecast.outlook(mine)
    assert (told.starts_in, told.overdue) == (pytest.approx(900, abs=2), 0), "its own 1000 s, not the board's median"
    Run.objects.filter(pk=ahead.pk).update(started=now - timedelta(seconds=2000))
    told = forecast.outlook(mine)
    assert (told.starts_in, told.overdue) == (pytest.approx(500, abs=5), 1), "longer than usual, and nobody is free"
    Run.objects.filter(pk=ahead.pk).delete()
    assert forecast.outlook(mine).starts_in == 0.0
    recorded = forecast.usual_seconds("cpu")(put(None, "sinkhorn", task="alignment"))
    assert recorded not in (None, 10), "as it was recorded, where this site has no run of it"


def test_a_busy_authors_run_waits_for_the_authors_others_in_the_forecast(alice, monkeypatch, settings):
    settings.RUNNING_PER_AUTHOR = 1
    submission = Submission.objects.create(task="imputation", author=alice, name="x", code_sha256="0" * 64)
    line = [Run(submission=submission, task="imputation", tier="quick") for _ in range(3)]
    assert forecast.begins(line, lambda run: 40.0, workers=8) == [0.0, 40.0, 80.0]
    assert forecast.begins(line, lambda run: None, workers=8) == [0.0, None, None], (
        "who knows how long the first takes?"
    )


def test_who_polls_a_long_line_asks_for_it_once_in_a_while(alice, monkeypatch, settings):
    settings.PAGE_SECONDS = 60
    monkeypatch.setattr(runs, "living_queues", lambda: Counter(cpu=1))
    monkeypatch.setattr(forecast, "latest", (0.0, {}))
    submission = Submission.objects.create(task="imputation", author=alice, name="x", code_sha256="0" * 64)
    line = [
        Run.objects.create(submission=submission, task="imputation", tier="quick", task_version=1) for _ in range(5)
    ]
    assert [forecast.outlook(run).ahead for run in line[:1]] == [0]
    with CaptureQueriesContext(connection) as asked:
        assert [forecast.outlook(run).ahead for run in line] == [0, 1, 2, 3, 4]
    assert len(asked) == 0
    late = Run.objects.create(submission=submission, task="imputation", tier="quick", task_version=1)
    assert forecast.outlook(late).ahead == 5, "who has just come is looked for"


def test_house_methods_take_free_workers_only_and_people_go_ahead_of_them(alice, bob, sent, settings):
    def queue(author, name, **kwargs):
        code = {"task": "imputation", "author": author, "is_house": author is None, "name": name, "code_sha256": name}
        return start_run(Submission.objects.create(**code), **kwargs)

    for index in range(3):
        queue(None, f"house {index}", priority=1)
    runs.release()
    assert sent == ["house 0"], "one worker, one house method"
    queue(bob, "bob")
    runs.release()
    assert sent == ["house 0", "bob"], "people are released at once, ahead of the house methods that wait"
    settings.RUNNING_PER_AUTHOR = 1
    queue(bob, "bob again")
    runs.release()
    assert sent == ["house 0", "bob"], "an author's further runs wait for the first"


def test_people_come_before_house_methods_and_authors_take_turns(alice, bob):
    def queue(author, name, **kwargs):
        return start_run(
            Submission.objects.create(
                task="imputation", author=author, is_house=author is None, name=name, code_sha256=name
            ),
            **kwargs,
        )

    queue(None, "house", priority=1)
    for index in range(3):
        queue(alice, f"alice {index}")
    queue(bob, "bob 0")
    assert [run.submission.name for run in waiting_runs()] == ["alice 0", "bob 0", "alice 1", "alice 2", "house"]


def test_a_hundred_uploads_of_one_author_do_not_delay_anothers_first(alice, bob, sent, settings):
    def queue(author, name):
        submission = Submission.objects.create(task="imputation", author=author, name=name, code_sha256=name)
        return start_run(submission)

    for index in range(100):
        queue(alice, f"alice {index}")
    queue(bob, "bob")
    runs.release()
    assert sent == ["alice 0", "bob", "alice 1"], "one worker, two ahead of it"
    assert runs.release() == 0
    assert settings.RUNNING_PER_AUTHOR == 2
    for released in Run.objects.filter(released__isnull=False):
        play_through(released)
    assert sent[3:] == ["alice 2", "alice 3"], "and no more than two of hers at once"


def test_the_clock_goes_by_the_schedules_of_the_database(db):
    assert isinstance(clock().get_scheduler(lazy=True), DatabaseScheduler)
