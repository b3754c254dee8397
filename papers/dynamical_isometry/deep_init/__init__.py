"""The training board: start a very deep network, and see what the evaluator can teach it."""

from pathlib import Path

from papers.dynamical_isometry.deep_init import cases, evidence
from papers.dynamical_isometry.deep_init.house import HOUSE
from papers.dynamical_isometry.deep_init.interface import Method
from papers.dynamical_isometry.deep_init.metrics import METRICS
from papers.dynamical_isometry.deep_init.page import DEEPEST, FIGURES, FLAGS
from papers.dynamical_isometry.problem.house import METHODS
from papers.task import Gap, Limits, Task, Tier

TASK = Task(
    slug="deep_init",
    title="Deep training",
    summary="Start convolutional networks of many layers, without skips or normalisation, so that they can be trained.",
    version=1,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.dynamical_isometry.deep_init.play",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=20, play_seconds=25, memory_bytes=2 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(
                call_seconds=60,
                play_seconds=70,
                memory_bytes=4 << 30,
                evaluator_seconds=40_000,
                evaluator_bytes=16 << 30,
            ),
            gaps=(
                Gap(
                    "stopped after 18 minutes of the first play on a busy machine, or never begun: a card is wanted",
                    cases=("mnist/depth1250", "mnist/depth10000", "cifar-jpeg/depth1250"),
                ),
                Gap("a play of 10,000 layers takes seven CPU-minutes", cases=("digits/depth10000",)),
            ),
            evidence=evidence.FULL,
            figures=DEEPEST,
        ),
    ),
    trial=cases.TINY,
    metrics=METRICS,
    flags=FLAGS,
    house=HOUSE,
    shared_methods=METHODS,
    own="delta_orthogonal",
    starter="delta_orthogonal",
    figures=FIGURES,
    file_bytes=64 << 10,
)
