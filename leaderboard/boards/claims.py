"""What papers claim, beside what was measured here, and the verdict with its reason."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.boards import statistics as standings
from leaderboard.models import Run, Score, Standing
from papers.task import TIERS, Claim, Comparison, Metric, Paper, Task, Tier

VERDICTS = ("held", "not held", "undecided", "not judged", "not measured")


@dataclass(frozen=True)
class Verdict:
    """A printed number beside our measurement of the house method that should reproduce it."""

    claim: Claim
    metric: Metric
    measured: standings.Estimate | None
    title: str  # of the house method
    run: Run | None = None

    @property
    def difference(self) -> float | None:
        return self.measured.value - self.claim.value if self.measured else None

    @property
    def verdict(self) -> str:
        """Whether it held within the claim's tolerance; else on which side of the printed value we are."""
        if self.measured is None or self.difference is None:
            return "not measured"
        if self.claim.tolerance is None:
            return "not judged"
        if abs(self.difference) <= self.claim.tolerance:
            return "held"
        return "not held: better" if (self.difference > 0) == (self.metric.better == "higher") else "not held: worse"

    @property
    def why(self) -> str:
        """The reason of the verdict in a sentence."""
        if self.claim.house is None:
            return "No method here implements it."
        if self.run is None:
            return f"“{self.title}” has no finished run on the {self.claim.tier} tier of this site."
        if self.measured is None:
            return f"Its run did not report {self.metric.label} on this case."
        if self.claim.tolerance is None:
            return "The paper's folder states no tolerance: the two were not measured alike."
        word = "within" if self.verdict == "held" else "beyond"
        return f"{abs(self.difference or 0):.{self.metric.digits}f} apart, {word} {self.claim.tolerance:g}."


@dataclass(frozen=True)
class Contest:
    """A comparison that the paper makes, beside what we measured: the difference in favour of the claimed winner."""

    comparison: Comparison
    metric: Metric
    titles: tuple[str, str]  # of the two house methods
    advantage: standings.Estimate | None
    run: Run | None = None

    @property
    def verdict(self) -> str:
        """Held or not where the whole interval says so."""
        found = self.advantage
        if found is None or found.low is None or found.high is None:
            return "not measured"
        return "held" if found.low > 0 else "not held" if found.high < 0 else "undecided"

    @property
    def why(self) -> str:
        return {
            "held": "The whole interval of the paired difference is on the paper's side.",
            "not held": "The whole interval of the paired difference is on the other side.",
            "undecided": "The interval of the paired difference holds 0: these seeds can't tell.",
            "not measured": f"The two have no finished runs to compare on the {self.comparison.tier} tier of this site.",
        }[self.verdict]


@dataclass(frozen=True)
class Evidence:
    """Scores of the house methods that claims are about."""

    runs: Mapping[tuple[str, str, str], Run]  # task, tier, house method
    scores: Mapping[tuple[int, str, str], Mapping[int, float]]  # run, case, metric -> seed -> value


def gather(cards: Sequence[Task]) -> Evidence:
    """What was measured of everything that these cards' papers claim. Two queries, whatever their number."""
    asked = {(card.slug, house) for card in cards for house in claimed_houses(card)}
    slugs = {house for _, house in asked}
    rows = Standing.objects.filter(
        task__in={task for task, _ in asked}, submission__is_house=True, submission__house_slug__in=slugs
    )
    runs = {
        (row.task, row.tier, row.submission.house_slug): row.run
        for row in rows.select_related("submission", "run").defer("tally", "scores", "metrics", "cases", "run__log")
        if (row.task, row.submission.house_slug) in asked and not row.run.is_stale
    }
    metrics = {claim.metric for card in cards for claim in card.claims}
    metrics |= {item.metric for card in cards for item in card.comparisons}
    scores: dict[tuple[int, str, str], dict[int, float]] = defaultdict(dict)
    found = Score.objects.filter(run__in=runs.values(), metric__in=metrics)
    for run, case, metric, seed, value in found.values_list("run", "case", "metric", "seed", "value"):
        scores[run, case, metric][seed] = value
    return Evidence(runs, scores)


