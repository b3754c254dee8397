"""The life of a run in the database: events in any order, any number of times, from anyone."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from celery.exceptions import Retry
from django.db import connections, transaction
from django.utils import timezone

from leaderboard import tasks
from leaderboard.boards import standings, writing
from leaderboard.models import Change, Run, Score, Standing, Submission
from leaderboard.running import runs
from leaderboard.running.runs import start_run
from leaderboard.submitting import leaving
from leaderboard.submitting.quota import allowance
from leaderboard.submitting.uploads import store_code
from papers import catalogue
from tests.leaderboard.conftest import CODE

SPENT = {"seconds": 1.0, "cpu_seconds": 0.9, "gpu_seconds": 0.0, "memory_bytes": 10**8, "gpu_memory_bytes": 0}


@pytest.fixture
def submission(alice):
    return Submission.objects.create(task="imputation", author=alice, name="Column means", code_sha256=store_code(CODE))


@pytest.fixture
def run(submission):
    return start_run(submission)


def say(run, event, *, attempt=None, execution="first"):
    return tasks.record(run.pk, attempt or run.attempt, execution, 0, event)


def started(run):
    return {
        "type": "started", "plays": run.plays_total, "device": "cpu", "device_name": "a CPU",
        "isolation": "bubblewrap", "left_out": {}, "provenance": {"task_version": 1},
    }  # fmt: skip


def all_plays(run, value=0.5):
    primary = run.board.task.primary.name
    for case, seed in run.board.plays():
        yield {"type": "play", "case": case.name, "seed": seed, "scores": {primary: value}, "spent": SPENT}


def finished(run):
    return {"type": "finished", "plays": run.plays_total, "spent": SPENT, "evaluator_seconds": 0.5, "data": {}}


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
    tasks.worker_lost("run-1-1", run=run.pk, attempt=1)
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


def test_a_failure_of_ours_is_tried_again_and_says_why(run):
    say(run, started(run))
    say(run, next(all_plays(run)))
    say(run, failed(whose="ours"))
    run.refresh_from_db()
    assert (run.status, run.attempt, run.crashes, run.failure_whose) == ("queued", 2, 1, "")
    assert "impute raised ValueError" in run.failure_message
    assert not Score.objects.exists()
    play = [started(run), *all_plays(run), finished(run)]
    assert all(say(run, event, attempt=2) for event in play)
    run.refresh_from_db()
    assert (run.status, run.failure_message) == ("finished", "")


def test_a_run_that_a_worker_refused_pauses_before_it_is_offered_again(run, sent):
    say(run, failed(whose="ours") | {"reason": "refused"})
    assert runs.release() == 0
    Run.objects.update(not_before=timezone.now())
    assert runs.release() == 1


def test_the_last_failure_of_ours_ends_the_run_at_no_cost(run, alice):
    for attempt in (1, 2, 3):
        say(run, failed(whose="ours"), attempt=attempt, execution=str(attempt))
    run.refresh_from_db()
    assert (run.status, run.failure_whose) == ("failed", "ours")
    assert "3 tries" in run.failure_message
    assert allowance(alice).used == 0


def test_a_run_that_crashes_three_times_is_given_up_as_our_fault(run):
    for attempt in (1, 2, 3):
        say(run, started(run), attempt=attempt, execution=str(attempt))
        tasks.worker_lost("", run=run.pk, attempt=attempt)
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


@pytest.fixture
def broker(monkeypatch):
    """What the broker knows: ids of waiting messages, and how long ago an execution began."""
    known = {"waiting": set(), "began": None}
    monkeypatch.setattr(tasks, "living_queues", lambda: Counter(cpu=1))
    monkeypatch.setattr("runners.deliveries.waiting_ids", lambda queue: known["waiting"])
    monkeypatch.setattr("runners.deliveries.began", lambda run, attempt: known["began"])
    return known


@pytest.mark.parametrize(
    ("minutes", "waiting", "began", "attempt"),
    [
        (5, [], None, 2),  # flushed, or in the hands of a worker that died at once
        (5, ["another"], None, 2),  # its queue is not empty, but it isn't there
        (5, ["run-{}-1"], None, 1),  # merely waiting
        (5, [], 3.0, 1),  # a worker just began: its first word is on its way
        (5, [], 600.0, 2),  # a worker began and was never heard of
        (0.1, [], None, 1),  # too early to say
    ],
)
def test_the_sweep_finds_messages_that_are_lost(run, broker, minutes, waiting, began, attempt):
    Run.objects.update(released=timezone.now() - timedelta(minutes=minutes), queue="cpu")
    broker |= {"waiting": {name.format(run.pk) for name in waiting}, "began": began}
    tasks.sweep()
    run.refresh_from_db()
    assert (run.status, run.attempt, run.crashes) == ("queued", attempt, 0)


@pytest.mark.parametrize(("living", "attempt"), [({"cpu": 1}, 2), ({"cpu": 1, "gpu": 1}, 1), ({}, 1)])
def test_a_run_that_was_handed_to_a_queue_without_a_worker_comes_back_where_there_is_another(
    run, broker, monkeypatch, living, attempt
):
    Run.objects.update(released=timezone.now() - timedelta(minutes=5), queue="gpu")
    broker["waiting"] = {f"run-{run.pk}-1"}
    monkeypatch.setattr(tasks, "living_queues", lambda: Counter(living))
    tasks.sweep()
    run.refresh_from_db()
    assert (run.status, run.attempt, run.crashes) == ("queued", attempt, 0)


def test_a_run_whose_task_was_removed_ends_and_holds_up_nobody(run, submission, sent):
    other = start_run(submission)
    Run.objects.filter(pk=run.pk).update(task="removed")
    tasks.sweep()
    run.refresh_from_db()
    assert (run.status, run.failure_whose) == ("failed", "ours")
    other.refresh_from_db()
    assert other.released


def test_a_run_that_waited_while_its_task_moved_on_is_evaluated_under_the_new_version(run, monkeypatch):
    Run.objects.update(task_version=0, plays_total=1)
    run.refresh_from_db()
    told = []
    monkeypatch.setattr("leaderboard.running.runs.evaluate.apply_async", lambda kwargs, **_: told.append(kwargs["job"]))
    assert runs.send(run, "cpu")
    run.refresh_from_db()
    board = catalogue.board("imputation", "quick")
    assert (run.task_version, run.plays_total) == (board.task.version, len(board.plays()))
    assert told[0]["task_version"] == board.task.version


def test_events_in_any_order_and_any_number_change_nothing_in_the_end(run):
    """Shuffled, doubled, with words of an older attempt and of a second execution between them."""
    tasks.give_back(run.pk, 1, reason="for the test")
    mine = [started(run), *all_plays(run, value=0.25), artefact("a"), artefact("b"), logged("x"), logged("y")]
    theirs = [started(run), *all_plays(run, value=9.0), failed(), logged("z")]
    for seed in range(5):
        Run.objects.filter(pk=run.pk).update(status="queued", execution="", log="", started=None)
        Score.objects.all().delete()
        words = [(event, 2, "first") for event in mine * 2]
        words += [(event, 1, "old") for event in theirs]
        Random(seed).shuffle(words)
        words.insert(0, (logged("x"), 2, "first"))  # it owns the attempt
        words += [(event, 2, "second") for event in theirs]
        end = (finished(run) | {"artefacts": 2}, 2, "first")
        words.insert(Random(seed).randrange(len(words)), end)
        with_retry(run, words)
        run.refresh_from_db()
        assert (run.status, run.device, run.artefacts.count()) == ("finished", "cpu", 2)
        assert sorted(run.log.split()) == ["x", "y"]
        assert set(Score.objects.values_list("value", flat=True)) == {0.25}
        assert Score.objects.count() == run.plays_total


def test_a_log_that_was_cut_says_so(run):
    say(run, started(run))
    for letter in "abc":
        say(run, logged(letter * 40_000))
    run.refresh_from_db()
    assert run.log.startswith("[what was printed before is left out]\nb")
    assert (run.log.count("left out"), run.log.count("c"), len(run.log) < 66_000) == (1, 40_000, True)


def artefact(name):
    data = {"x": [1.0], "series": {"y": [2.0]}}
    return {"type": "artefact", "case": "breast/mcar-20", "seed": 0, "name": name, "kind": "curve", "data": data}


def logged(text):
    return {"type": "log", "text": text + "\n"}


def with_retry(run, words):
    """Say them in turn; what can't be recorded yet comes again at the end, as Celery does it."""
    for _ in range(3):
        again = []
        for event, attempt, execution in words:
            try:
                say(run, event, attempt=attempt, execution=execution)
            except (tasks.Incomplete, Retry):
                again.append((event, attempt, execution))
        words = again


