"""Where submissions stand, and reruns that said something else."""

from typing import Self

from django.db import models
from django.utils import timezone

from leaderboard.models.present import PresentManager
from leaderboard.models.runs import LONG_TEXTS, TIER_CHOICES, Run
from leaderboard.models.submissions import Submission
from papers import catalogue
from papers.task import Board


class StandingQuerySet(models.QuerySet["Standing"]):
    def of_board(self, board: Board) -> Self:
        """Its rows, without those of a former version's runs: they don't stand."""
        return self.filter(**board.key, run__task_version=board.task.version)

    def for_board(self, board: Board) -> Self:
        """Rows of a board, best first, with all that the page shows: one query."""
        return self.of_board(board).for_lists().order_by("position")

    def for_lists(self) -> Self:
        """With submission, author and run, without what no list shows."""
        return self.with_scores().defer("scores", "tally", *LONG_PARTS)

    def with_scores(self) -> Self:
        """As for lists, but with the scores from which a board is made anew."""
        return self.select_related("submission__author", "run").defer("tally", *LONG_PARTS)


LONG_PARTS = ("submission__description", *(f"run__{name}" for name in LONG_TEXTS))
StandingManager = PresentManager.from_queryset(StandingQuerySet)


class Standing(models.Model):
    """Where a submission stands on a board. Written by `leaderboard.boards.standings`, always derivable from scores."""

    task = models.SlugField()
    tier = models.CharField(max_length=5, choices=TIER_CHOICES)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="standings")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()  # 0 first; the order by the primary metric
    # None of who takes no place from anybody: an oracle, or a score that a flag says means nothing.
    rank = models.PositiveIntegerField(null=True)  # shared where values are equal
    rank_low = models.PositiveIntegerField(null=True)
    rank_high = models.PositiveIntegerField(null=True)
    group = models.PositiveIntegerField(null=True)  # 1 first: entries that the data can't tell from the group's best
    value = models.FloatField()  # the primary metric, over cases and seeds
    low = models.FloatField(null=True)  # 95 % interval; null where seeds are too few
    high = models.FloatField(null=True)
    metrics = models.JSONField(default=dict)  # {metric: {"value", "low", "high"}}
    cases = models.JSONField(default=dict)  # {case: {"value", "low", "high"}} of the primary metric
    flags = models.JSONField(default=list)  # what stands out, such as memorisation: papers.metrics.Finding as JSON
    tally = models.JSONField(default=list)  # how many others differ from it how clearly; see standings.tally
    scores = models.JSONField(default=list)  # of the primary metric: ranked cases in the card's order x seeds

    is_recorded = False  # a stand-in that is never saved: see leaderboard.boards.references

    objects = StandingManager()
    everything = models.Manager["Standing"]()

    class Meta:
        ordering = ["task", "tier", "position"]
        constraints = [models.UniqueConstraint(fields=["task", "tier", "submission"], name="a_submission_stands_once")]
        indexes = [models.Index(fields=["task", "tier", "position"])]

    def __str__(self) -> str:
        return f"{self.rank or '-'}. {self.submission_id}"

    @property
    def board(self) -> Board:
        """Raises KeyError where the paper has been removed: `objects` gives none of those."""
        return catalogue.board(self.task, self.tier)


class DriftFlagManager(PresentManager["DriftFlag"]):
    slug = "run__task"


class DriftFlag(models.Model):
    """A rerun whose scores differ from those of the run before it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="drift_flags")
    reference = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    shifts = models.JSONField()  # [{"metric", "case", "before", "after", "p"}], the most surprising first
    environment = models.JSONField(default=dict, blank=True)  # {"libraries.torch": [before, after]}
    created = models.DateTimeField(default=timezone.now)
    explanation = models.CharField(max_length=500, blank=True)  # an admin's, which settles the flag

    objects = DriftFlagManager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"drift of run {self.run_id}"
