"""What the pages show of a board, as plain rows. Each function says how many queries it makes."""

import inspect
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.db.models import Avg, Exists, F, OuterRef, Q, QuerySet

from leaderboard import standings
from leaderboard.models import Run, Score, Standing
from papers.task import Claim, Comparison, Metric, Task, Tier

COLUMNS = {
    "method": "submission__name",
    "author": "submission__author__username",
    "seconds": "run__seconds",
    "memory": "run__memory_bytes",
    "date": "run__ended",
}


@dataclass(frozen=True)
class View:
    """Which rows a visitor wants, and in which order: exactly what the query string says."""

    tier: Tier
    sort: str = ""  # "" = by rank; a column or a metric, "-" before it for descending
    search: str = ""
    per_author: bool = False

    @classmethod
    def of(cls, card: Task, query: Mapping[str, str]) -> "View":
        """Anything unknown falls back to the default."""
        sort = query.get("sort", "")
        known = {*COLUMNS, *(metric.name for metric in card.metrics)}
        return cls(
            tier="full" if query.get("tier") == "full" else "quick",
            sort=sort if sort.lstrip("-") in known else "",
            search=query.get("q", "").replace("\0", "").strip()[:80],
            per_author=query.get("authors") == "best",
        )

    def query(self, **changes: Any) -> str:
        """The query string of this view with some changes, defaults left out."""
        values = {
            "tier": self.tier,
            "sort": self.sort,
            "q": self.search,
            "authors": "best" if self.per_author else "",
        } | changes
        return "?" + urlencode(
            {key: value for key, value in values.items() if value and (key, value) != ("tier", "quick")}
        )

    def next_sort(self, column: str, *, descending_first: bool) -> str:
        """The query string of a click on a header: one direction, the other, then back to the ranking."""
        cycle = [f"-{column}", column] if descending_first else [column, f"-{column}"]
        following = {cycle[0]: cycle[1], cycle[1]: ""}.get(self.sort, cycle[0])
        return self.query(sort=following)

    def aria_sort(self, column: str) -> str:
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort, "none")


def rows(card: Task, view: View) -> QuerySet[Standing]:
    """The rows of a view in its order; missing values come last in either direction. One query when it is read."""
    found = Standing.objects.for_board(card.slug, view.tier)
    if view.search:
        found = found.filter(
            Q(submission__name__icontains=view.search) | Q(submission__author__username__icontains=view.search)
        )
    if view.per_author:
        better = Standing.objects.filter(
            task=card.slug,
            tier=view.tier,
            submission__author=OuterRef("submission__author"),
            position__lt=OuterRef("position"),
        )
        found = found.exclude(Exists(better))
    if view.sort:
        name = view.sort.lstrip("-")
        column = F(COLUMNS.get(name) or f"metrics__{name}__value")
        is_descending = view.sort.startswith("-")
        order = column.desc(nulls_last=True) if is_descending else column.asc(nulls_last=True)
        found = found.order_by(order, "position")
    return found


def shown_metrics(card: Task, tier: Tier) -> list[Metric]:
    """The columns beside the primary metric: all that rank and that some row has. One query."""
    best = Standing.objects.filter(task=card.slug, tier=tier).values_list("metrics", flat=True).first() or {}
    return [metric for metric in card.metrics[1:] if metric.better != "context" and metric.name in best]


def open_runs(card: Task, tier: Tier) -> Counter[str]:
    """How many runs of a board are queued and running. One query."""
    return Counter(Run.objects.open().filter(task=card.slug, tier=tier).values_list("status", flat=True))


def context_by_case(card: Task, run: int) -> dict[str, dict[str, float]]:
    """Metrics that describe the case and not the method: {metric: {case: mean over seeds}}. One query."""
    names = [metric.name for metric in card.metrics if metric.better == "context"]
    found: dict[str, dict[str, float]] = defaultdict(dict)
    means = Score.objects.filter(run=run, metric__in=names).values_list("metric", "case").annotate(Avg("value"))
    for metric, case, value in means.order_by("metric", "case"):
        found[metric][case] = value
    return dict(found)


def contrasts(
    card: Task, tier: Tier, rows: Sequence[Standing]
) -> list[tuple[Standing, list[standings.Estimate | None]]]:
    """The contrasts of a card for each row, paired by seed; None where a case was not played. One query."""
    pairs = card.contrasts.get(tier, ())
    cases = {name for pair in pairs for name in (pair.of, pair.against)}
    scores: dict[tuple[int, str], dict[int, float]] = defaultdict(dict)
    asked = Score.objects.filter(run__in=[row.run_id for row in rows], metric=card.primary.name, case__in=cases)
    for run, case, seed, value in asked.values_list("run", "case", "seed", "value"):
        scores[run, case][seed] = value

    def difference(run: int, of: str, against: str) -> standings.Estimate | None:
        first, second = scores[run, of], scores[run, against]
        if not first or first.keys() != second.keys():
            return None
        return standings.estimate(np.array([[first[seed] - second[seed] for seed in sorted(first)]]))

    return [(row, [difference(row.run_id, pair.of, pair.against) for pair in pairs]) for row in rows] if pairs else []


