"""The board: say which samples a model learns from."""

from pathlib import Path

from papers.importance_sampling.sample_selection import cases, evidence, page
from papers.importance_sampling.sample_selection.house import HOUSE
from papers.importance_sampling.sample_selection.interface import Method
from papers.importance_sampling.sample_selection.metrics import METRICS
from papers.task import Gap, Limits, Task, Tier

TASK = Task(
    slug="sample_selection",
    title="Sample selection",
    summary="Say which samples a model learns from, every pass of which is charged, where labels are right and where they are not.",
    version=1,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.importance_sampling.sample_selection.play",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=5, play_seconds=60, memory_bytes=1 << 30),
            evidence=evidence.QUICK,
            figures=page.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=10, play_seconds=1800, memory_bytes=4 << 30, evaluator_seconds=7200),
            gaps=(
                Gap(
                    "some five CPU-hours, reckoned; a first play on CIFAR-10 was stopped after 12 minutes on a busy machine"
                ),
            ),
            evidence=evidence.FULL,
            figures=page.FULL,
        ),
    ),
    trial=cases.TRIAL,
    metrics=METRICS,
    house=HOUSE,
    own="upper_bound",
    starter="uniform",
    flags=page.FLAGS,
    file_bytes=64 << 10,
)
