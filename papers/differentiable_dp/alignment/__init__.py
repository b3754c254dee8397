"""The alignment board: say where in a score each frame of its playing is."""

from pathlib import Path

from papers.differentiable_dp.alignment import cases, evidence
from papers.differentiable_dp.alignment.house import HOUSE
from papers.differentiable_dp.alignment.interface import Method
from papers.differentiable_dp.alignment.metrics import METRICS
from papers.differentiable_dp.problem import learning
from papers.figures import Overlay
from papers.task import Task

TASK = Task(
    slug="alignment",
    title="Alignment",
    summary="Say where in a score each frame of its warped and noisy playing is; the warp is known exactly.",
    version=1,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.differentiable_dp.alignment.play",
    tiers=learning.tiers(cases.QUICK, cases.FULL, evidence=(evidence.QUICK, evidence.QUICK)),
    trial="warp/noise3",
    metrics=METRICS,
    house=HOUSE,
    own="soft_dtw",
    starter="diagonal",
    file_bytes=learning.FILE_BYTES,
    figures=(
        learning.errors("0 is exact, 1 a straight line."),
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
