"""What the site keeps: who submitted which code, every run of it, every raw score, and the standings made from them."""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from papers import catalogue
from papers.task import Paper, Task, Tier

TIER_CHOICES = [("quick", "Quick"), ("full", "Full")]


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: Any) -> Self:
        """Every submission's page is public; only its code may be private."""
        mine = Q(author__isnull=False, author_id=user.pk)  # nobody in particular is None, and so are house methods
        return self if user.is_staff else self.filter(Q(disqualified="") | mine)

    def of_author(self, user: Any) -> Self:
        return self.filter(author=user).prefetch_related("runs")


class Submission(models.Model):
    """One file of code, sent to one task. Its code never changes: a changed file is a new submission."""

    class Kind(models.TextChoices):
        METHOD = "method"
        BASELINE = "baseline"
        CONTROL = "control"

    task = models.SlugField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="submissions"
    )
    is_house = models.BooleanField(default=False)
    house_slug = models.SlugField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.METHOD)
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True, max_length=2000)
    paper_url = models.URLField(blank=True)
    code_url = models.URLField(blank=True)
    claimed_value = models.FloatField(null=True, blank=True)
    code_sha256 = models.CharField(max_length=64)
    code_is_public = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now)
    superseded = models.BooleanField(default=False)  # a house method whose file has changed since
    disqualified = models.CharField(max_length=500, blank=True)  # the reason, or ""

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        indexes = [models.Index(fields=["task", "is_house"]), models.Index(fields=["author", "-created"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_house=True) | Q(author__isnull=False), name="a_submission_has_an_author"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.task})"

    def get_absolute_url(self) -> str:
        return reverse("submission", args=[self.pk])

    @property
    def card(self) -> Task:
        """The task's card. Raises KeyError where the paper has been removed."""
        return catalogue.task(self.task)

    @property
    def paper(self) -> Paper:
        return catalogue.paper_of(self.task)

    def may_change(self, user: Any) -> bool:
        """Whether this user may rerun and cancel: its author and staff."""
        return bool(user.is_staff or (self.author_id and self.author_id == user.pk))

    def may_read(self, user: Any) -> bool:
        """Whether this user may read the code, and with it what quotes the code: tracebacks and what it printed."""
        return self.code_is_public or self.is_house or self.may_change(user)

    @property
    def author_name(self) -> str:
        """Reads author: select it first."""
        return self.author.get_username() if self.author else "house"

    def code(self) -> bytes:
        with default_storage.open(code_path(self.code_sha256)) as file:
            content: bytes = file.read()
        return content


