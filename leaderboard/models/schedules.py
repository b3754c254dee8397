"""Reruns that fire by themselves."""

import json
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from leaderboard.models.runs import TIER_CHOICES, Run
from leaderboard.models.submissions import Submission


def occurs(crontab: CrontabSchedule) -> bool:
    """Whether there is such a time at all: 31 February is none, and would stop the clock that waits for it."""
    try:
        crontab.schedule.remaining_estimate(timezone.now())
    except ValueError:
        return False
    return True


class RerunSchedule(models.Model):
    """Reruns that fire by themselves: chosen submissions, or all that stand on the chosen boards."""

    name = models.CharField(max_length=80, unique=True)
    tier = models.CharField(max_length=5, choices=TIER_CHOICES, default="quick")
    tasks = models.JSONField(default=list, blank=True)  # slugs: everything on these boards
    submissions = models.ManyToManyField(Submission, blank=True, related_name="+")
    crontab = models.ForeignKey(CrontabSchedule, on_delete=models.PROTECT)
    hours = models.FloatField(
        "hours a turn",
        null=True,
        blank=True,
        validators=[MinValueValidator(0.01)],
        help_text="Each time what fits into so many hours of one core, by its last run, what waits longest first. "
        "Empty: all of it.",
    )
    is_paused = models.BooleanField(default=False)
    last_time = models.DateTimeField(null=True, editable=False)  # when it fired
    waits_since = models.DateTimeField(default=timezone.now, editable=False)  # its next time comes after this
    beat = models.OneToOneField(PeriodicTask, null=True, editable=False, on_delete=models.SET_NULL)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the row that beat reads in step."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            self.beat, _ = PeriodicTask.objects.update_or_create(
                name=f"rerun schedule {self.pk}",
                defaults={
                    "task": "leaderboard.tasks.rerun_scheduled",
                    "kwargs": json.dumps({"schedule": self.pk}),
                    "crontab": self.crontab,
                    "queue": "results",
                    "enabled": not self.is_paused and occurs(self.crontab),
                },
            )
            type(self).objects.filter(pk=self.pk).update(beat=self.beat)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        beat = self.beat
        deleted = super().delete(*args, **kwargs)
        if beat:
            beat.delete()
        return deleted

    def chosen_submissions(self) -> models.QuerySet[Submission]:
        """The submissions that it reruns."""
        on_boards = Q(task__in=self.tasks, standings__tier=self.tier)
        picked = Q(pk__in=self.submissions.values("pk"))
        return Submission.objects.in_the_running().filter(on_boards | picked).distinct()

    def turn(self) -> list[Submission]:
        """What it reruns now: all that is chosen and has no open run, or what fits its hours, what waits longest first.

        At least one, so that what is longer than the hours has its turn too.
        """
        waiting = self.chosen_submissions().exclude(
            pk__in=Run.objects.open().filter(tier=self.tier).values("submission")
        )
        if self.hours is None:
            return list(waiting)
        last = Run.objects.filter(submission=OuterRef("pk"), tier=self.tier).order_by("-queued", "-pk")
        cost = last.annotate(cost=F("cpu_seconds") + F("evaluator_seconds"))
        rows = list(
            waiting.annotate(
                since=Subquery(last.values("queued")[:1]), cost=Subquery(cost.values("cost")[:1])
            ).order_by(F("since").asc(nulls_first=True), "pk")
        )
        ends = accumulate(row.cost or 0.0 for row in rows)
        return [
            row
            for index, (row, end) in enumerate(zip(rows, ends, strict=True))
            if not index or end <= 3600 * self.hours
        ]

    def next_times(self, count: int) -> list[datetime]:
        """When it fires next, so many times; none while it is paused, or where that never happens."""
        if self.is_paused or not occurs(self.crontab):
            return []
        now, times = timezone.now(), [timezone.now()]
        for _ in range(count):
            wait: timedelta = self.crontab.schedule.remaining_estimate(times[-1])  # from now to the first one after it
            times.append(
                (now + wait + timedelta(seconds=30)).replace(second=0, microsecond=0)
            )  # minutes are all it knows
        return times[1:]

    @property
    def is_due(self) -> bool:
        if self.is_paused or not occurs(self.crontab):
            return False
        wait: timedelta = self.crontab.schedule.remaining_estimate(self.waits_since)
        return wait <= timedelta(0)

    def take_turn(self) -> bool:
        """Note that it fires now, where it is due and nobody else took this turn; in the transaction that does the work."""
        now = timezone.now()
        mine = type(self).objects.filter(pk=self.pk, is_paused=False, waits_since=self.waits_since)
        return self.is_due and bool(mine.update(waits_since=now, last_time=now))
