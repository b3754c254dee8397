"""A paper may be removed while its rows stay: no list, page, schedule or export stumbles over them."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule

from leaderboard import tasks
from leaderboard.models import ApiToken, DriftFlag, Place, RerunSchedule, Run, Standing, Submission
from leaderboard.running import runs


@pytest.fixture
def gone(measured, alice):
    """A submission that stood on a board of a paper which this site no longer has."""
    submission = measured("Bygone", 0.5, author=alice)
    run = submission.runs.get()
    DriftFlag.objects.create(run=run, reference=run, shifts=[{"metric": "a", "case": "b", "before": 1, "after": 2}])
    for rows in (Submission.everything, Run.everything, Standing.everything, Place.objects):
        rows.update(task="bygone")
    submission.refresh_from_db()
    return submission


def test_what_objects_gives_belongs_to_papers_of_this_site(gone, measured):
    here = measured("Here")
    assert list(Submission.objects.all()) == [here]
    assert {run.submission for run in Run.objects.all()} == {here}
    assert {row.submission for row in Standing.objects.all()} == {here}
    assert not DriftFlag.objects.exists()
    assert Submission.everything.count() == Run.everything.count() == Standing.everything.count() == 2


def test_a_schedule_goes_on_past_what_was_removed(gone, measured):
    here = measured("Here")
    crontab = CrontabSchedule.objects.create(minute="1")
    plan = RerunSchedule.objects.create(name="nightly", crontab=crontab, waits_since=timezone.now() - timedelta(days=1))
    plan.submissions.add(gone, here)
    tasks.rerun_scheduled(plan.pk)
    assert [run.submission for run in Run.objects.filter(status="queued")] == [here]
    assert not Run.everything.filter(status="queued").exclude(task="imputation").exists()


PAGES = ["/", "/tasks/", "/submissions/", "/authors/alice/", "/search/?q=bygone", "/claims/", "/metrics", "/about/"]
LISTS = ["submission", "run", "standing", "driftflag"]


@pytest.mark.parametrize("path", [*PAGES, *(f"/admin/leaderboard/{model}/" for model in LISTS), "/admin/workers/"])
def test_lists_leave_it_out(client, gone, staff, alice, path):
    client.force_login(alice if path == "/submissions/" else staff)
    response = client.get(path, headers={"Authorization": "none"})
    assert response.status_code == 200
    assert "Bygone" not in response.content.decode()
    assert 'task="bygone"' not in response.content.decode()


def test_its_own_pages_are_404_by_browser_and_by_program(client, gone, alice):
    client.force_login(alice)
    run = gone.runs.model.everything.get(submission=gone)
    for path in (
        gone.get_absolute_url(),
        reverse("submission_code", args=[gone.pk]),
        reverse("run_live", args=[run.pk]),
        reverse("run_provenance", args=[run.pk]),
        f"/api/v1/submissions/{gone.pk}",
        f"/api/v1/runs/{run.pk}",
    ):
        assert client.get(path).status_code == 404, path
    for path in (reverse("submission_rerun", args=[gone.pk]), reverse("run_cancel", args=[run.pk])):
        assert client.post(path).status_code == 404, path
    token = ApiToken.issue(alice, "laptop")[1]
    again = client.post(f"/api/v1/submissions/{gone.pk}/runs", headers={"Authorization": f"Bearer {token}"})
    assert again.status_code == 404


def test_to_disqualify_it_is_no_error_of_the_server(client, gone, staff):
    client.force_login(staff)
    address = reverse("admin:leaderboard_submission_change", args=[gone.pk])
    fields = {"kind": "method", "name": "Bygone", "disqualified": "copied"}
    assert client.post(address, fields).status_code == 302, "the admin says that there is no such submission"
    gone.refresh_from_db()
    assert gone.disqualified == ""


def test_actions_on_a_selection_leave_it_out(client, gone, measured, staff):
    here = measured("Here")
    client.force_login(staff)
    for action in ("rerun_quick", "rerun_board", "rerun_stale"):
        selected = {"action": action, "_selected_action": [gone.pk, here.pk]}
        response = client.post(reverse("admin:leaderboard_submission_changelist"), selected, follow=True)
        assert response.status_code == 200
    assert {run.submission for run in Run.everything.filter(status="queued")} == {here}


def test_its_open_runs_end_and_nothing_of_it_is_released(gone, monkeypatch):
    Run.everything.update(status="queued")
    monkeypatch.setattr(runs, "living_queues", lambda: {"cpu": 1, "gpu": 0})
    assert runs.release() == 0
    assert runs.waiting_runs() == []
    tasks.sweep()
    run = Run.everything.get()
    assert (run.status, run.failure_whose) == ("failed", "ours")
    assert "no longer on this site" in run.failure_message


def test_a_late_word_of_its_evaluation_is_dropped(gone):
    Run.everything.update(status="running", execution="first")
    run = Run.everything.get()
    assert not tasks.record(run.pk, run.attempt, "first", 0, {"type": "heartbeat"})


def test_exports_are_without_it(client, gone, measured):
    measured("Here")
    told = client.get("/api/v1/submissions").json()
    assert [row["name"] for row in told["results"]] == ["Here"]
    assert "Bygone" not in json.dumps(client.get("/api/v1/claims").json())
    lines = re.findall(r"^claimcheck_runs\{.*$", client.get("/metrics").content.decode(), re.M)
    assert len(lines) == 1
