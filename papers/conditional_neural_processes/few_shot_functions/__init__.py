"""The board of functions: learn a family of them, then predict one from a few of its points."""

from pathlib import Path

from papers.conditional_neural_processes.few_shot_functions import cases, evidence, page
from papers.conditional_neural_processes.few_shot_functions.house import HOUSE
from papers.conditional_neural_processes.few_shot_functions.interface import Method
from papers.conditional_neural_processes.few_shot_functions.metrics import METRICS
from papers.task import Gap, Limits, Task, Tier

TASK = Task(
    slug="few_shot_functions",
    title="Functions from few points",
    summary="Learn a family of curves or images within a budget, then predict one from a few of its points, with how sure it is.",
    version=1,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.conditional_neural_processes.few_shot_functions.play",
    once=("papers.conditional_neural_processes.few_shot_functions.play.of_curves",),
    kit="papers.conditional_neural_processes.kit",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=25, play_seconds=45, memory_bytes=2 << 30),
            evidence=evidence.QUICK,
            figures=page.QUICK_FIGURES,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=400, play_seconds=600, memory_bytes=8 << 30),
            gaps=(Gap("learners take 45 to 60 CPU-minutes a seed; a file of references may take 150 kB"),),
            evidence=evidence.FULL,
            figures=page.FULL_FIGURES,
        ),
    ),
    trial="curves/rbf",
    metrics=METRICS,
    house=HOUSE,
    own="cnp_paper",
    starter="knn",
    flags=page.FLAGS,
    figures=page.SHARED,
)