@dataclass(frozen=True)
class Verdict:
    """A claim beside our measurement of the house method that should reproduce it."""

    claim: Claim
    metric: Metric
    measured: standings.Estimate | None
    title: str  # of the house method

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


def verdicts(card: Task, tier: Tier) -> list[Verdict]:
    """Every claim of a tier with what we measured. Two queries."""
    claims = [claim for claim in card.claims if claim.tier == tier]
    houses = [claim.house for claim in claims if claim.house]
    found = Standing.objects.filter(task=card.slug, tier=tier, submission__house_slug__in=houses)
    runs = dict(found.values_list("submission__house_slug", "run"))
    scores: dict[tuple[int, str, str], list[float]] = defaultdict(list)
    asked = Score.objects.filter(
        run__in=runs.values(), metric__in={claim.metric for claim in claims}, case__in={claim.case for claim in claims}
    )
    for run, case, metric, value in asked.order_by("seed").values_list("run", "case", "metric", "value"):
        scores[run, case, metric].append(value)
    titles = {house.slug: house.title for house in card.house}
    return [
        Verdict(
            claim,
            card.metric(claim.metric),
            standings.estimate(np.array([values]))
            if claim.house and (values := scores.get((runs.get(claim.house, 0), claim.case, claim.metric)))
            else None,
            titles.get(claim.house or "", ""),
        )
        for claim in claims
    ]


@dataclass(frozen=True)
class Contest:
    """A comparison that the paper makes, beside what we measured: the difference in favour of the claimed winner."""

    comparison: Comparison
    metric: Metric
    titles: tuple[str, str]  # of the two house methods
    advantage: standings.Estimate | None

    @property
    def verdict(self) -> str:
        """Held or not where the whole interval says so."""
        found = self.advantage
        if found is None or found.low is None or found.high is None:
            return "not measured"
        return "held" if found.low > 0 else "not held" if found.high < 0 else "undecided"


def contests(card: Task, tier: Tier) -> list[Contest]:
    """Every comparison of a tier with what we measured. Two queries."""
    asked = [comparison for comparison in card.comparisons if comparison.tier == tier]
    if not asked:
        return []
    houses = {slug for comparison in asked for slug in (comparison.house, comparison.than)}
    found = Standing.objects.filter(task=card.slug, tier=tier, submission__house_slug__in=houses)
    runs = dict(found.values_list("submission__house_slug", "run"))
    scores: dict[tuple[int, str, str], dict[int, float]] = defaultdict(dict)
    rows = Score.objects.filter(run__in=runs.values(), metric__in={comparison.metric for comparison in asked})
    for run, case, metric, seed, value in rows.values_list("run", "case", "metric", "seed", "value"):
        scores[run, case, metric][seed] = value
    titles = {house.slug: house.title for house in card.house}

    def advantage(of: Comparison) -> standings.Estimate | None:
        sign = 1 if card.metric(of.metric).better == "higher" else -1
        differences = []
        for case in of.cases:
            first, second = (scores[runs.get(slug, 0), case, of.metric] for slug in (of.house, of.than))
            if not first or first.keys() != second.keys():
                return None
            differences.append([sign * (first[seed] - second[seed]) for seed in sorted(first)])
        return standings.estimate(np.array(differences))

    return [
        Contest(item, card.metric(item.metric), (titles[item.house], titles[item.than]), advantage(item))
        for item in asked
    ]


@dataclass(frozen=True)
class CaseScores:
    """One case of one run: the primary metric by seed, and the means of all metrics."""

    case: str
    ranked: bool
    by_seed: list[float | None]
    estimate: standings.Estimate | None
    means: dict[str, float]


def case_scores(card: Task, run: Run) -> list[CaseScores]:
    """Every raw score of a run, by case. One query."""
    values: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for name, metric, seed, value in run.scores.values_list("case", "metric", "seed", "value"):
        values[name, metric][seed] = value
    tier: Tier = "full" if run.tier == "full" else "quick"
    seeds = range(card.seeds[tier])
    found = []
    for case in card.cases[tier]:
        primary = values.get((case.name, card.primary.name), {})
        found.append(
            CaseScores(
                case=case.name,
                ranked=case.ranked,
                by_seed=[primary.get(seed) for seed in seeds],
                estimate=standings.estimate(np.array([[primary[seed] for seed in seeds]]))
                if len(primary) == len(seeds)
                else None,
                means={
                    metric.name: float(np.mean(list(scores.values())))
                    for metric in card.metrics
                    if (scores := values.get((case.name, metric.name)))
                },
            )
        )
    return found


def interface_source(card: Task) -> str:
    """The interface as its card documents it."""
    return inspect.getsource(card.interface)
