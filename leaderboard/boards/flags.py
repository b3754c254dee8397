"""What a reader should know of a row before believing it."""

from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.boards.claims import Verdict
from leaderboard.models import Standing
from papers.task import Task


@dataclass(frozen=True)
class Raised:
    """A flag on a row: a word or two, and why it matters."""

    label: str
    text: str


def of_row(card: Task, row: Standing, verdicts: Sequence[Verdict]) -> list[Raised]:
    """Every flag of a row. Reads submission, run and run.drift_flags: prefetch them."""
    found = [Raised(*(part.strip() for part in sentence.split(":", 1))) for sentence in row.flags if ":" in sentence]
    if row.run.isolation == "none":
        found.append(
            Raised("no isolation", "It ran without a sandbox: only house methods may, and it is no proof of fairness.")
        )
    for drift in row.run.drift_flags.all():
        text = f"This rerun differs from run {drift.reference_id} in {len(drift.shifts)} scores. {drift.explanation}"
        found.append(Raised("drift", text.strip()))
    return found + author_claim(card, row) + paper_claim(row, verdicts)


def author_claim(card: Task, row: Standing) -> list[Raised]:
    """Its author expected more than the interval allows."""
    claimed, low, high = row.submission.claimed_value, row.low, row.high
    if claimed is None or low is None or high is None:
        return []
    is_refuted = claimed > high if card.primary.better == "higher" else claimed < low
    digits = card.primary.digits
    text = f"Its author expected {claimed:.{digits}f}; measured are {low:.{digits}f} to {high:.{digits}f}."
    return [Raised("claim refuted", text)] if is_refuted else []


def paper_claim(row: Standing, verdicts: Sequence[Verdict]) -> list[Raised]:
    """A printed number of the paper that this house method did not reach."""
    slug = row.submission.house_slug
    missed = [item for item in verdicts if slug and item.claim.house == slug and item.verdict == "not held: worse"]
    return [
        Raised(
            "claim refuted",
            f"{item.claim.where} prints {item.claim.value:.{item.metric.digits}f} for {item.claim.method} on "
            f"{item.claim.case} ({item.metric.label}): {item.why}",
        )
        for item in missed[:1]
    ]
