"""The file of a board's plays that anybody may rank it again from."""

from typing import Self

from django.db import models
from django.utils import timezone

from leaderboard.models.changes import Change
from leaderboard.models.present import PresentManager
from leaderboard.models.runs import TIER_CHOICES
from leaderboard.models.standings import Standing
from papers import catalogue
from papers.task import Board


class OpenData(models.Model):
    """One board's file, which lies in storage under its sha256; derived from what stands, so that backups leave it out."""

    task = models.SlugField()
    tier = models.CharField(max_length=5, choices=TIER_CHOICES)
    change = models.PositiveBigIntegerField()  # the task's number when it was written: see Change
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    plays = models.PositiveIntegerField()
    made = models.DateTimeField(default=timezone.now)
    seconds = models.FloatField()  # that making it took
    checked = models.DateTimeField(null=True)
    differences = models.JSONField(default=list)  # between its plays and the site's standings, a sentence each

    objects = PresentManager["OpenData"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "tier"], name="a_board_has_one_file")]

    def __str__(self) -> str:
        return f"the plays of {self.task}, {self.tier}"

    @property
    def board(self) -> Board:
        """Raises KeyError where the paper has been removed: `objects` gives none of those."""
        return catalogue.board(self.task, self.tier)

    @classmethod
    def is_behind(cls) -> bool:
        """Whether a board on which something stands has changed since its file was written. Three queries."""
        known = {(kept.task, kept.tier): kept.change for kept in cls.objects.all()}
        changes = Change.numbers()
        there = Standing.objects.order_by().values_list("task", "tier").distinct()
        return any(known.get(board) != changes.get(board[0], 0) for board in there)

    @classmethod
    def of_board(cls, board: Board) -> Self | None:
        return cls.objects.filter(**board.key).first()
