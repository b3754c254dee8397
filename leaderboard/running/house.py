"""Keeps the house methods on the boards: exactly the files that lie beside each paper."""

from django.db import transaction
from django_celery_beat.models import CrontabSchedule

from leaderboard.models import RerunSchedule, Run, Submission
from leaderboard.running.runs import start_run
from leaderboard.submitting.uploads import store_code
from papers import catalogue
from papers.task import House, Paper, Task, Tier

PRIORITY = 1  # people come first
NIGHTLY = "nightly repeat of house methods"


def sync(tier: Tier = "quick") -> list[Run]:
    """Make a submission of every house method and queue a run where none counts; cheapest first across tasks.

    A file that has changed becomes a new submission; the old one leaves the board and keeps its history.
    """
    house = [(paper, task, method) for paper in catalogue.all_papers() for task in paper.tasks for method in task.house]
    runs = []
    for paper, task, method in sorted(house, key=lambda item: item[2].expense):
        with transaction.atomic():
            submission = submit(paper, task, method)
            if needs_run(submission, task, tier):
                runs.append(start_run(submission, tier=tier, why="house method", priority=PRIORITY))
    return runs


def submit(paper: Paper, task: Task, method: House) -> Submission:
    """The submission of a house method's present file."""
    sha256 = store_code(paper.method_path(method.slug).read_bytes())
    same = Submission.objects.filter(is_house=True, task=task.slug, house_slug=method.slug)
    same.exclude(code_sha256=sha256).update(superseded=True)
    submission, _ = Submission.objects.update_or_create(
        is_house=True,
        task=task.slug,
        house_slug=method.slug,
        code_sha256=sha256,
        defaults={
            "name": method.title,
            "kind": method.kind,
            "description": method.summary,
            "paper_url": paper.url if method.kind == "method" else "",
            "superseded": False,
        },
    )
    return submission


def schedule_nightly_repeat() -> RerunSchedule:
    """Rerun the cheapest house method of every task each night: it must repeat itself exactly."""
    schedule = RerunSchedule.objects.filter(name=NIGHTLY).first()
    if schedule is None:
        crontab = CrontabSchedule.objects.create(minute="17", hour="3")
        schedule = RerunSchedule.objects.create(name=NIGHTLY, crontab=crontab)
    for task in catalogue.all_tasks().values():
        cheapest = min(task.house, key=lambda method: method.expense)
        same = Submission.objects.filter(task=task.slug, house_slug=cheapest.slug, is_house=True, superseded=False)
        schedule.submissions.add(*same)
    return schedule


def needs_run(submission: Submission, task: Task, tier: Tier) -> bool:
    """Whether no run of this version is under way or finished. A failed one is tried again: a busy machine may have cut it."""
    runs = submission.runs.filter(tier=tier, task_version=task.version)
    return not runs.filter(status__in=[*Run.OPEN, Run.Status.FINISHED]).exists()
