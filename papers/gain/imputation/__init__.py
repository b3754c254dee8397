"""The imputation board: fill the gaps of a table."""

from pathlib import Path

from papers.gain.imputation import cases, evidence
from papers.gain.imputation.house import HOUSE
from papers.gain.imputation.interface import Method
from papers.gain.imputation.metrics import METRICS
from papers.task import Gap, Limits, Task, Tier

TASK = Task(
    slug="imputation",
    title="Imputation",
    summary="Fill the gaps of a table whose cells are missing completely at random, at random, or because of their value.",
    version=3,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.gain.imputation.play",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=20, play_seconds=30, memory_bytes=2 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=900, play_seconds=1000, memory_bytes=8 << 30),
            gaps=(
                Gap(
                    "up to a CPU-minute a play; the paper prints the five tables with a fifth missing, which all have played"
                ),
            ),
            evidence=evidence.FULL,
        ),
    ),
    trial="curved/mcar-50",
    metrics=METRICS,
    house=HOUSE,
    relations=evidence.RELATIONS,
    own="gain",
    starter="mean",
)
