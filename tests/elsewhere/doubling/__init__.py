"""A whole paper in one folder, found through PAPERS_PATH: doubling numbers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from papers.evidence import Claim, Comparison, Evidence
from papers.figures import Against, Bracket, Heatmap, Overlay
from papers.metrics import Flag, Metric
from papers.playing import Contestant
from papers.task import Case, House, Limits, Paper, Task, Tier


@dataclass(frozen=True)
class Params:
    n: int  # how many numbers


class Method(Contestant, Protocol):
    """Doubles numbers."""

    def __init__(self, seed: int, device: str) -> None: ...

    def double(self, x: np.ndarray) -> np.ndarray:
        """x: float64 (n,). Return 2 x, float64 (n,)."""


EVIDENCE = Evidence(
    claims=(
        Claim(
            method="Exact",
            case="small",
            metric="error",
            value=0.0,
            where="Table 1",
            status="checked",
            house="exact",
            tolerance=1e-9,
        ),
    ),
    comparisons=(
        Comparison(
            text="Doubling beats doing nothing",
            house="exact",
            than="identity",
            metric="error",
            cases=("small", "large"),
            where="abstract",
            status="checked",
        ),
    ),
)

DOUBLING = Task(
    slug="doubling",
    title="Doubling",
    summary="Twice as much of everything.",
    version=1,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.doubling.play",
    tiers=(
        Tier(
            name="quick",
            cases=(Case(name="small", params=Params(3)), Case(name="large", params=Params(50))),
            seeds=5,
            limits=Limits(call_seconds=5, play_seconds=10, memory_bytes=1 << 30),
            evidence=EVIDENCE,
        ),
        Tier(
            name="full",
            cases=(Case(name="vast", params=Params(500)),),
            seeds=3,
            limits=Limits(call_seconds=10, play_seconds=20, memory_bytes=1 << 30),
        ),
    ),
    trial="small",
    metrics=(
        Metric(name="error", label="Error", better="lower", description="Root mean squared error."),
        Metric(name="luck", label="Luck", better="context", description="What the seed drew."),
    ),
    house=(
        House(slug="exact", title="Exact", kind="method", summary="2 x."),
        House(slug="identity", title="Identity", kind="control", summary="x: must be wrong."),
    ),
    flags=(Flag(label="not doubled", metric="error", above=0.1, text="Some number is not twice as large."),),
    figures=(
        Heatmap(title="Error by case", metric="error"),
        Against(title="Error against n", metric="error", x="n", x_label="numbers"),
        Overlay(title="Answers", curve="answers", series="answer", x_label="i"),
        Bracket(title="Error and luck", low="error", value="error", high="error", truth="luck"),
    ),
    starter="exact",
)

PAPER = Paper(
    slug="doubling",
    title="On Doubling",
    authors="The authors",
    venue="Tests",
    url="https://example.org/doubling",
    claim="Doubling is exact.",
    question="Is it?",
    folder=Path(__file__).parent,
    tasks=(DOUBLING,),
)
