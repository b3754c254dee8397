"""Every run of a submission, every raw score, and what its plays reported."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from leaderboard.models.present import PresentManager
from leaderboard.models.submissions import Submission, author_name_of
from papers import catalogue
from papers.task import Board

TIER_CHOICES = [("quick", "Quick"), ("full", "Full")]
BILLED = {"cpu": "cpu_seconds", "cuda": "seconds"}  # of a device: the time that its price is for
COSTS = ("seconds", "cpu_seconds", "gpu_seconds", "memory_bytes", "gpu_memory_bytes")
LONG_TEXTS = ("log", "provenance", "failure_traceback")  # of a run: no list shows them


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: Any) -> Self:
        """The runs of the submissions that this user may see; failed and cancelled ones are their author's alone."""
        if user.is_staff:
            return self
        mine = Q(submission__author__isnull=False, submission__author_id=user.pk)
        is_public = ~Q(status__in=Run.PRIVATE) | Q(submission__is_house=True)
        return self.filter(is_public | mine, Q(submission__disqualified="") | mine)  # as Submission.visible_to has it

    def open(self) -> Self:
        return self.filter(status__in=Run.OPEN)

    def of(self, run: int, attempt: int, execution: str = "") -> Self:
        """The run, if this attempt and execution still own it. Every write to an open run goes through here."""
        return self.open().filter(pk=run, attempt=attempt, execution__in=("", execution) if execution else ("",))

    def of_board(self, board: Board) -> Self:
        return self.filter(**board.key)

    def for_lists(self) -> Self:
        """With submission and author, without the long texts."""
        return self.select_related("submission__author__pseudonym").defer(*LONG_TEXTS, "submission__description")


RunManager = PresentManager.from_queryset(RunQuerySet)


class Run(models.Model):
    """One evaluation of a submission: all cases x seeds of one tier, under one version of the task."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"
        CANCELLED = "cancelled"

    PRIVATE = (Status.FAILED, Status.CANCELLED)
    OPEN = (Status.QUEUED, Status.RUNNING)
    MAX_CRASHES = 3

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="runs")
    task = models.SlugField()  # the submission's: boards ask by task and tier
    tier = models.CharField(max_length=5, choices=TIER_CHOICES)
    task_version = models.PositiveIntegerField()
    why = models.CharField(max_length=200, default="submitted")  # "submitted", "rerun by an admin", "house method"
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    priority = models.SmallIntegerField(default=0)  # the least first: 0 of people; house methods and reruns yield

    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=1)  # a fencing token: what an older attempt says is dropped
    execution = models.CharField(max_length=36, blank=True)  # whoever started this attempt first
    crashes = models.PositiveSmallIntegerField(default=0)  # executions that vanished: our fault, retried
    queue = models.CharField(max_length=10, blank=True)  # "cpu", "gpu"; "" until it is released to Celery
    released = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)  # a pause after a worker refused it
    lease_until = models.DateTimeField(null=True, blank=True)
    queued = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    is_placed = models.BooleanField(default=True)  # False of one that finished and has yet to be put on its board

    plays_total = models.PositiveIntegerField(default=0)
    plays_done = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=dict, blank=True)  # {case: why it could not be played there}
    progress = models.JSONField(default=dict, blank=True)  # {"case", "seed", "fraction", "text"} of the play under way
    log = models.TextField(blank=True)

    # A failure says whose it was; ours costs the author nothing.
    failure_whose = models.CharField(max_length=6, blank=True)  # "author", "ours", ""
    costs_nothing = models.BooleanField(default=False)  # an author's failure that the quota overlooks
    failure_reason = models.CharField(max_length=20, blank=True)
    failure_message = models.TextField(blank=True)
    failure_traceback = models.TextField(blank=True)
    failure_case = models.CharField(max_length=100, blank=True)
    failure_seed = models.IntegerField(null=True, blank=True)

    device = models.CharField(max_length=10, blank=True)  # "cpu", "cuda": costs compare within one
    device_name = models.CharField(max_length=100, blank=True)
    isolation = models.CharField(max_length=100, blank=True)
    provenance = models.JSONField(default=dict, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    cpu_seconds = models.FloatField(null=True, blank=True)
    gpu_seconds = models.FloatField(null=True, blank=True)
    memory_bytes = models.BigIntegerField(null=True, blank=True)
    gpu_memory_bytes = models.BigIntegerField(null=True, blank=True)
    evaluator_seconds = models.FloatField(null=True, blank=True)  # CPU-seconds of the board's own work in its plays

    objects = RunManager()
    everything = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-queued", "-pk"]
        indexes = [
            models.Index(fields=["task", "tier", "status", "task_version"]),
            models.Index(fields=["status", "lease_until"]),
            models.Index(fields=["submission", "-queued"]),
            models.Index(fields=["status", "-ended"]),
            models.Index(fields=["ended"], condition=Q(is_placed=False), name="runs_to_be_placed"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def board(self) -> Board:
        """Raises KeyError where the paper has been removed: `objects` gives none of those."""
        return catalogue.board(self.task, self.tier)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_stale(self) -> bool:
        return self.task_version != catalogue.task(self.task).version

    @property
    def money(self) -> float | None:
        """What the method's time cost: core-seconds, or all the seconds that it held a GPU; None where no price is known."""
        price, seconds = settings.DEVICE_PRICES.get(self.device), getattr(self, BILLED.get(self.device, "seconds"))
        return None if price is None or seconds is None else price * seconds / 3600

    @property
    def requester_name(self) -> str:
        """Reads requester and pseudonym: select them first."""
        return author_name_of(self.requester)

    @property
    def fraction(self) -> float:
        """Share of the work done, in [0, 1]."""
        if self.status == self.Status.FINISHED:
            return 1.0
        return min(1.0, (self.plays_done + float(self.progress.get("fraction", 0.0))) / max(self.plays_total, 1))


class Score(models.Model):
    """One raw number: a metric of one play."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="scores")
    case = models.CharField(max_length=100)
    seed = models.PositiveSmallIntegerField()
    metric = models.CharField(max_length=50)
    value = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "case", "seed", "metric"], name="a_score_is_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.value}"


class Artefact(models.Model):
    """A curve, image or table that the protocol reported. The content lies in storage under its sha256."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="artefacts")
    case = models.CharField(max_length=100)
    seed = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    content: dict[str, Any] | None = None  # of one that was recorded and is never saved

    class Meta:
        ordering = ["case", "seed", "name"]
        constraints = [models.UniqueConstraint(fields=["run", "case", "seed", "name"], name="an_artefact_is_kept_once")]

    def __str__(self) -> str:
        return self.name
