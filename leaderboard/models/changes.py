"""What tells a page that was kept from one that still holds."""

from django.db import models
from django.db.models import F


class Change(models.Model):
    """How often something changed that pages show of a task: a standing, a run's state, a name. Only ever counted up."""

    task = models.SlugField(unique=True)
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"change {self.number} of {self.task}"

    @classmethod
    def note(cls, *tasks: str) -> None:
        """Count one up, in the transaction that makes the change: who sees the one sees the other. In one order, so that two
        transactions never wait for each other."""
        for task in sorted(set(tasks)):
            if not cls.objects.filter(task=task).update(number=F("number") + 1):
                Change.objects.bulk_create([Change(task=task)], ignore_conflicts=True)
                cls.objects.filter(task=task).update(number=F("number") + 1)

    @classmethod
    def numbers(cls) -> dict[str, int]:
        """task -> how often it changed. One query."""
        return dict(cls.objects.values_list("task", "number"))
