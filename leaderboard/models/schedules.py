"""Reruns that fire by themselves."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from leaderboard.models.runs import TIER_CHOICES
from leaderboard.models.submissions import Submission


class RerunSchedule(models.Model):
    """Reruns that fire by themselves: chosen submissions, or all that stand on the chosen boards."""

    name = models.CharField(max_length=80, unique=True)
    tier = models.CharField(max_length=5, choices=TIER_CHOICES, default="quick")
    tasks = models.JSONField(default=list, blank=True)  # slugs: everything on these boards
    submissions = models.ManyToManyField(Submission, blank=True, related_name="+")
    crontab = models.ForeignKey(CrontabSchedule, on_delete=models.PROTECT)
    is_paused = models.BooleanField(default=False)
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
                    "enabled": not self.is_paused,
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

    @property
    def last_time(self) -> datetime | None:
        return self.beat.last_run_at if self.beat else None

    @property
    def next_time(self) -> datetime | None:
        """When it fires next; None while it is paused."""
        if self.is_paused:
            return None
        now = timezone.now()
        wait: timedelta = self.crontab.schedule.remaining_estimate(now)
        return (now + wait + timedelta(seconds=30)).replace(second=0, microsecond=0)  # crontabs know minutes only
