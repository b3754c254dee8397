"""The signal board: start a very deep network, and see what reaches its ends."""

from pathlib import Path

from papers.dynamical_isometry.deep_signal import cases, evidence
from papers.dynamical_isometry.deep_signal.house import HOUSE
from papers.dynamical_isometry.deep_signal.interface import Method
from papers.dynamical_isometry.deep_signal.metrics import METRICS
from papers.dynamical_isometry.deep_signal.page import FIGURES, FLAGS
from papers.dynamical_isometry.problem.house import METHODS
from papers.task import Limits, Task, Tier

TASK = Task(
    slug="deep_signal",
    title="Deep signal",
    summary="Start convolutional networks of up to 10,000 layers as near isometries whose gradients reach the first layer. Nothing "
    "is trained.",
    version=2,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.dynamical_isometry.deep_signal.play",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=20, play_seconds=25, memory_bytes=2 << 30),
            evidence=evidence.EVIDENCE,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=5,
            limits=Limits(call_seconds=60, play_seconds=70, memory_bytes=4 << 30),
            evidence=evidence.EVIDENCE,
        ),
    ),
    trial="depth32",
    metrics=METRICS,
    flags=FLAGS,
    relations=evidence.RELATIONS,
    house=HOUSE,
    shared_methods=METHODS,
    own="delta_orthogonal",
    starter="delta_orthogonal",
    figures=FIGURES,
    file_bytes=64 << 10,
)
