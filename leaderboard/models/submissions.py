"""Who submitted which code to which task."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from leaderboard.machine import contents
from leaderboard.models.present import PresentManager
from papers import catalogue
from papers.task import Paper, Task

HOUSE = "house"  # in the place of an author: nobody may be called so
DELETED = (
    "deleted user"  # begins the name that a deleted account leaves behind: no account can be made with a space in it
)


def author_name(name: str | None) -> str:
    """What pages call whoever is shown by this name: nobody's is the house's."""
    return DELETED if name and name.startswith(f"{DELETED} ") else name or HOUSE


def author_name_of(user: Any) -> str:
    """As others see it: a pseudonym where there is one, and who deleted the account has no name any more.

    Reads pseudonym: select it first.
    """
    pseudonym = getattr(user, "pseudonym", None)
    return author_name(pseudonym.name if pseudonym else user.get_username())


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: Any) -> Self:
        """Every submission's page is public; only its code may be private."""
        mine = Q(author__isnull=False, author_id=user.pk)  # nobody in particular is None, and so are house methods
        return self if user.is_staff else self.filter(Q(disqualified="") | mine)

    def in_the_running(self) -> Self:
        """Those that may stand on a board: neither disqualified nor superseded, nor withdrawn."""
        return self.filter(disqualified="", superseded=False)


SubmissionManager = PresentManager.from_queryset(SubmissionQuerySet)


class Submission(models.Model):
    """One file of code, sent to one task. Its code never changes: a changed file is a new submission."""

    class Kind(models.TextChoices):
        METHOD = "method"
        BASELINE = "baseline"
        CONTROL = "control"
        ORACLE = "oracle"  # of the house only: made from the truth, without code, never ranked

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
    code_sha256 = models.CharField(max_length=64, blank=True)  # "" of an oracle
    code_is_public = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now)
    superseded = models.BooleanField(default=False)  # by a newer file of the house; withdrawn ones are, too
    withdrawn = models.DateTimeField(null=True, blank=True, editable=False)  # when its author took it off the boards
    disqualified = models.CharField(max_length=500, blank=True)  # the reason, or ""

    objects = SubmissionManager()
    everything = models.Manager["Submission"]()

    class Meta:
        ordering = ["-created", "-pk"]
        indexes = [
            models.Index(fields=["task"], condition=models.Q(is_house=True), name="house_methods"),
            models.Index(fields=["author", "-created"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_house=True) | Q(author__isnull=False), name="a_submission_has_an_author"
            ),
            models.CheckConstraint(
                condition=Q(code_sha256="", kind="oracle", is_house=True) | ~Q(code_sha256="") & ~Q(kind="oracle"),
                name="all_but_oracles_have_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.task})"

    def get_absolute_url(self) -> str:
        return reverse("submission", args=[self.pk])

    @property
    def card(self) -> Task:
        """The task itself. Raises KeyError where the paper has been removed: `objects` gives none of those."""
        return catalogue.task(self.task)

    @property
    def paper(self) -> Paper:
        return catalogue.paper_of(self.task)

    @property
    def is_oracle(self) -> bool:
        return self.kind == self.Kind.ORACLE

    def may_change(self, user: Any) -> bool:
        """Whether this user may rerun and cancel: its author and staff."""
        return bool(user.is_staff or (self.author_id and self.author_id == user.pk))

    def may_read(self, user: Any) -> bool:
        """Whether this user may read the code, and with it what quotes the code: tracebacks and what it printed."""
        return self.code_is_public or self.is_house or self.may_change(user)

    @property
    def author_name(self) -> str:
        """Reads author and pseudonym: select them first."""
        return author_name_of(self.author) if self.author else HOUSE

    def code(self) -> bytes:
        """Its file; empty for an oracle."""
        return b"" if self.is_oracle else contents.CODE.read(self.code_sha256)
