"""What a reader should know of a row before believing it."""

from collections.abc import Sequence

from leaderboard.boards.claims import Verdict
from leaderboard.models import Standing
from papers.metrics import Finding, Metric
from papers.task import Task

NO_ISOLATION = Finding(
    label="no isolation", text="It ran without a sandbox: only house methods may, and it is no proof of fairness."
)


def flags_of(task: Task, row: Standing, verdicts: Sequence[Verdict]) -> list[Finding]:
    """Every flag of a row. Reads submission, run and run.drift_flags: prefetch them."""
    runs_code = not row.submission.is_oracle  # an oracle is the board's own work: there is nothing to isolate
    isolation = [NO_ISOLATION] if row.run.isolation == "none" and runs_code else []
    return [*stored_flags(row), *isolation, *drift(row), *author_claim(task.primary, row), *paper_claim(row, verdicts)]


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
        for one in row.run.drift_flags.all()
    ]


def author_claim(primary: Metric, row: Standing) -> list[Finding]:
    """Its author expected more than the interval allows."""
    claimed, low, high = row.submission.claimed_value, row.low, row.high
    if claimed is None or low is None or high is None or primary.gain(claimed) <= best_gain(primary, low, high):
        return []
    digits = primary.digits
    text = f"Its author expected {claimed:.{digits}f}; measured are {low:.{digits}f} to {high:.{digits}f}."
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
