"""Makes the standings of a board from the scores of its runs.

Standings are written when a run ends, so that a page is one query. A newcomer is compared with the others and they not
with each other; everything can be rebuilt from the scores, with the same result.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from leaderboard.boards import audit
from leaderboard.boards import statistics as standings
from leaderboard.models import Run, Score, Standing, Submission
from papers import catalogue
from papers.task import Audit, Task, Tier

CHUNK = 200  # runs whose scores are in memory at once
PLACE = ("position", "rank", "rank_low", "rank_high", "group", "tally")

Matrix = dict[str, dict[int, float]]  # case -> seed -> value
Ratios = dict[Audit, dict[int, float]]  # audit -> submission of the house -> log ratio


def counting_runs(task: Task, tier: Tier, *, until: datetime | None = None, **which: Any) -> dict[int, int]:
    """The run that counts of each submission: its latest finished one under the current version. One query."""
    finished = Run.objects.filter(
        submission=OuterRef("pk"), tier=tier, status=Run.Status.FINISHED, task_version=task.version
    ).order_by("-ended", "-pk")
    finished = finished.filter(ended__lte=until) if until else finished
    rows = (
        Submission.objects.filter(task=task.slug, disqualified="", superseded=False, **which)
        .annotate(counting=Subquery(finished.values("pk")[:1]))
        .filter(counting__isnull=False)
    )
    return dict(rows.values_list("counting", "pk"))


def rebuild(slug: str, tier: Tier) -> int:
    """Write the standings of a board anew from its scores. A query for each 200 runs, and one to write as many."""
    task = catalogue.task(slug)
    with transaction.atomic():
        hold(slug, tier)
        runs = counting_runs(task, tier)
        rows = list(measured(task, tier, runs))
        gain = gains(task, rows)
        set_places(rows, gain, standings.tally(gain))
        standing = {row.submission_id for row in rows}
        gone = [pk for pk, submission in on_board(slug, tier).items() if submission not in standing]
        Standing.objects.filter(pk__in=gone).delete()
        save(rows)
    return len(rows)


def update(run: Run) -> None:
    """Put a finished run on its board: compare it with all others, and them not with each other.

    What others are judged by (a house method where there are audits, another version of the task) is a rebuild.
    """
    task = catalogue.task(run.task)
    tier: Tier = "full" if run.tier == "full" else "quick"
    with transaction.atomic():
        hold(run.task, tier)
        fields = ("run__task_version", "submission", "run", "scores", *PLACE)
        rows = list(Standing.objects.filter(task=task.slug, tier=tier).select_related("run").only(*fields))
        shape = (len(task.ranked_cases(tier)), task.seeds[tier])
        is_current = all(row.run.task_version == task.version and np.shape(row.scores) == shape for row in rows)
        if not is_current or (run.submission.is_house and task.audits.get(tier)):
            rebuild(run.task, tier)
            return
        fresh = list(measured(task, tier, counting_runs(task, tier, pk=run.submission_id)))
        replace(task, rows, fresh, submission=run.submission_id)


def replace(task: Task, rows: Sequence[Standing], fresh: Sequence[Standing], *, submission: int) -> None:
    """Let a submission's fresh row, if there is one, take the place of its old one, if there is one."""
    old = [row for row in rows if row.submission_id == submission]
    others = [row for row in rows if row.submission_id != submission]
    before = [[getattr(row, name) for name in PLACE] for row in others]
    board = [*others, *fresh]
    gain = gains(task, board)
    set_places(board, gain, amended(np.array([row.tally for row in others]), gain, gains(task, old)))
    if not fresh:
        Standing.objects.filter(pk__in=[row.pk for row in old]).delete()
    move([row for row, was in zip(others, before, strict=True) if [getattr(row, name) for name in PLACE] != was])
    save(fresh)


