"""Where submissions stand, also under another rule or on another day, and reruns that said something else."""

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

from leaderboard.models.present import PresentManager
from leaderboard.models.runs import COSTS, TIER_CHOICES, Run
from leaderboard.models.submissions import Submission
from papers import catalogue
from papers.task import Board

R = TypeVar("R", bound="Row")


class RowQuerySet(models.QuerySet[R]):
    def for_lists(self) -> Self:
        """With what lists show of submission, author and run, and nothing else."""
        return self.select_related("submission__author__pseudonym", "run").only(*OWN_PARTS, *LISTED)


class StandingQuerySet(RowQuerySet["Standing"]):
    def of_board(self, board: Board) -> Self:
        """Its rows, without those of a former version's runs: they don't stand. Found by their places, which lead in order."""
        return self.filter(**{f"place__{name}": value for name, value in standing_key(board).items()})

    def on(self, boards: Iterable[Board]) -> Self:
        """The rows of boards of one tier, of whatever version."""
        wanted = list(boards)
        tiers = {board.tier.name for board in wanted}
        return self.filter(place__task__in=[board.task.slug for board in wanted], place__tier__in=tiers)

    def for_board(self, board: Board) -> Self:
        """Rows of a board, best first, with all that the page shows: one query."""
        return self.of_board(board).for_lists().order_by("position")

    def for_lists(self) -> Self:
        return self.select_related("submission__author__pseudonym", "run").only(*STANDING_PARTS, *LISTED)

    def with_scores(self) -> Self:
        """As for lists, but with the scores from which a board is made anew."""
        return self.select_related("submission__author__pseudonym", "run").only(*STANDING_PARTS, *LISTED, "scores")


PLACE = ("position", "rank", "rank_low", "rank_high", "group")
MEASURED = ("value", "low", "high", "metrics", "cases", "flags")
OWN_PARTS = (*PLACE, *MEASURED)
STANDING_PARTS = (*MEASURED, "task", "tier")
LISTED = (
    *(f"submission__{name}" for name in ("task", "author", "is_house", "house_slug", "kind", "name", "claimed_value")),
    *(f"submission__author__{name}" for name in ("username", "is_active", "pseudonym__name")),
    *(f"run__{name}" for name in ("task", "tier", "task_version", "status", "left_out", "ended", *COSTS)),
    *(f"run__{name}" for name in ("device", "device_name", "isolation")),
)


def standing_key(board: Board) -> dict[str, Any]:
    """Which places of a board hold: those of the task's current version."""
    return {**board.key, "version": board.task.version}


class StandingManager(PresentManager.from_queryset(StandingQuerySet)):  # type: ignore[misc]  # made here
    """Rows come with their places: `position`, `rank` and so on are there to order and to choose by."""

    slug = "place__task"

    def get_queryset(self) -> Any:
        return super().get_queryset().annotate(**{name: F(f"place__{name}") for name in PLACE})


class Placing(models.Model):
    """Where a row stands on its board."""

    position = models.PositiveIntegerField()  # 0 first; the order by the primary metric
    # None of who takes no place from anybody: an oracle, or a score that a flag says means nothing.
    rank = models.PositiveIntegerField(null=True)  # shared where values are equal
    rank_low = models.PositiveIntegerField(null=True)
    rank_high = models.PositiveIntegerField(null=True)
    group = models.PositiveIntegerField(null=True)  # 1 first: entries that the data can't tell from the group's best

    class Meta:
        abstract = True


class Row(models.Model):
    """What was measured of a submission on a board, as lists show it."""

    value = models.FloatField()  # the primary metric, over cases and seeds
    low = models.FloatField(null=True)  # 95 % interval; null where seeds are too few
    high = models.FloatField(null=True)
    metrics = models.JSONField(default=dict)  # {metric: {"value", "low", "high"}}
    cases = models.JSONField(default=dict)  # {case: {"value", "low", "high"}} of the primary metric
    flags = models.JSONField(default=list)  # what stands out, such as memorisation: papers.metrics.Finding as JSON
    author = models.ForeignKey(  # the submission's, which never changes: to find the best of each without it
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    is_recorded = False  # a stand-in that is never saved: see leaderboard.boards.references

    class Meta:
        abstract = True


class Standing(Row):
    """Where a submission stands on a board. Written by `leaderboard.boards.standings`, always derivable from scores."""

    task = models.SlugField()
    tier = models.CharField(max_length=5, choices=TIER_CHOICES)
    version = models.PositiveIntegerField()  # the run's, of the task
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="standings", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    scores = models.JSONField(default=list)  # of the primary metric: ranked cases in the card's order x seeds

    # Its place, which is kept in `Place`: there once it has one, in rows of `objects`.
    position: int | None = None
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    group: int | None = None

    objects = StandingManager()
    everything = models.Manager["Standing"]()

    class Meta:
        ordering = ["task", "tier", "place__position"]
        constraints = [models.UniqueConstraint(fields=["task", "tier", "submission"], name="a_submission_stands_once")]
        indexes = [models.Index(fields=["submission", "task", "tier", "version"])]

    def __str__(self) -> str:
        return f"{self.rank or '-'}. {self.submission_id}"

    @property
    def board(self) -> Board:
        """Raises KeyError where the paper has been removed: `objects` gives none of those."""
        return catalogue.board(self.task, self.tier)


class Place(Placing):
    """Where a row of the same number stands. A newcomer moves most of a board: rows that are written then are narrow ones.

    task, tier and version are the row's: a page is found by one index.
    """

    standing = models.OneToOneField(Standing, on_delete=models.CASCADE, primary_key=True, related_name="place")
    task = models.SlugField()
    tier = models.CharField(max_length=5, choices=TIER_CHOICES)
    version = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["task", "tier", "version", "position"], name="rows_in_their_order")]

    def __str__(self) -> str:
        return f"{self.rank or '-'}. on {self.task}/{self.tier}"


class Tally(models.Model):
    """How many others differ how clearly from each row that is compared, of a board: see leaderboard.boards.tallies."""

    task = models.SlugField()
    tier = models.CharField(max_length=5, choices=TIER_CHOICES)
    submissions = models.BinaryField()
    counts = models.BinaryField()

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(fields=["task", "tier"], name="a_board_has_one_tally")]

    def __str__(self) -> str:
        return f"of {self.task}/{self.tier}"


class Recast(models.Model):
    """A board under another rule, or as of another day: made when somebody asks for it, and anew once the board has changed."""

    task = models.SlugField()
    tier = models.CharField(max_length=5, choices=TIER_CHOICES)
    key = models.CharField(max_length=64)  # which view: recast.key_of
    change = models.PositiveBigIntegerField()  # the task's number then: see Change
    began = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)  # by the task that makes it
    made = models.DateTimeField(null=True)  # None: under way

    is_behind = False  # whether the board has changed since: see recast.edition

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "tier", "key", "change"], name="a_view_is_made_once_for_each_change"
            )
        ]

    def __str__(self) -> str:
        return f"{self.task}/{self.tier} as of change {self.change}"


class RecastRow(Placing, Row):
    """A place on such a board."""

    recast = models.ForeignKey(Recast, on_delete=models.CASCADE, related_name="rows", db_index=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")

    objects = RowQuerySet["RecastRow"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["recast", "position"]),
        ]

    def __str__(self) -> str:
        return f"{self.rank or '-'}. {self.submission_id}"


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
        verbose_name, verbose_name_plural = "rerun that moved", "reruns that moved"

    def __str__(self) -> str:
        return f"drift of run {self.run_id}"
