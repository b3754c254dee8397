"""What the pages show of a board, as plain rows. Each function says how many queries it makes."""

import inspect
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.db.models import Avg, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from leaderboard.boards import statistics as standings
from leaderboard.models import Run, Score, Standing, Submission
from papers.task import Metric, Task, Tier

COLUMNS = {
    "method": "submission__name",
    "seconds": "run__seconds",
    "cpu": "run__cpu_seconds",
    "memory": "run__memory_bytes",
    "device": "run__device",
    "author": "submission__author__username",
    "date": "run__ended",
}
HIDDEN_AT_FIRST = {"cpu"}
COSTS = ("seconds", "cpu", "gpu", "memory")
MOST_UNRANKED = 50


@dataclass(frozen=True)
class View:
    """Which rows a visitor wants, and in which order: exactly what the query string says."""

    tier: Tier
    sort: str = ""  # "" = by rank; a column or a metric, "-" before it for descending
    search: str = ""
    per_author: bool = False
    rule: standings.Rule | None = None  # None: the card's own
    weights: tuple[tuple[str, float], ...] = ()  # (case, weight) other than 1, where the rule is "weights"
    day: date | None = None  # the board as of the end of this day
    columns: tuple[str, ...] = ()  # () = those shown at first
    cost: str = "seconds"

    @classmethod
    def of(cls, card: Task, query: QueryDict) -> "View":
        """Anything unknown falls back to the default."""
        tier: Tier = "full" if query.get("tier") == "full" else "quick"
        sort, rule = query.get("sort", ""), query.get("rule", "")
        metrics = [metric.name for metric in card.metrics]
        weights = ((case, _weight(query.get(f"w:{case}", ""))) for case in card.ranked_cases(tier))
        return cls(
            tier=tier,
            sort=sort if sort.lstrip("-") in {*COLUMNS, *metrics} else "",
            search=query.get("q", "").replace("\0", "").strip()[:80],
            per_author=query.get("authors") == "best",
            rule=next((known for known in standings.RULES if known == rule and known != card.average), None),
            weights=tuple(pair for pair in weights if pair[1] != 1) if rule == "weights" else (),
            day=_day(query.get("asof", "")),
            columns=tuple(name for name in query.getlist("col") if name in {*COLUMNS, *metrics}),
            cost=query.get("cost", "") if query.get("cost", "") in COSTS else "seconds",
        )

    @property
    def is_stored(self) -> bool:
        """Whether the board stands in the database as it is asked for: today's, by the card's own rule."""
        return self.rule is None and self.day is None

    def shows(self, column: str) -> bool:
        return column in self.columns if self.columns else column not in HIDDEN_AT_FIRST

    def query(self, **changes: Any) -> str:
        """The query string of this view with some changes, defaults left out."""
        values = {
            "tier": self.tier,
            "sort": self.sort,
            "q": self.search,
            "authors": "best" if self.per_author else "",
            "rule": self.rule or "",
            **{f"w:{case}": f"{weight:g}" for case, weight in self.weights},
            "asof": self.day.isoformat() if self.day else "",
            "col": self.columns,
            "cost": self.cost,
        } | changes
        defaults = {("tier", "quick"), ("cost", "seconds")}
        return "?" + urlencode(
            {key: value for key, value in values.items() if value and (key, value) not in defaults}, doseq=True
        )

    def next_sort(self, column: str, *, descending_first: bool) -> str:
        """The query string of a click on a header: one direction, the other, then back to the ranking."""
        cycle = [f"-{column}", column] if descending_first else [column, f"-{column}"]
        following = {cycle[0]: cycle[1], cycle[1]: ""}.get(self.sort, cycle[0])
        return self.query(sort=following)

    def aria_sort(self, column: str) -> str:
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort, "none")


def _weight(text: str) -> float:
    """A weight of a case, in [0, 1000]; 1 where it is none."""
    try:
        weight = float(text)
    except ValueError:
        return 1.0
    return weight if 0 <= weight <= 1000 else 1.0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


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


def unranked(card: Task, tier: Tier) -> list[tuple[Run, str]]:
    """The latest run of each submission that doesn't rank, with the reason; the newest first. Two queries."""
    standing = Standing.objects.for_board(card.slug, tier).values("submission")
    latest = Run.objects.filter(submission=OuterRef("pk"), tier=tier).order_by("-queued", "-pk").values("pk")[:1]
    left = Submission.objects.filter(task=card.slug, disqualified="", superseded=False).exclude(pk__in=standing)
    numbers = left.annotate(latest=Subquery(latest)).filter(latest__isnull=False).values("latest")
    runs = Run.objects.filter(pk__in=numbers).select_related("submission__author").defer("log", "provenance")
    return [(run, why_unranked(card, run)) for run in runs.order_by("-queued", "-pk")[:MOST_UNRANKED]]


def why_unranked(card: Task, run: Run) -> str:
    if run.is_open:
        return f"{run.status}: {run.plays_done} of {run.plays_total} plays"
    if run.status == Run.Status.FAILED:
        return f"failed: {run.failure_message}" if run.failure_whose == "author" else "failed by our fault"
    if run.status == Run.Status.CANCELLED:
        return "cancelled"
    if run.task_version != card.version:
        return f"stale: it ran under version {run.task_version}, now it is {card.version}"
    return f"incomplete: {card.primary.label} is missing on a ranked case and seed"


def raw_scores(card: Task, tier: Tier) -> Iterator[tuple[Any, ...]]:
    """run, submission, method, case, seed, metric, value of everything that ranks. One query, read in pieces."""
    runs = Standing.objects.for_board(card.slug, tier).values("run")
    names = ("run", "run__submission", "run__submission__name", "case", "seed", "metric", "value")
    found = Score.objects.filter(run__in=runs).order_by("run", "case", "seed", "metric")
    return found.values_list(*names).iterator(chunk_size=2000)


def shown_metrics(card: Task, tier: Tier) -> list[Metric]:
    """The columns beside the primary metric: all that rank and that some row has. One query."""
    best = Standing.objects.filter(task=card.slug, tier=tier).values_list("metrics", flat=True).first() or {}
    return [metric for metric in card.metrics[1:] if metric.better != "context" and metric.name in best]


def open_runs(card: Task, tier: Tier) -> Counter[str]:
    """How many runs of a board are queued and running. One query."""
    return Counter(Run.objects.open().filter(task=card.slug, tier=tier).values_list("status", flat=True))


def limits_by_case(card: Task, run: int) -> dict[str, dict[str, float]]:
    """What the cases themselves allow: {metric: {case: mean over seeds}}. One query."""
    names = [metric.name for metric in card.metrics if metric.is_limit]
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
