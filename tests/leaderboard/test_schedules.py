"""Rerun schedules: when they fire, what they rerun, and what administrators may do with them."""

import json
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from leaderboard import tasks
from leaderboard.models import Deed, RerunSchedule, Run
from leaderboard.running import house
from papers import catalogue
from tests.leaderboard.test_reruns import act, page

LONG_AGO = timezone.now() - timedelta(days=1)


@pytest.fixture
def schedule(measured):
    crontab = CrontabSchedule.objects.create(minute="*/5")
    plan = RerunSchedule.objects.create(name="often", crontab=crontab, tasks=["imputation"], waits_since=LONG_AGO)
    return SimpleNamespace(plan=plan, submission=measured("Mine"))


def test_a_schedule_fires_once_for_each_time_that_it_is_due(schedule):
    """Beat's word may come twice, or never: then the sweep sees to it."""
    tasks.sweep()
    first = Run.objects.filter(status="queued").get()
    Run.objects.filter(pk=first.pk).update(status="finished")
    tasks.rerun_scheduled(schedule.plan.pk)
    tasks.sweep()
    assert not Run.objects.filter(status="queued").exists()
    RerunSchedule.objects.update(waits_since=timezone.now() - timedelta(minutes=5))
    tasks.rerun_scheduled(schedule.plan.pk)
    assert Run.objects.filter(status="queued").count() == 1


def test_pausing_keeps_the_last_time_and_what_was_missed_is_not_made_up_for(client, staff, schedule):
    tasks.rerun_scheduled(schedule.plan.pk)
    fired = RerunSchedule.objects.get().last_time
    RerunSchedule.objects.update(waits_since=LONG_AGO)
    client.force_login(staff)
    act(client, "rerunschedule", "pause", [schedule.plan])
    assert RerunSchedule.objects.get().last_time == fired
    act(client, "rerunschedule", "resume", [schedule.plan])
    plan = RerunSchedule.objects.get()
    assert (plan.last_time, plan.is_due) == (fired, False)


def test_a_time_that_never_comes_is_refused_and_survived(client, staff, schedule):
    client.force_login(staff)
    every = {"minute": "0", "hour": "0", "day_of_week": "*", "timezone": "UTC"}
    inline = {"periodictask_set-TOTAL_FORMS": 0, "periodictask_set-INITIAL_FORMS": 0}
    add = reverse("admin:django_celery_beat_crontabschedule_add")
    never = {**every, "day_of_month": "31", "month_of_year": "2"}
    assert "This never happens" in client.post(add, never | inline).content.decode()
    assert client.post(add, never | inline | {"month_of_year": "3"}).status_code == 302
    crontab = CrontabSchedule.objects.create(**never)
    form = {"name": "never", "tier": "quick", "tasks": ["imputation"], "crontab": crontab.pk}
    told = client.post(reverse("admin:leaderboard_rerunschedule_add"), form).content.decode()
    assert "This never happens" in told
    plan = RerunSchedule.objects.create(name="never", crontab=crontab, tasks=["imputation"])
    assert (plan.next_times(1), plan.beat.enabled) == ([], False), "beat would fall over it"
    assert "never" in page(client, reverse("admin:leaderboard_rerunschedule_changelist"))
    tasks.sweep()


def test_a_schedule_that_reruns_nothing_is_refused(client, staff, schedule):
    client.force_login(staff)
    form = {"name": "nothing", "tier": "quick", "crontab": schedule.plan.crontab.pk}
    told = client.post(reverse("admin:leaderboard_rerunschedule_add"), form).content.decode()
    assert "This would rerun nothing" in told
    form |= {"tasks": ["imputation"]}
    assert client.post(reverse("admin:leaderboard_rerunschedule_add"), form).status_code == 302
    made = RerunSchedule.objects.get(name="nothing")
    change = reverse("admin:leaderboard_rerunschedule_change", args=[made.pk])
    assert client.post(change, form | {"is_paused": "on"}).status_code == 302
    assert [(deed.what.split(":")[0], deed.what.split(", ")[-1]) for deed in Deed.objects.all()] == [
        ("changed Is paused", "paused"),
        ("made", "on"),
    ]


