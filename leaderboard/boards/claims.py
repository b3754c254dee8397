"""What papers claim, beside what was measured here, and the verdict with its reason.

All that a paper's boards compare is one family: Holm's procedure keeps the chance of any wrong verdict on a paper within 5 %.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from leaderboard.boards import kept, references, verdicts
from leaderboard.boards.measurements import Measurements, measurements_of
from leaderboard.boards.verdicts import seeds_to_decide
from leaderboard.models import Change, Run
from papers.evidence import Claim, Comparison
from papers.metrics import Metric
from papers.task import Board, Paper
from runners.standing import statistics
from runners.standing.digits import with_interval
from runners.standing.scores import paired_by_seed
from runners.standing.value import unpaired

VERDICTS = (
    *("held", "better than printed", "not held", "differs, unchecked"),
    *("undecided", "not judged", "not measured"),
)


COMPARISONS, NUMBERS = KINDS = ("comparisons", "printed numbers")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is common to both kinds of claims."""

    board: Board
    run: Run | None  # None where it measured nothing of this
    reading: verdicts.Reading | None  # None: nothing that could be judged
    is_decided: bool = False  # by Holm's procedure over all readings of the paper
    seeds_needed: int | None = None  # in all; None where a thousand would not decide it, or it is decided

    def settled(self, is_decided: bool, seeds_needed: int | None) -> Self:
        return replace(self, is_decided=is_decided, seeds_needed=seeds_needed)

    @property
    def is_by_reference(self) -> bool:
        """Whether what is said of it rests on results that were recorded elsewhere."""
        return references.is_stand_in(self.run)

    @property
    def outlook(self) -> str:
        """What would decide it."""
        if self.seeds_needed is None or self.reading is None:
            return f"More than {verdicts.MOST_SEEDS:,} seeds would be needed to tell."
        more = self.seeds_needed - self.reading.seeds
        return f"About {more} more seed{'' if more == 1 else 's'} would decide it."


@dataclass(frozen=True, kw_only=True)
class Verdict(Judged):
    """A printed number beside our measurement of the house method that should reproduce it."""

    claim: Claim
    measurement: statistics.Estimate | None
    title: str  # of the house method
    is_played: bool  # whether there is a run of it, whatever it measured
    tolerance: float | None  # what is stated, or less: see verdicts.tolerance_of

    @property
    def metric(self) -> Metric:
        return self.board.task.metric(self.claim.metric)

    @property
    def difference(self) -> float | None:
        return self.measurement.value - self.claim.value if self.measurement else None

    @property
    def is_better(self) -> bool:
        """Whether what we measured is better than what was printed."""
        if self.measurement is None or not self.metric.is_ranked:
            return False
        return bool(self.metric.gain(self.measurement.value) > self.metric.gain(self.claim.value))

    @property
    def side(self) -> str:
        """On which side of a printed value that did not hold we are, "better" or "worse"; "" where it held, or may have."""
        return {"better than printed": "better", "not held": "worse", "differs, unchecked": "worse"}.get(
            self.verdict, ""
        )

    @property
    def verdict(self) -> str:
        """One of VERDICTS: held, or not, where the whole interval lies within the tolerance, or beyond it."""
        if self.measurement is None:
            return "not measured"
        if self.tolerance is None or self.measurement.low is None:
            return "not judged"
        is_within = self.reading is not None and self.reading.side == "within"
        is_predicted = verdicts.is_predicted(self.measurement, self.claim.value, self.claim.spread)
        if not self.is_decided or (self.claim.spread is not None and is_within != is_predicted):
            return "undecided"
        if is_within:
            return "held"
        if self.is_better:
            return "better than printed"
        return "not held" if self.claim.status == "checked" else "differs, unchecked"

    @property
    def why(self) -> str:
        """The reason of the verdict in a sentence or two."""
        if not self.claim.case:
            return "No case here is like it."
        if self.claim.house is None:
            return "No method here implements it."
        if not self.is_played:
            return f"“{self.title}” was not measured on the {self.board.tier.name} tier yet."
        if self.measurement is None:
            return f"What was measured of “{self.title}” holds no {self.metric.label} on {self.claim.case}."
        if self.tolerance is None:
            return "The paper's folder states no tolerance: the two were not measured alike."
        return f"{self.distance} {self.reason}"

    @property
    def distance(self) -> str:
        allowed = f"{self.tolerance:.3g}"
        is_capped = self.claim.tolerance is not None and self.tolerance != self.claim.tolerance
        limit = f"{allowed}, a third of the way to the trivial control," if is_capped else allowed
        known = self.measurement
        low, high = (known.low, known.high) if known else (None, None)
        apart = with_interval(abs(self.difference or 0), low, high, self.metric.digits)
        return f"{apart} apart; {limit} is allowed."

    @property
    def reason(self) -> str:
        match self.verdict:
            case "not judged":
                return "It is of one seed: nothing says how far another would be."
            case "held":
                return "The whole interval lies within."
            case "undecided" if self.is_decided:
                return "The printed value's own spread and the tolerance say different things."
            case "undecided":
                return f"The interval can't tell. {self.outlook}"
            case "differs, unchecked":
                return "The whole interval lies beyond; the number was transcribed and never checked, so nothing is refuted."
        return "The whole interval lies beyond."


