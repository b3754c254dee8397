"""The operators board: smoothed Viterbi and DTW with their derivatives, right first, then cheap."""

from pathlib import Path

from papers.differentiable_dp.dp_operators import cases, evidence
from papers.differentiable_dp.dp_operators.house import HOUSE
from papers.differentiable_dp.dp_operators.interface import Method
from papers.differentiable_dp.dp_operators.metrics import METRICS
from papers.differentiable_dp.dp_operators.page import FIGURES, FLAGS
from papers.task import Limits, Task, Tier

TASK = Task(
    slug="dp_operators",
    title="Operators",
    summary="Value, gradient and Hessian-vector product of smoothed Viterbi and DTW: right in every corner, then cheap.",
    version=2,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.differentiable_dp.dp_operators.play",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=30, play_seconds=60, memory_bytes=4 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=120, play_seconds=600, memory_bytes=16 << 30, frame_bytes=1 << 30),
        ),
    ),
    trial=cases.SHORT,
    metrics=METRICS,
    flags=FLAGS,
    house=HOUSE,
    own="closed_form",
    starter="closed_form",
    figures=FIGURES,
)