def amended(counts: np.ndarray, gain: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """The tally of gain: (entries, seeds), where counts is that of its first rows among themselves and `gone`.

    So a tally follows a board without comparing it anew: what is gone is taken out, what comes after the rows put in.
    """
    rest, new = gain[: len(counts)], gain[len(counts) :]
    if len(rest):
        counts = counts - standings.histogram(standings.strength(rest, gone)) if len(gone) else counts
        counts = counts + standings.histogram(standings.strength(rest, new)) if len(new) else counts
    else:
        counts = np.zeros((0, 2 * standings.STEPS + 1), int)
    return np.concatenate([counts, standings.histogram(standings.strength(new, gain))])


def gains(task: Task, rows: Sequence[Standing]) -> np.ndarray:
    """What is compared: each row's score by seed under the task's own rule, (rows, seeds), higher is better."""
    if not rows:
        return np.empty((0, 0))
    sign = 1.0 if task.primary.better == "higher" else -1.0
    return standings.by_seed(sign * np.array([row.scores for row in rows]), task.average)


def set_places(rows: Sequence[Standing], gain: np.ndarray, counts: np.ndarray) -> None:
    """Set position, rank, its interval and the tie group of each row; equal means stand in the order of their runs."""
    if not rows:
        return
    found = standings.place(gain, counts, tiebreak=[row.run_id for row in rows])
    places = zip(found.position, found.rank, found.low, found.high, found.group, strict=True)
    for row, place, tally in zip(rows, places, counts.tolist(), strict=True):
        row.position, row.rank, row.rank_low, row.rank_high, row.group = map(int, place)
        row.tally = tally


def hold(slug: str, tier: str) -> None:
    """Let no other transaction write this board until ours ends. SQLite's transactions take turns anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"board {slug} {tier}"])


def on_board(slug: str, tier: str) -> dict[int, int]:
    """Standing -> submission of every row of a board. One query."""
    return dict(Standing.objects.filter(task=slug, tier=tier).values_list("pk", "submission"))


def save(rows: Sequence[Standing]) -> None:
    """Write whole rows; one that stands already is overwritten."""
    unique = {"task", "tier", "submission"}
    names = [field.name for field in Standing._meta.fields if field.name not in unique | {"id"}]
    Standing.objects.bulk_create(
        rows, batch_size=CHUNK, update_conflicts=True, unique_fields=sorted(unique), update_fields=names
    )


def move(rows: Sequence[Standing]) -> None:
    """Write the places of rows and nothing else: one statement with many values, as a newcomer moves most of a board."""
    fields = [field for field in Standing._meta.fields if field.name in PLACE]
    quote = connection.ops.quote_name
    table, columns = quote(Standing._meta.db_table), ", ".join(f"{quote(field.name)} = %s" for field in fields)
    values = [
        [*(field.get_db_prep_save(getattr(row, field.name), connection) for field in fields), row.pk] for row in rows
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET {columns} WHERE id = %s", values)  # noqa: S608  # names of ours


def measured(task: Task, tier: Tier, runs: Mapping[int, int]) -> Iterator[Standing]:
    """Rows without places, of the runs that have the primary metric on every ranked case and seed: others don't rank.

    runs: run -> submission. A query for each 200 runs, and one where the card has audits.
    """
    numbers = sorted(runs)
    known = honest_ratios(task, tier)
    for start in range(0, len(numbers), CHUNK):
        scores = scores_of(numbers[start : start + CHUNK])
        for run in numbers[start : start + CHUNK]:
            if row := measured_row(task, tier, scores[run], known, run=run, submission=runs[run]):
                yield row


def measured_row(
    task: Task, tier: Tier, scores: dict[str, Matrix], known: Ratios, *, run: int, submission: int
) -> Standing | None:
    cases = task.ranked_cases(tier)
    primary = _array(scores[task.primary.name], cases, range(task.seeds[tier]))
    if not np.isfinite(primary).all():
        return None
    mean = _plain(standings.estimates(standings.by_seed(primary[None], task.average))[0])
    secondary = {
        metric.name: _defined({case: scores[metric.name].get(case, {}) for case in cases}) for metric in task.metrics
    }
    by_case = standings.estimates(primary)
    return Standing(
        task=task.slug,
        tier=tier,
        submission_id=submission,
        run_id=run,
        **mean,
        metrics={name: _plain(standings.estimate(values)) for name, values in secondary.items() if values.size}
        | {task.primary.name: mean},
        cases={case: _plain(found) for case, found in zip(cases, by_case, strict=True)},
        scores=primary.tolist(),
        flags=known_by_heart(scores, known, submission=submission) + raised(task, scores),
    )


def scores_of(runs: Sequence[int]) -> dict[int, dict[str, Matrix]]:
    """run -> metric -> case -> seed -> value. One query."""
    found: dict[int, dict[str, Matrix]] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    rows = Score.objects.filter(run__in=runs).values_list("run_id", "metric", "case", "seed", "value")
    for run, metric, case, seed, value in rows.iterator(chunk_size=10_000):
        found[run][metric][case][seed] = value
    return found


def raised(task: Task, metrics: dict[str, Matrix]) -> list[str]:
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


def honest_ratios(task: Task, tier: Tier) -> Ratios:
    """For each audit of the card, how the house methods do on the public table against its twin. Two queries."""
    audits = task.audits.get(tier, ())
    if not audits:
        return {}
    runs = counting_runs(task, tier, is_house=True)
    scores = scores_of(list(runs))
    return {
        check: {runs[run]: ratio for run in runs if (ratio := audit_ratio(check, scores[run])) is not None}
        for check in audits
    }


def audit_ratio(check: Audit, scores: dict[str, Matrix]) -> float | None:
    values = scores[check.metric]
    return audit.log_ratio(values.get(check.public, {}), values.get(check.twin, {}))


def known_by_heart(scores: dict[str, Matrix], known: Ratios, *, submission: int) -> list[str]:
    """A flag for each public table that a submission knows by heart, by the house methods' measure."""
    return [
        f"memorisation: on {check.public} its error is {np.exp(ratio):.2f} of that on a synthetic twin."
        for check, honest in known.items()
        if submission not in honest
        and (ratio := audit_ratio(check, scores)) is not None
        and audit.stands_out(ratio, list(honest.values()))
    ]


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