def claimed_houses(card: Task) -> set[str]:
    named = {claim.house for claim in card.claims if claim.house}
    return named | {slug for item in card.comparisons for slug in (item.house, item.than)}


def verdicts(card: Task, tier: Tier, evidence: Evidence) -> list[Verdict]:
    """Every printed number of a tier with what we measured."""
    titles = {house.slug: house.title for house in card.house}
    found = []
    for claim in (claim for claim in card.claims if claim.tier == tier):
        run = evidence.runs.get((card.slug, tier, claim.house or ""))
        values = evidence.scores.get((run.pk, claim.case, claim.metric)) if run else None
        measured = standings.estimate(np.array([[values[seed] for seed in sorted(values)]])) if values else None
        found.append(Verdict(claim, card.metric(claim.metric), measured, titles.get(claim.house or "", ""), run))
    return found


def contests(card: Task, tier: Tier, evidence: Evidence) -> list[Contest]:
    """Every comparison of a tier with what we measured."""
    titles = {house.slug: house.title for house in card.house}
    found = []
    for item in (item for item in card.comparisons if item.tier == tier):
        runs = [evidence.runs.get((card.slug, tier, slug)) for slug in (item.house, item.than)]
        names = (titles[item.house], titles[item.than])
        found.append(Contest(item, card.metric(item.metric), names, advantage(card, item, runs, evidence), runs[0]))
    return found


def advantage(
    card: Task, item: Comparison, runs: Sequence[Run | None], evidence: Evidence
) -> standings.Estimate | None:
    """The paired difference in favour of the claimed winner, over the cases; None where one wasn't played by both."""
    sign = 1 if card.metric(item.metric).better == "higher" else -1
    differences = []
    for case in item.cases:
        first, second = (evidence.scores.get((run.pk if run else 0, case, item.metric), {}) for run in runs)
        if not first or first.keys() != second.keys():
            return None
        differences.append([sign * (first[seed] - second[seed]) for seed in sorted(first)])
    return standings.estimate(np.array(differences))


@dataclass(frozen=True)
class Account:
    """All that a paper claims on its boards."""

    paper: Paper
    verdicts: list[tuple[Task, Verdict]]
    contests: list[tuple[Task, Contest]]
    asked: str = ""  # a verdict: pages show these only

    def has(self, verdict: str) -> bool:
        return verdict.partition(":")[0] == self.asked or not self.asked

    @property
    def tested(self) -> list[tuple[Task, Verdict]]:
        return [pair for pair in self.verdicts if pair[1].measured and self.has(pair[1].verdict)]

    @property
    def untested(self) -> list[tuple[Task, Verdict]]:
        return [pair for pair in self.verdicts if not pair[1].measured]

    @property
    def contested(self) -> list[tuple[Task, Contest]]:
        return [pair for pair in self.contests if self.has(pair[1].verdict)]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many claims have each verdict, in the order of VERDICTS."""
        judged = [item.verdict for _, item in self.verdicts] + [item.verdict for _, item in self.contests]
        found = Counter(verdict.partition(":")[0] for verdict in judged)
        return [(verdict, found[verdict]) for verdict in VERDICTS]

    @property
    def total(self) -> int:
        return len(self.verdicts) + len(self.contests)


def accounts(papers: Sequence[Paper], *, asked: str = "") -> list[Account]:
    """Every claim of these papers, on both tiers. Two queries."""
    evidence = gather([task for paper in papers for task in paper.tasks])
    return [
        Account(
            paper,
            [(task, item) for task in paper.tasks for tier in TIERS for item in verdicts(task, tier, evidence)],
            [(task, item) for task in paper.tasks for tier in TIERS for item in contests(task, tier, evidence)],
            asked,
        )
        for paper in papers
    ]