@dataclass(frozen=True, kw_only=True)
class Contest(Judged):
    """A comparison that the paper makes, beside what we measured: the difference in favour of the claimed winner."""

    comparison: Comparison
    titles: tuple[str, str]  # of the two house methods
    advantage: statistics.Difference | None

    @property
    def metric(self) -> Metric:
        return self.board.task.metric(self.comparison.metric)

    @property
    def verdict(self) -> str:
        if self.reading is None:
            return "not judged" if self.advantage else "not measured"
        if not self.is_decided:
            return "undecided"
        return "held" if self.reading.side == "first" else "not held"

    @property
    def kind_of_difference(self) -> str:
        is_paired = not set(self.comparison.cases) & set(self.board.task.salted_cases)
        return "paired difference" if is_paired else "difference"

    @property
    def why(self) -> str:
        return {
            "not judged": "The two have one seed in common: nothing says how sure the difference is.",
            "held": f"The whole interval of the {self.kind_of_difference} is on the paper's side.",
            "not held": f"The whole interval of the {self.kind_of_difference} is on the other side.",
            "undecided": f"The {self.kind_of_difference} may be none. {self.outlook}",
            "not measured": f"The two were not both measured on the {self.board.tier.name} tier yet.",
        }[self.verdict]


def number_claims(board: Board, measurements: Measurements) -> list[Verdict]:
    """Every printed number of a board with what we measured."""
    return [number_claim(board, claim, measurements) for claim in board.evidence.claims]


def number_claim(board: Board, claim: Claim, measurements: Measurements) -> Verdict:
    metric, run = board.task.metric(claim.metric), measurements.run(board, claim.house)
    estimate = measurements.scores.estimate(run.pk, claim.metric, claim.case) if run else None
    tolerance, reading = claim.tolerance, None
    if tolerance is not None:
        tolerance = verdicts.tolerance_of(tolerance, claim.value, measurements.trivial(board, metric, claim.case))
        if run and estimate and estimate.low is not None:
            values = measurements.scores.by_seed(run.pk, claim.metric, claim.case)
            scores = np.array([[values[seed] for seed in sorted(values)]])
            reading = verdicts.within_tolerance(scores, claim.value, tolerance)
    title = next((house.title for house in board.task.house if house.slug == claim.house), "")
    return Verdict(
        board=board,
        run=run if estimate else None,
        reading=reading,
        claim=claim,
        measurement=estimate,
        title=title,
        is_played=run is not None,
        tolerance=tolerance,
    )


def contests(board: Board, measurements: Measurements) -> list[Contest]:
    """Every comparison of a board with what we measured."""
    titles = {house.slug: house.title for house in board.task.house}
    rows = []
    for item in board.evidence.comparisons:
        gains = compared_gains(board, item, measurements)
        apart = unpaired(board.task, item.cases, "mean")
        advantage = statistics.difference(*gains, apart) if gains else None
        reading = verdicts.better_of(*gains, apart) if gains and advantage and advantage.p is not None else None
        runs = measurements.pair(board, item.house, item.than) if advantage else None
        found: dict[str, Any] = {
            "board": board,
            "run": runs[0] if runs else None,
            "reading": reading,
            "advantage": advantage,
        }
        rows.append(Contest(comparison=item, titles=(titles[item.house], titles[item.than]), **found))
    return rows