def test_an_evaluation_that_no_longer_counts_is_stopped_when_it_shows_itself(run, monkeypatch):
    stopped = []
    monkeypatch.setattr(tasks, "stop_worker", lambda run, attempt: stopped.append(attempt))
    say(run, started(run))
    say(run, {"type": "heartbeat"}, execution="second")
    assert stopped == [], "a second execution has the first one's name: to stop one is to stop both"
    tasks.worker_lost("", run=run.pk, attempt=1)
    say(run, {"type": "heartbeat"}, attempt=1)
    assert stopped == [1]


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


def test_cases_that_were_left_out_are_kept_and_shown_with_their_reason(run, client):
    reason = "the data set spam is missing: put spam.csv into DATA_MIRROR"
    say(run, started(run) | {"left_out": {"spam/mcar-20": reason}})
    run.refresh_from_db()
    assert run.left_out == {"spam/mcar-20": reason}
    assert reason in client.get(run.submission.get_absolute_url()).content.decode()
    assert client.get(f"/api/v1/runs/{run.pk}").json()["left_out"] == run.left_out
    assert client.get(f"/runs/{run.pk}/provenance.json").json()["left_out"] == run.left_out


def test_the_evaluators_own_seconds_are_kept_beside_the_methods(run, client):
    for event in [started(run), *all_plays(run), finished(run) | {"evaluator_seconds": 65.0}]:
        say(run, event)
    run.refresh_from_db()
    assert (run.evaluator_seconds, run.cpu_seconds) == (65.0, SPENT["cpu_seconds"])
    assert client.get(f"/api/v1/runs/{run.pk}").json()["evaluator_seconds"] == 65.0
    assert ">Evaluator</dt><dd>65" in client.get(run.submission.get_absolute_url()).content.decode()


