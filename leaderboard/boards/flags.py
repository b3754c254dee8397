"""What a reader should know of a row before believing it: on pages, in the API, in tables for other programs."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet

from leaderboard.boards.claims import Verdict, accounts
from leaderboard.models import DriftFlag, Standing
from papers import catalogue
from papers.metrics import Finding, Metric
from papers.task import Board, Task
from runners.standing.digits import with_interval

NO_ISOLATION = Finding(
    label="no isolation", text="It ran without a sandbox: only house methods may, and it is no proof of fairness."
)


def drifts() -> "Prefetch[str]":
    """To be prefetched, of rows. A list, since a query set for each row costs more than all the flags."""
    return Prefetch("run__drift_flags", DriftFlag.objects.all(), to_attr="drifts")


def flags_of(task: Task, row: Standing, verdicts: Sequence[Verdict]) -> list[Finding]:
    """Every flag of a row. Reads submission, run and what `drifts` prefetches."""
    return [*stored_flags(row), *later_flags(task, row, verdicts)]


def later_flags(task: Task, row: Standing, verdicts: Sequence[Verdict]) -> list[Finding]:
    """Those that no board stores, as they may come and go while it stands."""
    runs_code = not row.submission.is_oracle  # an oracle is the board's own work: there is nothing to isolate
    isolation = [NO_ISOLATION] if row.run.isolation == "none" and runs_code else []
    return [*isolation, *drift(row), *author_claim(task.primary, row), *paper_claim(row, verdicts)]


def later_flags_by_run(board: Board, rows: QuerySet[Any]) -> dict[int, list[Finding]]:
    """run -> its later flags, of the rows that may have one. Three queries, whatever the number of rows."""
    verdicts = verdicts_on(board)
    refuted = {item.claim.house for item in verdicts if item.verdict == "not held"}
    moved = DriftFlag.objects.filter(run__task=board.task.slug, run__tier=board.tier.name).values_list("run", flat=True)
    some = rows.order_by().filter(
        Q(run__isolation="none")
        | Q(run__in=list(moved))
        | Q(submission__house_slug__in=refuted)
        | missed(board.task.primary)
    )
    marked = some.prefetch_related(drifts())
    return {row.run_id: later_flags(board.task, row, verdicts) for row in marked}


def missed(primary: Metric) -> Q:
    """In a filter: rows whose author expected more than the interval allows, or that must be looked at for it."""
    claimed = "submission__claimed_value"
    if primary.better == "higher":
        return Q(**{f"{claimed}__gt": F("high")})
    return Q(**{f"{claimed}__lt": F("low")}) if primary.better == "lower" else Q(**{f"{claimed}__isnull": False})


def verdicts_on(board: Board) -> list[Verdict]:
    """What became of the numbers that its paper prints of this board. One query where nothing has changed."""
    (account,) = accounts([catalogue.paper_of(board.task.slug)])
    return account.claims_on(board)[0]


def stored_flags(row: Standing) -> list[Finding]:
    """What was found when the run was put on its board."""
    return [Finding(**flag) for flag in row.flags]


def explanation(task: Task, flag: Finding) -> str:
    """A flag in a sentence or two: where, by which value, and why it matters."""
    metric = next((metric for metric in task.metrics if metric.name == flag.metric), None)
    if metric and flag.value is not None:
        return f"{metric.label} {flag.value:.{metric.digits}f} on {flag.case}. {flag.text}"
    return f"On {flag.case}: {flag.text}" if flag.case else flag.text


def drift(row: Standing) -> list[Finding]:
    return [
        Finding(
            label="drift",
            text=f"This rerun differs from run {one.reference_id} in {len(one.shifts)} scores. {one.explanation}".strip(),
        )
        for one in getattr(row.run, "drifts", ())  # a recorded row has none
    ]


def author_claim(primary: Metric, row: Standing) -> list[Finding]:
    """Its author expected more than the interval allows."""
    claimed, low, high = row.submission.claimed_value, row.low, row.high
    if claimed is None or low is None or high is None or primary.gain(claimed) <= best_gain(primary, low, high):
        return []
    told, least, most = (with_interval(value, low, high, primary.digits) for value in (claimed, low, high))
    text = f"Its author expected {told}; measured are {least} to {most}."
    return [Finding(label="forecast missed", text=text, metric=primary.name)]


def best_gain(metric: Metric, low: float, high: float) -> float:
    """The gain of the best value between low and high."""
    if metric.target is not None and low <= metric.target <= high:
        return 0.0
    return float(max(metric.gain(low), metric.gain(high)))


def paper_claim(row: Standing, verdicts: Sequence[Verdict]) -> list[Finding]:
    """A printed number of the paper that this house method did not reach."""
    slug = row.submission.house_slug
    missed = [item for item in verdicts if slug and item.claim.house == slug and item.verdict == "not held"]
    return [
        Finding(
            label="claim refuted",
            text=f"{item.claim.where} prints {item.claim.value:.{item.metric.digits}f} for {item.claim.method} on "
            f"{item.claim.case} ({item.metric.label}): {item.why}",
            metric=item.metric.name,
        )
        for item in missed[:1]
    ]