def compared_gains(board: Board, item: Comparison, measurements: Measurements) -> tuple[np.ndarray, np.ndarray] | None:
    """The gains of the claimed winner and of the other, (strata, seeds) each; None where one wasn't played by both."""
    runs = measurements.pair(board, item.house, item.than)
    if runs is None:
        return None
    played = [[measurements.scores.by_seed(run.pk, item.metric, case) for case in item.cases] for run in runs]
    pairs = [pair for first, second in zip(*played, strict=True) if (pair := paired_by_seed(first, second))]
    if len(pairs) < len(item.cases) or len({len(first) for first, _ in pairs}) != 1:
        return None
    gains = board.task.metric(item.metric).gain(np.array(pairs).swapaxes(0, 1))  # 2 × cases × seeds
    how: dict[str, Any] = {"weights": board.weights(item.cases), "share_draws": board.task.cases_share_draws}
    first, second = statistics.strata_of(gains, **how)
    return first, second


@dataclass(frozen=True)
class Account:
    """All that a paper claims on its boards."""

    paper: Paper
    verdicts: list[Verdict]
    contests: list[Contest]

    def claims_on(self, board: Board) -> tuple[list[Verdict], list[Contest]]:
        """What is claimed on one of its boards."""
        own = [item for item in self.verdicts if item.board is board]
        return own, [item for item in self.contests if item.board is board]

    def only(self, verdict: str = "", kind: str = "", tier: str = "") -> "Account":
        """What a reader asks for; "" stands for all."""

        def fits(item: Judged, verdict_of: str) -> bool:
            return verdict in ("", verdict_of) and tier in ("", item.board.tier.name)

        numbers = [item for item in self.verdicts if fits(item, item.verdict)] if kind != COMPARISONS else []
        contested = [item for item in self.contests if fits(item, item.verdict)] if kind != NUMBERS else []
        return replace(self, verdicts=numbers, contests=contested)

    @property
    def with_measurement(self) -> list[Verdict]:
        return [item for item in self.verdicts if item.measurement]

    @property
    def without_measurement(self) -> list[Verdict]:
        return [item for item in self.verdicts if not item.measurement]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many claims have each verdict, in the order of VERDICTS."""
        count = Counter([item.verdict for item in self.verdicts] + [item.verdict for item in self.contests])
        return [(verdict, count[verdict]) for verdict in VERDICTS]

    @property
    def total(self) -> int:
        return len(self.verdicts) + len(self.contests)

    @property
    def family(self) -> int:
        """How many comparisons pay for each other."""
        return sum(item.reading is not None for item in (*self.verdicts, *self.contests))


def accounts(papers: Sequence[Paper]) -> list[Account]:
    """Every claim of these papers, on every board. Three queries for those of which something has changed, and one."""
    known: list[Account] = kept.once_each(papers, "claims", read, suffixes=(Change.HOUSE,))
    return known


def read(papers: Sequence[Paper]) -> list[Account]:
    boards = {paper.slug: [board for task in paper.tasks for board in task.boards.values()] for paper in papers}
    measurements = measurements_of([board for own in boards.values() for board in own])
    return [account_of(paper, boards[paper.slug], measurements) for paper in papers]


def account_of(paper: Paper, boards: Sequence[Board], measurements: Measurements) -> Account:
    numbers = [item for board in boards for item in number_claims(board, measurements)]
    contested = [item for board in boards for item in contests(board, measurements)]
    readings = [item.reading for item in (*numbers, *contested)]
    is_decided = verdicts.decided(readings)
    still_open = sum(reading is not None for reading in readings) - sum(is_decided)
    settled = [
        item.settled(sure, seeds_to_decide(item.reading, still_open) if item.reading and not sure else None)
        for item, sure in zip((*numbers, *contested), is_decided, strict=True)
    ]
    return Account(
        paper,
        [item for item in settled if isinstance(item, Verdict)],
        [item for item in settled if isinstance(item, Contest)],
    )
