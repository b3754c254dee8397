"""What those who are concerned say of a verdict: signed, and shown once an administrator has read it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from leaderboard.models.present import PresentManager
from leaderboard.models.submissions import HOUSE, author_name_of

WAITING = 3  # of one author on one board: so many may wait to be read


class CommentQuerySet(models.QuerySet["Comment"]):
    def of_task(self, task: str) -> Self:
        """With authors; what is pinned first, then the oldest first."""
        return self.filter(task=task).select_related("author__pseudonym").order_by("-is_pinned", "created", "pk")

    def visible_to(self, user: Any) -> Self:
        """Those that were read, and one's own."""
        mine = Q(author__isnull=False, author_id=user.pk)
        return self if user.is_staff else self.filter(Q(shown__isnull=False) | mine)

    def waiting(self) -> Self:
        return self.filter(shown=None)


class Comment(models.Model):
    """A reply to what a board says of a paper's claims. Markdown without HTML."""

    class Role(models.TextChoices):
        PAPER = "paper", "an author of the paper"
        METHOD = "method", "the author of a method on this board"
        SITE = "site", "this site"

    task = models.SlugField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    role = models.CharField("you write as", max_length=6, choices=Role.choices)
    text = models.TextField(max_length=4000)
    created = models.DateTimeField(default=timezone.now)
    shown = models.DateTimeField(null=True, blank=True, editable=False)  # since when all may read it
    is_pinned = models.BooleanField(default=False, editable=False)

    objects = PresentManager.from_queryset(CommentQuerySet)()

    class Meta:
        ordering = ["-created", "-pk"]
        indexes = [models.Index(fields=["task", "-created"])]

    def __str__(self) -> str:
        return f"on {self.task}: {self.text[:60]}"

    @property
    def signature(self) -> str:
        """Reads author and pseudonym: select them first."""
        return HOUSE if self.role == self.Role.SITE else author_name_of(self.author)
