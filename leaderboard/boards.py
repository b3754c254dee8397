"""Makes the standings of a board from the scores of its runs."""

from collections import defaultdict
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import OuterRef, Subquery

from leaderboard import audit, standings
from leaderboard.models import Run, Score, Standing, Submission
from papers import catalogue
from papers.task import Task, Tier

Matrix = dict[str, dict[int, float]]  # case -> seed -> value


def counting_runs(task: Task, tier: Tier) -> dict[int, int]:
    """The run that counts of each submission: its latest finished one under the current version. One query."""
    finished = Run.objects.filter(
        submission=OuterRef("pk"), tier=tier, status=Run.Status.FINISHED, task_version=task.version
    ).order_by("-ended", "-pk")
    rows = (
        Submission.objects.filter(task=task.slug, disqualified="", superseded=False)
        .annotate(counting=Subquery(finished.values("pk")[:1]))
        .filter(counting__isnull=False)
    )
    return dict(rows.values_list("counting", "pk"))


def rebuild(slug: str, tier: Tier) -> int:
    """Write the standings of a board anew from its scores. Three queries, one more per 1,000 rows."""
    task = catalogue.task(slug)
    with transaction.atomic():
        runs = counting_runs(task, tier)
        scores = _scores(list(runs))
        rows = _rows(task, tier, runs, scores)
        Standing.objects.filter(task=slug, tier=tier).exclude(
            submission__in=[row.submission_id for row in rows]
        ).delete()
        fields = [
            field.name for field in Standing._meta.fields if field.name not in {"id", "task", "tier", "submission"}
        ]
        Standing.objects.bulk_create(
            rows,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["task", "tier", "submission"],
            update_fields=fields,
        )
    return len(rows)


def _scores(runs: list[int]) -> dict[int, dict[str, Matrix]]:
    """run -> metric -> case -> seed -> value."""
    found: dict[int, dict[str, Matrix]] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    rows = Score.objects.filter(run__in=runs).values_list("run_id", "metric", "case", "seed", "value")
    for run, metric, case, seed, value in rows:
        found[run][metric][case][seed] = value
    return found


def _rows(task: Task, tier: Tier, runs: dict[int, int], scores: dict[int, dict[str, Matrix]]) -> list[Standing]:
    """Standings, best first. A run without the primary metric on every case and seed does not rank."""
    primary = task.primary
    cases, seeds = task.ranked_cases(tier), range(task.seeds[tier])
    complete = {}
    for run in runs:
        values = _array(scores[run][primary.name], cases, seeds)
        if np.isfinite(values).all():
            complete[run] = values
    if not complete:
        return []
    flags = _flags(task, tier, runs, {run: scores[run] for run in complete})
    places = standings.ranks(
        np.array([values.mean(axis=0) for values in complete.values()]), higher_is_better=primary.better == "higher"
    )
    ordered = sorted(zip(complete, places, strict=True), key=lambda item: (item[1].rank, item[0]))
    return [
        Standing(
            task=task.slug,
            tier=tier,
            submission_id=runs[run],
            run_id=run,
            position=position,
            rank=place.rank,
            rank_low=place.low,
            rank_high=place.high,
            **_plain(standings.estimate(complete[run])),
            metrics={
                metric.name: _plain(standings.estimate(values))
                for metric in task.metrics
                if (values := _defined({case: scores[run][metric.name].get(case, {}) for case in cases})).size
            },
            flags=flags[run],
            cases={case: _plain(standings.estimate(complete[run][[index]])) for index, case in enumerate(cases)},
        )
        for position, (run, place) in enumerate(ordered)
    ]


def _flags(task: Task, tier: Tier, runs: dict[int, int], scores: dict[int, dict[str, Matrix]]) -> dict[int, list[str]]:
    """What stands out about each run, as "label: sentence". One query."""
    known_by_heart = _memorisers(task, tier, runs, scores)
    return {run: known_by_heart[run] + _raised(task, metrics) for run, metrics in scores.items()}


def _raised(task: Task, metrics: dict[str, Matrix]) -> list[str]:
    """The flags of the card, each with the case on which its metric is farthest beyond the bound."""
    found = []
    for flag in task.flags:
        means = {case: float(np.mean(list(by_seed.values()))) for case, by_seed in metrics[flag.metric].items()}
        beyond = [(value, case) for case, value in means.items() if flag.is_raised(value)]
        if beyond:
            value, case = max(beyond) if flag.above is not None else min(beyond)
            metric = task.metric(flag.metric)
            found.append(f"{flag.label}: {metric.label} {value:.{metric.digits}f} on {case}. {flag.text}")
    return found


def _memorisers(
    task: Task, tier: Tier, runs: dict[int, int], scores: dict[int, dict[str, Matrix]]
) -> dict[int, list[str]]:
    """Runs that know a public table by heart, by the audits of the card against the house methods. One query."""
    honest = set(Submission.objects.filter(pk__in=runs.values(), is_house=True).values_list("pk", flat=True))
    found: dict[int, list[str]] = {run: [] for run in scores}
    for check in task.audits.get(tier, ()):
        ratios = {
            run: audit.log_ratio(metrics[check.metric].get(check.public, {}), metrics[check.metric].get(check.twin, {}))
            for run, metrics in scores.items()
        }
        known = {run: ratio for run, ratio in ratios.items() if ratio is not None}
        reference = [ratio for run, ratio in known.items() if runs[run] in honest]
        for run, ratio in known.items():
            if runs[run] not in honest and audit.stands_out(ratio, reference):
                found[run].append(
                    f"memorisation: on {check.public} its error is {np.exp(ratio):.2f} of that on a synthetic twin"
                )
    return found


def _array(matrix: Matrix, cases: list[str], seeds: range) -> np.ndarray:
    """(cases, seeds), NaN where a score is missing."""
    return np.array([[matrix.get(case, {}).get(seed, np.nan) for seed in seeds] for case in cases])


def _defined(matrix: Matrix) -> np.ndarray:
    """A secondary metric on the cases in which it is defined: (cases, seeds)."""
    seeds = sorted({seed for values in matrix.values() for seed in values})
    rows = [[values[seed] for seed in seeds] for values in matrix.values() if values and len(values) == len(seeds)]
    return np.array(rows).reshape(len(rows), len(seeds))


def _plain(value: standings.Estimate) -> dict[str, Any]:
    return {"value": value.value, "low": value.low, "high": value.high}
