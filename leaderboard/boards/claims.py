"""What papers claim, beside what was measured here, and the verdict with its reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from leaderboard.boards import references, statistics
from leaderboard.boards.scores import Scores, score_rows
from leaderboard.models import Run, Standing
from papers import catalogue
from papers.evidence import Claim, Comparison
from papers.metrics import Metric
from papers.task import Board, Paper

VERDICTS = ("held", "not held", "undecided", "not judged", "not measured")


@dataclass(frozen=True)
class Verdict:
    """A printed number beside our measurement of the house method that should reproduce it."""

    board: Board
    claim: Claim
    measurement: statistics.Estimate | None
    title: str  # of the house method
    run: Run | None = None

    @property
    def metric(self) -> Metric:
        return self.board.task.metric(self.claim.metric)

    @property
    def is_by_reference(self) -> bool:
        return references.is_stand_in(self.run)

    @property
    def difference(self) -> float | None:
        return self.measurement.value - self.claim.value if self.measurement else None

    @property
    def verdict(self) -> str:
        """Whether it held within the claim's tolerance; one of VERDICTS."""
        if self.measurement is None or self.difference is None:
            return "not measured"
        if self.claim.tolerance is None:
            return "not judged"
        return "held" if abs(self.difference) <= self.claim.tolerance else "not held"

    @property
    def side(self) -> str:
        """On which side of a printed value that did not hold we are, "better" or "worse"; "" where none is better."""
        if self.verdict != "not held" or self.measurement is None or not self.metric.is_ranked:
            return ""
        is_better = self.metric.gain(self.measurement.value) > self.metric.gain(self.claim.value)
        return "better" if is_better else "worse"

    @property
    def why(self) -> str:
        """The reason of the verdict in a sentence."""
        if self.claim.house is None:
            return "No method here implements it."
        if self.run is None:
            return f"“{self.title}” has no finished run on the {self.board.tier.name} tier of this site."
        if self.measurement is None:
            return f"Its run did not report {self.metric.label} on this case."
        if self.claim.tolerance is None:
            return "The paper's folder states no tolerance: the two were not measured alike."
        word = "within" if self.verdict == "held" else "beyond"
        return f"{abs(self.difference or 0):.{self.metric.digits}f} apart, {word} {self.claim.tolerance:g}."


@dataclass(frozen=True)
class Contest:
    """A comparison that the paper makes, beside what we measured: the difference in favour of the claimed winner."""

    board: Board
    comparison: Comparison
    titles: tuple[str, str]  # of the two house methods
    advantage: statistics.Difference | None
    run: Run | None = None

    @property
    def metric(self) -> Metric:
        return self.board.task.metric(self.comparison.metric)

    @property
    def is_by_reference(self) -> bool:
        return references.is_stand_in(self.run)

    @property
    def verdict(self) -> str:
        """Held or not where the whole interval says so."""
        if self.advantage is None or self.advantage.low is None:
            return "not measured"
        return {1: "held", 0: "undecided", -1: "not held"}[self.advantage.side]

    @property
    def why(self) -> str:
        return {
            "held": "The whole interval of the paired difference is on the paper's side.",
            "not held": "The whole interval of the paired difference is on the other side.",
            "undecided": "The interval of the paired difference holds 0: these seeds can't tell.",
            "not measured": f"The two have no finished runs to compare on the {self.board.tier.name} tier of this site.",
        }[self.verdict]


@dataclass(frozen=True)
class Measurements:
    """Scores of the house methods that claims are about: this site's own and, until there are some, recorded ones."""

    runs: Mapping[tuple[str, str, str], Run]  # task, tier, house method
    recorded: Mapping[tuple[str, str, str], Run]
    scores: Scores

    def run(self, board: Board, house: str | None) -> Run | None:
        key = (board.task.slug, board.tier.name, house or "")
        return self.runs.get(key) or self.recorded.get(key)

    def pair(self, board: Board, first: str, second: str) -> tuple[Run, Run] | None:
        """Runs of two methods on the same seeds: both this site's own, or both recorded."""
        for runs in (self.runs, self.recorded):
            one, other = (runs.get((board.task.slug, board.tier.name, house)) for house in (first, second))
            if one and other:
                return one, other
        return None


