"""The control board: act well, from transitions that others chose or that one gathers oneself."""

from pathlib import Path

from papers.sbeed.control import cases, evidence
from papers.sbeed.control.house import HOUSE
from papers.sbeed.control.interface import Method
from papers.sbeed.control.metrics import FLAGS, METRICS
from papers.sbeed.control.page import FIGURES
from papers.task import Gap, Limits, Task, Tier

TASK = Task(
    slug="control",
    title="Control",
    summary="Learn to act: from a fixed set of transitions, judged exactly, and in environments where every step counts.",
    version=3,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.sbeed.control.play",
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
            limits=Limits(call_seconds=600, play_seconds=3600, memory_bytes=8 << 30),
            gaps=(Gap("in environments a play of 300,000 steps takes four CPU-minutes: at most 40 CPU-hours"),),
            evidence=evidence.FULL,
        ),
    ),
    trial="riverswim/batch-10k",
    salted_cases=tuple({case.name: case for case in (*cases.QUICK, *cases.FULL) if case.params.is_batch}),
    metrics=METRICS,
    flags=FLAGS,
    house=HOUSE,
    own="sbeed",
    starter="model_vi",
    file_bytes=64 << 10,
    figures=FIGURES,
)