def code_path(sha256: str) -> str:
    return f"methods/{sha256}.py"


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: Any) -> Self:
        """The runs of the submissions that this user may see."""
        return self if user.is_staff else self.filter(submission__in=Submission.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(status__in=Run.OPEN)

    def of(self, run: int, attempt: int, execution: str = "") -> Self:
        """The run, if this attempt and execution still own it. Every write to an open run goes through here."""
        return self.open().filter(pk=run, attempt=attempt, execution__in=("", execution) if execution else ("",))


class Run(models.Model):
    """One evaluation of a submission: all cases x seeds of one tier, under one version of the task."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"
        CANCELLED = "cancelled"

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
    priority = models.PositiveSmallIntegerField(default=0)  # 0 first: people; house methods and reruns yield

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

    plays_total = models.PositiveIntegerField(default=0)
    plays_done = models.PositiveIntegerField(default=0)
    progress = models.JSONField(default=dict, blank=True)  # {"case", "seed", "fraction", "text"} of the play under way
    log = models.TextField(blank=True)

    # A failure says whose it was; ours costs the author nothing.
    failure_whose = models.CharField(max_length=6, blank=True)  # "author", "ours", ""
    failure_reason = models.CharField(max_length=20, blank=True)
    failure_message = models.TextField(blank=True)
    failure_traceback = models.TextField(blank=True)
    failure_case = models.CharField(max_length=100, blank=True)
    failure_seed = models.IntegerField(null=True, blank=True)

    device = models.CharField(max_length=10, blank=True)  # "cpu", "cuda": costs compare within one
    device_name = models.CharField(max_length=100, blank=True)
    isolation = models.CharField(max_length=100, blank=True)
    provenance = models.JSONField(default=dict, blank=True)
    flags = models.JSONField(default=list, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    cpu_seconds = models.FloatField(null=True, blank=True)
    gpu_seconds = models.FloatField(null=True, blank=True)
    memory_bytes = models.BigIntegerField(null=True, blank=True)
    gpu_memory_bytes = models.BigIntegerField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-queued", "-pk"]
        indexes = [
            models.Index(fields=["task", "tier", "status", "task_version"]),
            models.Index(fields=["status", "lease_until"]),
            models.Index(fields=["submission", "-queued"]),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_stale(self) -> bool:
        return self.task_version != catalogue.task(self.task).version

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

    class Meta:
        ordering = ["case", "seed", "name"]
        constraints = [models.UniqueConstraint(fields=["run", "case", "seed", "name"], name="an_artefact_is_kept_once")]

    def __str__(self) -> str:
        return self.name


def artefact_path(sha256: str) -> str:
    return f"artefacts/{sha256}.json"


HEAVY = ("run__log", "run__failure_traceback", "submission__description")  # no list shows them


class StandingQuerySet(models.QuerySet["Standing"]):
    def for_board(self, task: str, tier: Tier) -> Self:
        """Rows of a board, best first, with all that the page shows: one query. A former version's runs don't stand."""
        current = self.filter(task=task, tier=tier, run__task_version=catalogue.task(task).version)
        return current.select_related("submission__author", "run").defer("tally", "scores", *HEAVY).order_by("position")


class Standing(models.Model):
    """Where a submission stands on a board. Written by `leaderboard.boards.standings`, always derivable from scores."""

    task = models.SlugField()
    tier = models.CharField(max_length=5, choices=TIER_CHOICES)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="standings")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()  # 0 first; the order by the primary metric
    rank = models.PositiveIntegerField()  # shared where values are equal
    rank_low = models.PositiveIntegerField()
    rank_high = models.PositiveIntegerField()
    group = models.PositiveIntegerField(default=1)  # 1 first: entries that the data can't tell from the group's best
    value = models.FloatField()  # the primary metric, over cases and seeds
    low = models.FloatField(null=True)  # 95 % interval; null where seeds are too few
    high = models.FloatField(null=True)
    metrics = models.JSONField(default=dict)  # {metric: {"value", "low", "high"}}
    cases = models.JSONField(default=dict)  # {case: {"value", "low", "high"}} of the primary metric
    flags = models.JSONField(default=list)  # sentences on what stands out, such as memorisation
    tally = models.JSONField(default=list)  # how many others differ from it how clearly; see standings.tally
    scores = models.JSONField(default=list)  # of the primary metric: ranked cases in the card's order x seeds

    objects = StandingQuerySet.as_manager()

    class Meta:
        ordering = ["task", "tier", "position"]
        constraints = [models.UniqueConstraint(fields=["task", "tier", "submission"], name="a_submission_stands_once")]
        indexes = [models.Index(fields=["task", "tier", "position"])]

    def __str__(self) -> str:
        return f"{self.rank}. {self.submission_id}"


class DriftFlag(models.Model):
    """A rerun whose scores differ from those of the run before it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="drift_flags")
    reference = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    shifts = models.JSONField()  # [{"metric", "case", "before", "after", "p"}], the most surprising first
    environment = models.JSONField(default=dict, blank=True)  # {"libraries.torch": [before, after]}
    created = models.DateTimeField(default=timezone.now)
    explanation = models.CharField(max_length=500, blank=True)  # an admin's, which settles the flag

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"drift of run {self.run_id}"


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

    def chosen(self) -> SubmissionQuerySet:
        """The submissions that it reruns."""
        on_boards = Q(task__in=self.tasks, standings__tier=self.tier)
        picked = Q(pk__in=self.submissions.values("pk"))
        return Submission.objects.filter(on_boards | picked, disqualified="", superseded=False).distinct()

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


class ApiToken(models.Model):
    """A bearer token. Only its hash is kept; the token itself is shown once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(default=timezone.now)
    last_used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, user: Any, name: str) -> tuple["ApiToken", str]:
        """Make a token; the text is returned here and never again."""
        text = f"cc_{secrets.token_urlsafe(32)}"
        return cls.objects.create(user=user, name=name, sha256=cls.digest(text)), text

    @staticmethod
    def digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()
