"""The board: double numbers."""

from pathlib import Path

from papers.doubling.doubling import cases, evidence, page
from papers.doubling.doubling.interface import Method
from papers.metrics import Metric
from papers.task import House, Limits, Task, Tier

TASK = Task(
    slug="doubling",
    title="Doubling",
    summary="Twice as much of everything.",
    version=1,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.doubling.doubling.play",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=5, play_seconds=10, memory_bytes=1 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=10, play_seconds=20, memory_bytes=1 << 30),
        ),
    ),
    trial="small",
    metrics=(
        Metric(name="error", label="Error", better="lower", description="Root mean squared error."),
        Metric(name="luck", label="Luck", better="context", description="What the seed drew."),
    ),
    house=(
        House(slug="exact", title="Exact", kind="method", summary="2 x."),
        House(slug="identity", title="Identity", kind="control", summary="x: must be wrong."),
    ),
    starter="exact",
    flags=page.FLAGS,
    figures=page.FIGURES,
)
