"""The distance board: estimate a distance, and certify it by a potential."""

from pathlib import Path

from papers.task import Limits, Task, Tier
from papers.wgan_ts.wasserstein import cases, evidence
from papers.wgan_ts.wasserstein.house import HOUSE
from papers.wgan_ts.wasserstein.interface import Method
from papers.wgan_ts.wasserstein.metrics import METRICS
from papers.wgan_ts.wasserstein.page import FIGURES

TASK = Task(
    slug="wasserstein",
    title="Wasserstein distance",
    summary="Estimate the Wasserstein-1 distance between two samples, and certify it by a potential.",
    version=3,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.wgan_ts.wasserstein.play",
    once=(
        "papers.wgan_ts.wasserstein.play.distance",
        "papers.wgan_ts.problem.pairs.mean_way",
    ),
    kit="papers.wgan_ts.kit",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=20, play_seconds=60, memory_bytes=2 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=300, play_seconds=600, memory_bytes=8 << 30),
        ),
    ),
    trial="empirical-l1/n250-d2",
    metrics=METRICS,
    house=HOUSE,
    relations=evidence.RELATIONS,
    own="wgan_ts",
    starter="means",
    figures=FIGURES,
)
