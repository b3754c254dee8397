"""The search board: find the best cell of a space in which every cell was trained."""

from pathlib import Path

from papers.enas.architecture_search import cases, evidence
from papers.enas.architecture_search.house import HOUSE
from papers.enas.architecture_search.interface import Method
from papers.enas.architecture_search.metrics import METRICS
from papers.enas.architecture_search.page import FIGURES, FLAGS
from papers.task import Gap, Limits, Task, Tier

TASK = Task(
    slug="architecture_search",
    title="Architecture search",
    summary="Find the best cell of a space in which every cell was trained, and pay for every training that you ask for.",
    version=3,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.enas.architecture_search.play",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=10,
            limits=Limits(call_seconds=20, play_seconds=60, memory_bytes=2 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=10,
            limits=Limits(call_seconds=20, play_seconds=60, memory_bytes=2 << 30),
            gaps=(
                Gap(
                    "its exhaustive private table must be made beforehand, two CPU-hours for each of its worlds",
                    cases=("digits/cell4-small", "digits/cell4"),
                ),
                Gap(
                    "shares weights on CIFAR-10: ENAS and random search were stopped there after 14 minutes of the first play",
                    methods=("enas", "enas_bias", "rsws", "exhaustive_shared", "untrained_supernet", "reinforce"),
                    cases=("nb201/cifar10-shared",),
                ),
                Gap("not ranked, and its private tables are made anew for each key", cases=("digits/cell3-small",)),
            ),
            evidence=evidence.FULL,
        ),
    ),
    trial="nb201/cifar10-plain",
    metrics=METRICS,
    flags=FLAGS,
    salted_cases=tuple(f"nb201/{data}" for data in cases.NB201),  # the function that moves the optimum
    house=HOUSE,
    relations=evidence.RELATIONS,
    own="enas",
    starter="random_search",
    file_bytes=64 << 10,
    figures=FIGURES,
)
