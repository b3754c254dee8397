"""The administrators' room: queues, limits of one user, reruns that moved, replies; each deed is noted."""

import pytest
from django.utils import timezone

from leaderboard.models import Change, Comment, Deed, DriftFlag, Queue, Quota, Run
from leaderboard.running import runs
from leaderboard.running.forecast import outlook
from leaderboard.running.queues import set_mode
from leaderboard.submitting.quota import QuotaUsed, allowance, take

QUEUES = "/admin/queues/"


@pytest.fixture
def waiting(measured, alice):
    """Runs of one of alice's methods that wait, under these names."""

    def wait(name, priority=0, author=alice):
        submission = measured(name, author=author, rebuild=False)
        return Run.objects.create(
            submission=submission, task="imputation", tier="quick", task_version=1, plays_total=1, priority=priority
        )

    return wait


def deeds():
    return [deed.what for deed in Deed.objects.all()]


def test_the_room_is_for_staff(client, alice, waiting):
    client.force_login(alice)
    for page in (QUEUES, "/admin/workers/", "/admin/leaderboard/driftflag/", "/admin/leaderboard/comment/"):
        assert client.get(page).status_code == 302, page
    assert client.post(QUEUES, {"queue": "cpu", "mode": "paused"}).status_code == 302
    assert not Queue.objects.exists()


def test_staff_without_the_right_look_and_change_nothing(client, bob, waiting):
    run = waiting("Waits")
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    page = client.get(QUEUES).content.decode()
    assert f"run {run.pk}" in page
    assert "<select" not in page
    assert client.post(QUEUES, {"queue": "cpu", "mode": "paused"}).status_code == 403
    assert not Queue.objects.exists()


def test_a_paused_queue_starts_nothing_takes_back_what_has_not_begun_and_says_why(admin_client, waiting, sent):
    run = waiting("First")
    runs.release()
    assert sent == ["First"]
    assert "1 handed over and not begun, 0 waiting" in admin_client.get(QUEUES).content.decode()
    number = Change.of(f"imputation{Change.RUNS}")
    admin_client.post(QUEUES, {"queue": "cpu", "mode": "paused", "reason": "a new disk"})
    run.refresh_from_db()
    assert (run.released, run.attempt) == (None, 2), "its message starts nothing any more"
    assert Change.of(f"imputation{Change.RUNS}") > number
    runs.release()
    assert sent == ["First"]
    told = outlook(run)
    assert told.starts_in is None
    assert "paused by an administrator (a new disk)" in told.hold
    assert "a new disk" in admin_client.get(f"/submissions/{run.submission_id}/?run={run.pk}").content.decode()
    assert admin_client.get(f"/api/v1/runs/{run.pk}/state").json()["forecast"]["hold"] == told.hold
    admin_client.post(QUEUES, {"queue": "cpu", "mode": "open", "reason": "a new disk"})
    assert Queue.objects.get().reason == "", "what kept it shut is over"
    runs.release()
    assert sent[-1] == "First"
    assert deeds()[:2] == ["set to open", "set to paused: a new disk"]


def test_a_draining_queue_starts_what_was_there_and_nothing_that_comes_later(waiting, sent, admin_user):
    before = waiting("Before")
    set_mode("cpu", "draining", reason="", user=admin_user)
    after = waiting("After")
    runs.release()
    assert sent == ["Before"]
    assert not outlook(before).hold
    assert "being emptied" in outlook(after).hold
    set_mode("cpu", "open", reason="", user=admin_user)
    runs.release()
    assert sent == ["Before", "After"]


def test_an_administrator_puts_a_waiting_run_first(admin_client, waiting, bob):
    waiting("Of people")
    rerun = waiting("Rerun", priority=runs.RERUN_PRIORITY, author=bob)
    assert [run.submission.name for run in runs.waiting_runs()] == ["Of people", "Rerun"]
    admin_client.post(QUEUES, {"runs": [rerun.pk], "priority": "first"})
    assert [run.submission.name for run in runs.waiting_runs()] == ["Rerun", "Of people"]
    assert deeds()[0] == "put in the queue: first"
    admin_client.post(QUEUES, {"runs": [rerun.pk], "priority": "last"})
    assert [run.submission.name for run in runs.waiting_runs()] == ["Of people", "Rerun"]
    page = admin_client.post(QUEUES, {"priority": "first"}, follow=True).content.decode()
    assert "Tick the runs first." in page


def test_the_page_counts_the_same_queries_for_any_line(admin_client, waiting, django_assert_max_num_queries):
    for index in range(12):
        waiting(f"Method {index}")
    with django_assert_max_num_queries(8):
        assert admin_client.get(QUEUES).content.decode().count('type="checkbox"') == 12


