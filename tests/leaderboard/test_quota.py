"""What counts against an author, and what never does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leaderboard.models import Run, Submission
from leaderboard.running.runs import start_run
from leaderboard.submitting.quota import allowance


@pytest.fixture
def send(alice):
    submission = Submission.objects.create(task="imputation", author=alice, name="Mine", code_sha256="0" * 64)

    def send(**fields):
        run = start_run(submission, requester=alice)
        Run.objects.filter(pk=run.pk).update(**fields)
        return run

    return send


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"status": "queued"}, True),
        ({"status": "running"}, True),
        ({"status": "finished"}, True),
        ({"status": "failed", "failure_whose": "author"}, True),
        ({"status": "failed", "failure_whose": "ours"}, False),
        ({"status": "cancelled"}, False),
        ({"status": "cancelled", "started": timezone.now()}, True),
        ({"status": "finished", "queued": timezone.now() - timedelta(hours=25)}, False),
        ({"status": "finished", "requester": None}, False),
    ],
)
def test_only_finished_open_and_self_failed_runs_count(send, alice, fields, counts):
    send(**fields)
    assert allowance(alice).used == int(counts)


def test_a_used_up_day_says_when_the_next_run_is_possible(send, alice, settings):
    settings.QUOTA_PER_DAY = 2
    first = timezone.now() - timedelta(hours=3)
    send(status="finished", queued=first)
    assert allowance(alice).refusal == ""
    send(status="finished")
    told = allowance(alice)
    assert told.next_at == first + timedelta(hours=24)
    assert told.refusal == f"2 of 2 runs in 24 hours, next at {told.next_at:%H:%M} UTC."


def test_open_runs_have_a_limit_of_their_own(send, alice, settings):
    settings.QUOTA_OPEN = 1
    send()
    assert "wait until one has ended" in allowance(alice).refusal
