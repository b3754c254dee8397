"""The life of a run in the database: events in any order, any number of times, from anyone."""

from collections import Counter
from datetime import timedelta

import pytest
from celery.exceptions import Retry
from django.utils import timezone

from leaderboard import runs, tasks
from leaderboard.models import Run, Score, Standing, Submission
from leaderboard.runs import start_run, waiting
from papers import catalogue

SPENT = {"seconds": 1.0, "cpu_seconds": 0.9, "gpu_seconds": 0.0, "memory_bytes": 10**8, "gpu_memory_bytes": 0}


@pytest.fixture
def submission(alice):
    return Submission.objects.create(task="imputation", author=alice, name="Column means", code_sha256="0" * 64)


@pytest.fixture
def run(submission):
    return start_run(submission)


def say(run, event, *, attempt=None, execution="first"):
    return tasks.record(run.pk, attempt or run.attempt, execution, 0, event)


def started(run):
    return {
        "type": "started", "plays": run.plays_total, "device": "cpu", "device_name": "a CPU",
        "isolation": "bubblewrap", "provenance": {"task_version": 1},
    }  # fmt: skip


def all_plays(run, value=0.5):
    card = catalogue.task(run.task)
    for case, seed in card.plays(run.tier):
        yield {"type": "play", "case": case.name, "seed": seed, "scores": {card.primary.name: value}, "spent": SPENT}


def finished(run):
    return {"type": "finished", "plays": run.plays_total, "spent": SPENT, "flags": [], "data": {}}


def failed(whose="author"):
    return {
        "type": "failed", "whose": whose, "reason": "exception", "message": "impute raised ValueError",
        "traceback": "method.py line 3", "case": "breast/mcar-20", "seed": 0,
    }  # fmt: skip


def play_through(run, **kwargs):
    for event in [started(run), *all_plays(run, **kwargs), finished(run)]:
        assert say(run, event)


def test_a_finished_run_stands_on_the_board(run):
    play_through(run, value=0.25)
    run.refresh_from_db()
    assert (run.status, run.plays_done, run.lease_until) == ("finished", run.plays_total, None)
    standing = Standing.objects.get()
    assert (standing.value, standing.rank, standing.run_id) == (pytest.approx(0.25), 1, run.pk)


def test_an_event_heard_twice_is_counted_once(run):
    for event in [started(run), *all_plays(run), *all_plays(run), finished(run)]:
        say(run, event)
    assert Score.objects.count() == run.plays_total
    assert not say(run, finished(run)), "a closed run hears nothing more"


def test_a_second_execution_of_the_same_attempt_changes_nothing(run):
    say(run, started(run))
    assert not say(run, next(all_plays(run)), execution="second")
    assert not Score.objects.exists()


def test_a_late_event_of_an_older_attempt_changes_nothing(run):
    say(run, started(run))
    say(run, next(all_plays(run)))
    tasks.lost("run-1-1", run=run.pk, attempt=1)
    assert not say(run, next(all_plays(run)), attempt=1)
    run.refresh_from_db()
    assert (run.status, run.attempt, run.plays_done, Score.objects.count()) == ("queued", 2, 0, 0)


def test_finished_overtaking_its_plays_waits_for_them(run):
    say(run, started(run))
    with pytest.raises((tasks.Incomplete, Retry)):
        say(run, finished(run))
    run.refresh_from_db()
    assert run.status == "running"


def test_an_authors_failure_is_kept_as_told(run):
    say(run, started(run))
    say(run, failed())
    run.refresh_from_db()
    assert (run.status, run.failure_whose, run.failure_case, run.failure_seed) == (
        "failed",
        "author",
        "breast/mcar-20",
        0,
    )
    assert not Standing.objects.exists()


def test_a_run_that_crashes_three_times_is_given_up_as_our_fault(run):
    for attempt in (1, 2, 3):
        say(run, started(run), attempt=attempt, execution=str(attempt))
        tasks.lost("", run=run.pk, attempt=attempt)
    run.refresh_from_db()
    assert (run.status, run.failure_whose, run.crashes) == ("failed", "ours", 3)


def test_the_sweep_brings_back_a_run_that_nobody_hears_of(run):
    say(run, started(run))
    tasks.sweep()
    run.refresh_from_db()
    assert run.attempt == 1, "its lease has not run out"
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    run.refresh_from_db()
    assert (run.status, run.attempt) == ("queued", 2)


def test_a_worse_rerun_replaces_the_better_run(run, submission):
    play_through(run, value=0.9)
    again = start_run(submission, why="rerun")
    play_through(again, value=0.1)
    assert Standing.objects.get().run_id == again.pk


def test_a_run_of_an_older_task_version_does_not_stand(run):
    Run.objects.update(task_version=0)
    run.refresh_from_db()
    play_through(run)
    assert not Standing.objects.exists()


def test_a_disqualified_submission_leaves_the_board_at_the_next_rebuild(run, submission):
    Submission.objects.update(disqualified="reads the answer")
    play_through(run)
    assert not Standing.objects.exists()


@pytest.fixture
def sent(monkeypatch):
    """What is released, to a broker with one CPU worker."""
    names = []
    monkeypatch.setattr(runs, "living_queues", lambda: Counter(cpu=1))

    def send(run, queue):
        names.append(run.submission.name)
        return bool(Run.objects.filter(pk=run.pk).update(released=timezone.now(), queue=queue))

    monkeypatch.setattr(runs, "send", send)
    return names


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
    assert [run.submission.name for run in waiting()] == ["alice 0", "bob 0", "alice 1", "alice 2", "house"]