def test_one_users_limits_hold_for_form_api_and_command_and_say_when_the_next_is_free(
    admin_client, client, alice, bob, waiting, settings
):
    settings.QUOTA_PER_DAY = 1
    run = waiting("Hers")
    Run.objects.filter(pk=run.pk).update(requester=alice, status="finished")
    assert allowance(alice).next_at
    page = f"/admin/auth/user/{alice.pk}/change/"
    form = {field.name: field.value() for field in admin_client.get(page).context["adminform"].form if field.value()}
    form |= {"date_joined_0": "2026-01-01", "date_joined_1": "10:00:00"}
    rows = {"quota-TOTAL_FORMS": 1, "quota-INITIAL_FORMS": 0, "quota-0-user": alice.pk, "quota-0-per_day": 3}
    form = {name: value for name, value in form.items() if not isinstance(value, list) and name != "date_joined"}
    answer = admin_client.post(page, form | rows | {"quota-0-open": 2})
    assert answer.status_code == 302, answer.context["errors"]
    assert (Quota.objects.get().per_day, Quota.objects.get().open) == (3, 2)
    assert "limits runs: 3 in 24 hours, 2 waiting or running" in deeds()
    told = allowance(alice)
    assert (told.limit, told.open_limit, told.next_at) == (3, 2, None)
    assert allowance(bob).limit == 1, "everybody else's"
    client.force_login(alice)
    assert "1 of 3 runs" in client.get("/submissions/").content.decode()
    assert "1 of 3 runs" in client.get("/tasks/imputation/submit/").content.decode()
    Quota.objects.update(per_day=1)
    assert "Next free at" in client.get("/tasks/imputation/submit/").content.decode()
    with pytest.raises(QuotaUsed, match="1 of 1 runs"):
        take(alice)
    Quota.objects.update(per_day=0)
    with pytest.raises(QuotaUsed, match="no runs at present"):
        take(alice)


def test_reruns_that_moved_are_found_explained_and_noted(admin_client, waiting):
    run, other = waiting("One"), waiting("Other")
    shift = {"metric": "skill", "case": "breast", "before": 0.5, "after": 0.6, "p": 0.0}
    flag = DriftFlag.objects.create(run=run, reference=other, shifts=[shift])
    assert "Reruns that moved" in admin_client.get("/admin/").content.decode()
    open_ones = admin_client.get("/admin/leaderboard/driftflag/?state=open").content.decode()
    assert "0.5 → 0.6" in open_ones
    admin_client.post(f"/admin/leaderboard/driftflag/{flag.pk}/change/", {"explanation": "a new compiler"})
    assert deeds()[0] == "explained: a new compiler"
    assert "0.5 → 0.6" not in admin_client.get("/admin/leaderboard/driftflag/?state=open").content.decode()
    assert "a new compiler" in admin_client.get("/admin/leaderboard/driftflag/?state=explained").content.decode()


def test_replies_that_wait_are_found(admin_client, alice):
    Comment.objects.create(task="imputation", author=alice, role="method", text="unread words")
    Comment.objects.create(task="imputation", author=alice, role="method", text="read words", shown=timezone.now())
    page = admin_client.get("/admin/leaderboard/comment/?state=waiting").content.decode()
    assert "unread words" in page
    assert ">on imputation: read words" not in page


def test_good_news_has_no_red_cross(admin_client, measured, alice):
    measured("Fine", author=alice)
    for page in ("submission", "run", "comment", "driftflag", "rerunschedule", "apitoken", "deed", "standing"):
        assert "icon-no" not in admin_client.get(f"/admin/leaderboard/{page}/").content.decode(), page
    assert "icon-no" not in admin_client.get("/admin/auth/user/").content.decode()


def test_who_makes_somebody_an_administrator_or_sets_a_password_is_noted(admin_client, alice):
    page = f"/admin/auth/user/{alice.pk}/change/"
    form = {"username": "alice", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    form |= {"date_joined_0": f"{alice.date_joined:%Y-%m-%d}", "date_joined_1": f"{alice.date_joined:%H:%M:%S}"}
    form |= {"quota-TOTAL_FORMS": 0, "quota-INITIAL_FORMS": 0}
    assert admin_client.post(page, form).status_code == 302
    assert "Superuser status" in deeds()[0]
    assert deeds()[0].endswith(": administrator, active")
    password = {"password1": "correct-horse-9", "password2": "correct-horse-9", "usable_password": "true"}
    assert admin_client.post(f"/admin/auth/user/{alice.pk}/password/", password).status_code == 302
    assert deeds()[0] == "changed password: administrator, active"
    new = {"username": "carol", **password}
    assert admin_client.post("/admin/auth/user/add/", new).status_code == 302
    assert deeds()[0] == "made: author, active"
    assert Deed.objects.first().about.endswith(": carol")
