"""What an administrator has said of a queue: that it waits, or that it is to run empty."""

from django.db import models
from django.utils import timezone

from leaderboard.models.runs import Run

NAMES = ("cpu", "gpu")


class Queue(models.Model):
    """How runs of one queue are released. A queue without a row is open."""

    class Mode(models.TextChoices):
        OPEN = "open", "open: runs start as workers become free"
        DRAINING = "draining", "draining: what was there before starts, what comes later waits"
        PAUSED = "paused", "paused: nothing starts, what runs runs to its end"

    name = models.CharField(max_length=10, unique=True, choices=[(name, name) for name in NAMES])
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.OPEN)
    reason = models.CharField(max_length=200, blank=True)  # shown to those who wait
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"the queue {self.name}"

    @classmethod
    def restricted(cls) -> dict[str, "Queue"]:
        """name -> each queue that is not open. One query."""
        return {queue.name: queue for queue in cls.objects.exclude(mode=cls.Mode.OPEN)}

    def holds(self, run: Run) -> bool:
        """Whether a waiting run stays where it is."""
        return self.mode == self.Mode.PAUSED or (self.mode == self.Mode.DRAINING and run.queued >= self.since)

    @property
    def sentence(self) -> str:
        """For those whose run it holds."""
        how = "is paused by an administrator" if self.mode == self.Mode.PAUSED else "is being emptied for maintenance"
        reason = f" ({self.reason})" if self.reason else ""
        return f"The {self.name} queue {how}{reason}. The run is kept, and starts once the queue is open again."
