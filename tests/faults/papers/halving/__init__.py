"""The smallest board that can be kept busy: one case, three seeds, milliseconds each."""

from pathlib import Path
from typing import Protocol

import numpy as np

from papers.metrics import Metric
from papers.playing import Contestant
from papers.task import Case, House, Limits, Paper, Task, Tier


class Method(Contestant, Protocol):
    """Halves numbers."""

    def __init__(self, seed: int, device: str) -> None: ...

    def halve(self, x: np.ndarray) -> np.ndarray:
        """x: float64 (n,). Return x / 2, float64 (n,)."""


LIMITS = Limits(call_seconds=60, play_seconds=120, memory_bytes=1 << 30)

HALVING = Task(
    slug="halving",
    title="Halving",
    summary="Half as much of everything.",
    version=1,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.halving.play",
    tiers=(
        Tier(name="quick", cases=(Case(name="small", params=3),), seeds=3, limits=LIMITS),
        Tier(name="full", cases=(Case(name="large", params=50),), seeds=3, limits=LIMITS),
    ),
    trial="small",
    metrics=(Metric(name="error", label="Error", better="lower", description="Root mean squared error."),),
    house=(House(slug="exact", title="Exact", kind="method", summary="x / 2."),),
    starter="exact",
)

PAPER = Paper(
    slug="halving",
    title="On Halving",
    authors="The authors",
    venue="Tests",
    url="https://example.org/halving",
    claim="Halving is exact.",
    question="Is it?",
    folder=Path(__file__).parent,
    tasks=(HALVING,),
)