def test_a_schedule_reruns_what_stands_and_leaves_alone_what_is_under_way(schedule):
    tasks.rerun_scheduled(schedule.plan.pk)
    tasks.rerun_scheduled(schedule.plan.pk)
    (run,) = Run.objects.filter(status="queued")
    assert (run.submission, run.why, run.priority) == (schedule.submission, "schedule: often", 1)


def test_a_paused_or_deleted_schedule_fires_no_more(client, staff, schedule):
    client.force_login(staff)
    act(client, "rerunschedule", "pause", [schedule.plan])
    schedule.plan.refresh_from_db()
    assert not PeriodicTask.objects.get(pk=schedule.plan.beat_id).enabled
    assert schedule.plan.next_times(1) == []
    tasks.rerun_scheduled(schedule.plan.pk)
    act(client, "rerunschedule", "resume", [schedule.plan])
    assert PeriodicTask.objects.get(pk=schedule.plan.beat_id).enabled
    pk = schedule.plan.pk
    act_delete = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    client.post(reverse("admin:leaderboard_rerunschedule_changelist"), act_delete)
    assert not RerunSchedule.objects.exists()
    assert not PeriodicTask.objects.filter(name__startswith="rerun schedule").exists()
    tasks.rerun_scheduled(pk)
    assert not Run.objects.filter(status="queued").exists()


def test_the_admin_shows_when_a_schedule_fired_and_will_fire(client, staff, schedule):
    (told,) = schedule.plan.next_times(1)
    assert timezone.now() < told <= timezone.now() + timedelta(minutes=5)
    assert told.minute % 5 == 0
    last = timezone.now().replace(year=2020, month=2, day=3)
    RerunSchedule.objects.update(last_time=last)
    client.force_login(staff)
    text = page(client, reverse("admin:leaderboard_rerunschedule_changelist"))
    assert re.search(r"3 Feb\S* 2020", text), text[text.find("field-last_time") :][:200]


def test_the_nightly_repeat_is_scheduled_once_however_often_the_site_starts(db, doubling):
    house.sync()
    CrontabSchedule.objects.create(minute="17", hour="3", timezone="Europe/Paris")
    for _ in range(2):
        plan = house.schedule_nightly_repeat()
    assert RerunSchedule.objects.count() == 1
    assert set(plan.chosen_submissions().values_list("task", flat=True)) == set(catalogue.all_tasks())
    assert json.loads(plan.beat.kwargs) == {"schedule": plan.pk}
    assert (plan.hours, plan.chosen_submissions().filter(kind="oracle").count()) == (2, 0)


def test_a_turn_takes_what_fits_its_hours_and_what_waits_longest_first(measured):
    rows = [measured(name) for name in ("First", "Second", "Third")]
    for age, row in zip((3, 9, 6), rows, strict=True):
        row.runs.update(queued=timezone.now() - timedelta(days=age), cpu_seconds=1500, evaluator_seconds=500)
    crontab = CrontabSchedule.objects.create(minute="*/5")
    plan = RerunSchedule.objects.create(name="nightly", crontab=crontab, tasks=["imputation"], hours=1.2)
    assert [row.name for row in plan.turn()] == ["Second", "Third"]
    plan.hours = 0.1
    assert [row.name for row in plan.turn()] == ["Second"], "what is longer than a turn has its turn too"
    rows[1].runs.update(status="queued")
    assert [row.name for row in plan.turn()] == ["Third"]
    plan.hours = None
    assert {row.name for row in plan.turn()} == {"First", "Third"}


def test_a_schedule_runs_at_once_where_an_administrator_wants_it(client, measured, staff):
    measured("One")
    crontab = CrontabSchedule.objects.create(minute="17", hour="3")
    plan = RerunSchedule.objects.create(name="weekly", crontab=crontab, tasks=["imputation"])
    client.force_login(staff)
    assert "1 rerun queued." in act(client, "rerunschedule", "run_now", [plan])
    assert "0 reruns queued." in act(client, "rerunschedule", "run_now", [plan]), "its rerun still waits"
    run = Run.objects.get(status="queued")
    assert (run.why, run.requester) == ("schedule: weekly", staff)
    before = plan.waits_since
    plan.refresh_from_db()
    assert plan.waits_since == before, "its own times stay"
