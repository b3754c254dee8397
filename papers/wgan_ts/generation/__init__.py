"""The generation board: learn to sample."""

from pathlib import Path

from papers.task import Gap, Limits, Task, Tier
from papers.wgan_ts.generation import cases, evidence
from papers.wgan_ts.generation.house import HOUSE
from papers.wgan_ts.generation.interface import Method
from papers.wgan_ts.generation.metrics import METRICS
from papers.wgan_ts.generation.page import FIGURES, FLAGS

TASK = Task(
    slug="generation",
    title="Generation",
    summary="Learn a distribution from points or images, and sample it without copying.",
    version=3,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.wgan_ts.generation.play",
    kit="papers.wgan_ts.kit",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=25, play_seconds=40, memory_bytes=2 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=900, play_seconds=1000, memory_bytes=8 << 30),
            gaps=(
                Gap(
                    "to judge a play on MNIST or Fashion by exact distances takes more than a CPU-minute, learners took over 15"
                ),
            ),
        ),
    ),
    trial="ring",
    metrics=METRICS,
    flags=FLAGS,
    house=HOUSE,
    relations=evidence.RELATIONS,
    own="gan_ts",
    starter="gaussian",
    figures=FIGURES,
)
