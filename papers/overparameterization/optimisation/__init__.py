"""The optimisation board: minimise a hidden function from its gradients."""

from pathlib import Path

from papers.overparameterization.optimisation import cases, evidence
from papers.overparameterization.optimisation.house import HOUSE
from papers.overparameterization.optimisation.interface import Method
from papers.overparameterization.optimisation.metrics import METRICS
from papers.overparameterization.optimisation.page import FIGURES, FLAGS
from papers.task import Gap, Limits, Task, Tier

TASK = Task(
    slug="optimisation",
    title="Optimisation",
    summary="Minimise hidden functions from their gradients, the step size tuned on the same thirteen multipliers for all.",
    version=1,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.overparameterization.optimisation.play",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=5, play_seconds=60, memory_bytes=1 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=10, play_seconds=1800, memory_bytes=4 << 30),
            gaps=(
                Gap("plain gradient descent alone was played", cases=("cifar-jpeg/convnet",)),
                Gap(
                    "up to 75 CPU-seconds a play; plain descent, twice as deep and Adam were played",
                    cases=("mnist/mlp", "mnist/convnet"),
                ),
            ),
            evidence=evidence.FULL,
        ),
    ),
    trial="synth-k1e3/l2",
    metrics=METRICS,
    flags=FLAGS,
    house=HOUSE,
    own="deep2",
    starter="gd",
    figures=FIGURES,
    file_bytes=64 << 10,
)