def measurements_of(boards: Sequence[Board]) -> Measurements:
    """What was measured of everything that is claimed on these boards. Two queries, whatever their number."""
    wanted = {(board.task.slug, board.tier.name, house) for board in boards for house in houses_claimed(board)}
    rows = Standing.objects.filter(
        task__in={task for task, _, _ in wanted},
        submission__is_house=True,
        submission__house_slug__in={house for _, _, house in wanted},
    )
    runs = {
        (row.task, row.tier, row.submission.house_slug): row.run
        for row in rows.for_lists()
        if (row.task, row.tier, row.submission.house_slug) in wanted and not row.run.is_stale
    }
    metrics = {claim.metric for board in boards for claim in board.evidence.claims}
    metrics |= {item.metric for board in boards for item in board.evidence.comparisons}
    stand_ins = {
        (board.task.slug, board.tier.name, slug): one
        for board in boards
        for slug, one in references.recorded(board).items()
        if slug in houses_claimed(board)
    }
    recorded: dict[tuple[str, str, str], Run] = {
        key: one.run(catalogue.board(*key[:2])) for key, one in stand_ins.items()
    }
    measured = score_rows([run.pk for run in runs.values()], metric__in=metrics)
    known = chain.from_iterable(one.score_rows() for one in stand_ins.values())
    return Measurements(runs, recorded, Scores(chain(measured, known)))


def houses_claimed(board: Board) -> set[str]:
    """The house methods that a board's claims and comparisons speak of."""
    named = {claim.house for claim in board.evidence.claims if claim.house}
    return named | {slug for item in board.evidence.comparisons for slug in (item.house, item.than)}


def verdicts(board: Board, measurements: Measurements) -> list[Verdict]:
    """Every printed number of a board with what we measured."""
    titles = {house.slug: house.title for house in board.task.house}
    rows = []
    for claim in board.evidence.claims:
        run = measurements.run(board, claim.house)
        estimate = measurements.scores.estimate(run.pk, claim.metric, claim.case) if run else None
        rows.append(Verdict(board, claim, estimate, titles.get(claim.house or "", ""), run))
    return rows


def contests(board: Board, measurements: Measurements) -> list[Contest]:
    """Every comparison of a board with what we measured."""
    titles = {house.slug: house.title for house in board.task.house}
    return [
        Contest(
            board,
            item,
            (titles[item.house], titles[item.than]),
            advantage(board, item, measurements),
            (measurements.pair(board, item.house, item.than) or (measurements.run(board, item.house),))[0],
        )
        for item in board.evidence.comparisons
    ]


def advantage(board: Board, item: Comparison, measurements: Measurements) -> statistics.Difference | None:
    """The paired difference in favour of the claimed winner, over the cases; None where one wasn't played by both."""
    metric = board.task.metric(item.metric)
    runs = measurements.pair(board, item.house, item.than)
    if runs is None:
        return None
    pairs = [measurements.scores.pairs(runs[0].pk, runs[1].pk, metric.name, case) for case in item.cases]
    known = [pair for pair in pairs if pair]
    if len(known) < len(pairs) or len({len(first) for first, _ in known}) != 1:
        return None
    gains = metric.gain(np.array(known).swapaxes(0, 1))  # 2 × cases × seeds
    first, second = statistics.strata_of(gains, share_draws=board.task.cases_share_draws)
    return statistics.paired(first, second)


@dataclass(frozen=True)
class Account:
    """All that a paper claims on its boards."""

    paper: Paper
    verdicts: list[Verdict]
    contests: list[Contest]
    wanted: str = ""  # a verdict: pages show these only

    def has(self, verdict: str) -> bool:
        return self.wanted in ("", verdict)

    @property
    def with_measurement(self) -> list[Verdict]:
        return [item for item in self.verdicts if item.measurement and self.has(item.verdict)]

    @property
    def without_measurement(self) -> list[Verdict]:
        return [item for item in self.verdicts if not item.measurement]

    @property
    def wanted_contests(self) -> list[Contest]:
        return [item for item in self.contests if self.has(item.verdict)]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many claims have each verdict, in the order of VERDICTS."""
        judged = [item.verdict for item in self.verdicts] + [item.verdict for item in self.contests]
        count = Counter(judged)
        return [(verdict, count[verdict]) for verdict in VERDICTS]

    @property
    def total(self) -> int:
        return len(self.verdicts) + len(self.contests)


def accounts(papers: Sequence[Paper], *, wanted: str = "") -> list[Account]:
    """Every claim of these papers, on every board. Two queries."""
    boards = {paper.slug: [board for task in paper.tasks for board in task.boards.values()] for paper in papers}
    measurements = measurements_of([board for own in boards.values() for board in own])
    return [
        Account(
            paper,
            [item for board in boards[paper.slug] for item in verdicts(board, measurements)],
            [item for board in boards[paper.slug] for item in contests(board, measurements)],
            wanted,
        )
        for paper in papers
    ]
