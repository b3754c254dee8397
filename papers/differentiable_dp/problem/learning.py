"""What the boards that learn have in common: how long a method may, and where it stands between the best and the trivial."""

from typing import Any

from papers.evidence import Evidence
from papers.figures import Heatmap
from papers.task import Case, Gap, Limits, Tier

FILE_BYTES = 256 << 10  # of a method's file
QUICK = Limits(call_seconds=15, play_seconds=16, memory_bytes=2 << 30)
FULL = Limits(call_seconds=1200, play_seconds=1500, memory_bytes=8 << 30)


def tiers(
    quick: tuple[Case[Any], ...],
    full: tuple[Case[Any], ...],
    *,
    evidence: tuple[Evidence, Evidence],
    gaps: tuple[Gap, ...] = (),
) -> tuple[Tier, Tier]:
    """Five worlds in seconds each, and three seeds of real data in minutes; `gaps` are the full tier's."""
    return (
        Tier(name="quick", cases=quick, seeds=5, limits=QUICK, evidence=evidence[0]),
        Tier(name="full", cases=full, seeds=3, limits=FULL, evidence=evidence[1], gaps=gaps),
    )


def errors(note: str) -> Heatmap:
    return Heatmap(title="Normalised error by case", metric="normalised_error", note=note)
