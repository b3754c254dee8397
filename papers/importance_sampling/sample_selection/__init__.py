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
                    "stopped after 7 (MNIST) and 12 minutes (CIFAR-10) of the first play on a busy machine, or never begun",
                    cases=(
                        *("mnist/clean", "mnist/noise20", "mnist/noise40", "mnist/pairflip40"),
                        *("fashion/clean", "fashion/noise40", "cifar-jpeg/clean", "cifar-jpeg/noise40"),
                    ),
                ),
                Gap("a budget takes up to a minute on digits and four on MNIST"),
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
