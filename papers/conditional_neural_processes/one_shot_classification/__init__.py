"""The board of classes: tell apart what was never seen, from one drawing of each."""

from pathlib import Path

from papers.conditional_neural_processes.one_shot_classification import cases, evidence, page
from papers.conditional_neural_processes.one_shot_classification.house import HOUSE
from papers.conditional_neural_processes.one_shot_classification.interface import Method
from papers.conditional_neural_processes.one_shot_classification.metrics import METRICS
from papers.task import Gap, Limits, Task, Tier

TASK = Task(
    slug="one_shot_classification",
    title="One-shot classification",
    summary="Learn from many classes within a budget, then tell new ones apart from one drawing of each.",
    version=2,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.conditional_neural_processes.one_shot_classification.play",
    kit="papers.conditional_neural_processes.kit",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=25, play_seconds=45, memory_bytes=2 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=300, play_seconds=400, memory_bytes=8 << 30),
            gaps=(Gap("learners take 45 to 60 CPU-minutes a seed"),),
            evidence=evidence.FULL,
        ),
    ),
    trial="signs/5way-1shot",
    metrics=METRICS,
    house=HOUSE,
    own="cnp",
    starter="pixel_nn",
    flags=page.FLAGS,
    figures=page.FIGURES,
)