LIMIT = {"reason": "limit", "message": "impute took 5.1 CPU-seconds, at most 5 are allowed"}


def test_a_house_method_that_reaches_a_limit_is_tried_once_more(run, submission):
    Submission.objects.filter(pk=submission.pk).update(is_house=True)
    say(run, started(run))
    say(run, next(all_plays(run)))
    say(run, failed() | LIMIT)
    run.refresh_from_db()
    assert (run.status, run.attempt, run.crashes, run.plays_done) == ("queued", 2, 0, 0)
    assert LIMIT["message"] in run.failure_message
    say(run, started(run), attempt=2)
    say(run, failed() | LIMIT, attempt=2)
    run.refresh_from_db()
    assert (run.status, run.failure_whose, run.failure_reason) == ("failed", "author", "limit")


def test_a_house_method_that_raises_and_an_authors_that_reaches_a_limit_are_not(run, submission):
    say(run, failed() | LIMIT)
    Submission.objects.filter(pk=submission.pk).update(is_house=True)
    other = start_run(submission)
    say(other, failed())
    assert set(Run.objects.values_list("status", "attempt")) == {("failed", 1)}


def test_a_strip_is_shown_side_by_side_with_its_labels(run, client):
    say(run, started(run))
    data = {"frames": ["iVBORw0KGgo=", "iVBORw0KGgp="], "labels": ["before", "after"]}
    say(run, artefact("steps") | {"kind": "strip", "data": data})
    text = client.get(run.submission.get_absolute_url()).content.decode()
    assert text.count("data:image/png;base64,iVBORw0KGg") == 2
    assert text.index("before") < text.index("after")


def test_a_run_whose_recorder_died_before_it_had_a_place_is_placed_by_the_sweep(client, run, monkeypatch):
    def die(run):
        raise SystemExit

    with monkeypatch.context() as cut:
        cut.setattr(standings, "update", die)
        with pytest.raises(SystemExit):
            play_through(run)
    assert (Run.objects.get().status, Standing.objects.count()) == ("finished", 0)
    assert "finished: its place is being computed" in client.get("/tasks/imputation/").content.decode()
    tasks.sweep()
    assert not Standing.objects.exists(), "the recorder has some seconds"
    Run.objects.update(ended=timezone.now() - tasks.CUT_OFF)
    tasks.sweep()
    assert Standing.objects.get().run == run
    assert "being computed" not in client.get("/tasks/imputation/").content.decode()


def test_what_a_board_changes_to_while_a_place_is_computed_is_seen(run, measured, monkeypatch):
    measured("First", 0.2)
    plan, tries = standings.plan_with, []

    def disturbed(board, run):
        made = plan(board, run)
        if not tries:
            measured("Second", 0.9)
        tries.append(made)
        return made

    monkeypatch.setattr(standings, "plan_with", disturbed)
    play_through(run)
    assert len(tries) == 2
    assert sorted(Standing.objects.values_list("position", flat=True)) == [0, 1, 2]


@pytest.mark.postgresql  # SQLite's transactions take turns
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("leave", ["withdraw", "delete", "account"])
def test_who_leaves_a_board_waits_for_who_is_put_on_it_and_holds_nothing_meanwhile(measured, alice, leave):
    mine, where = measured("Mine", 0.5, author=alice), catalogue.board("imputation", "quick")
    for _ in range(2):
        start_run(mine)
    deed = {
        "withdraw": lambda: leaving.withdraw(mine, alice),
        "delete": lambda: leaving.delete_submissions(Submission.objects.filter(pk=mine.pk), alice),
        "account": lambda: leaving.delete_account(alice),
    }[leave]
    with ThreadPoolExecutor(1, initializer=connections.close_all) as other:
        with transaction.atomic():
            writing.hold(where)
            begun = other.submit(deed)
            time.sleep(1.5)  # it has come as far as it can
            Change.note_runs("imputation")
            Change.note("imputation")
            Run.objects.filter(submission=mine).update(progress={})
        begun.result(30)
        other.submit(connections.close_all).result(30)
    assert (Run.objects.open().count(), Submission.objects.filter(pk=mine.pk).exists()) == (0, leave != "delete")
