"""A whole paper in one folder, found through PAPERS_PATH: doubling numbers."""

from pathlib import Path
from typing import Protocol

import numpy as np

from papers.task import (
    Against,
    Bracket,
    Case,
    Claim,
    Comparison,
    Flag,
    Heatmap,
    House,
    Limits,
    Metric,
    Overlay,
    Paper,
    Task,
)


class Method(Protocol):
    """Doubles numbers."""

    def __init__(self, seed: int, device: str) -> None: ...

    def double(self, x: np.ndarray) -> np.ndarray:
        """x: float64 (n,). Return 2 x, float64 (n,)."""


DOUBLING = Task(
    slug="doubling",
    title="Doubling",
    summary="Twice as much of everything.",
    version=1,
    interface=Method,
    protocol="papers.doubling.protocol",
    cases={
        "quick": (Case(name="small", params={"n": 3}), Case(name="large", params={"n": 50})),
        "full": (Case(name="vast", params={"n": 500}),),
    },
    seeds={"quick": 5, "full": 3},
    limits={
        "quick": Limits(call_seconds=5, play_seconds=10, memory_bytes=1 << 30),
        "full": Limits(call_seconds=10, play_seconds=20, memory_bytes=1 << 30),
    },
    metrics=(
        Metric(name="error", label="Error", better="lower", description="Root mean squared error."),
        Metric(name="luck", label="Luck", better="context", description="What the seed drew."),
    ),
    house=(
        House(slug="exact", title="Exact", kind="method", summary="2 x."),
        House(slug="identity", title="Identity", kind="control", summary="x: must be wrong."),
    ),
    claims=(
        Claim(
            method="Exact",
            case="small",
            tier="quick",
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
