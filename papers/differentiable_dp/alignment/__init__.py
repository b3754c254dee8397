"""The alignment board: say where in a score each frame of its playing is."""

from pathlib import Path

from papers.differentiable_dp.alignment import cases, evidence
from papers.differentiable_dp.alignment.house import HOUSE
from papers.differentiable_dp.alignment.interface import Method
from papers.differentiable_dp.alignment.metrics import METRICS
from papers.figures import Heatmap, Overlay
from papers.task import Limits, Task, Tier

TASK = Task(
    slug="alignment",
    title="Alignment",
    summary="Say where in a score each frame of its warped and noisy playing is; the warp is known exactly.",
    version=1,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.differentiable_dp.alignment.play",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=15, play_seconds=16, memory_bytes=2 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=1200, play_seconds=1500, memory_bytes=8 << 30),
            evidence=evidence.QUICK,
        ),
    ),
    trial="warp/noise3",
    metrics=METRICS,
    house=HOUSE,
    starter="diagonal",
    file_bytes=256 << 10,
    figures=(
        Heatmap(title="Normalised error by case", metric="normalised_error", note="0 is exact, 1 a straight line."),
        Overlay(
            title="One alignment",
            curve="Alignment",
            series="answer",
            reference="straight line",
            case="warp/metric",
            x_label="frame of the playing",
            y_label="frame of the score",
        ),
    ),
)
