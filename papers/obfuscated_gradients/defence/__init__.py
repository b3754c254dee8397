"""The defence board: stay right under every attack, and say how robust you are."""

from pathlib import Path

from papers.obfuscated_gradients.defence import cases, evidence
from papers.obfuscated_gradients.defence.house import HOUSE
from papers.obfuscated_gradients.defence.interface import Method
from papers.obfuscated_gradients.defence.metrics import METRICS
from papers.obfuscated_gradients.defence.page import FIGURES, FLAGS
from papers.task import Gap, Limits, Task, Tier

TASK = Task(
    slug="defence",
    title="Defences under every attack",
    summary="Train a classifier that stays right within a small ball, and say how robust it is. Every defence meets the "
    "same attacks, white-box and black-box, and is asked whether it hides its gradient.",
    version=4,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.obfuscated_gradients.defence.play",
    once=(
        "papers.obfuscated_gradients.defence.play.drawn_digits",
        "papers.obfuscated_gradients.defence.substitutes.substitutes",
    ),
    kit="papers.obfuscated_gradients.kit",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=60, play_seconds=240, memory_bytes=2 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=1200, play_seconds=3600, memory_bytes=8 << 30, frame_bytes=1 << 30),
            gaps=(
                Gap(
                    "on a busy machine stopped after 13 minutes of the first play (smoothing) and after 15 (adversarial training)",
                    methods=("smoothing", "adversarial_training", "trades"),
                ),
                Gap("two to three CPU-minutes a play on MNIST; CIFAR-10 was played by the constant defence alone"),
            ),
        ),
    ),
    trial=cases.TRIAL,
    metrics=METRICS,
    flags=FLAGS,
    house=HOUSE,
    relations=evidence.RELATIONS,
    own="adversarial_training",
    starter="undefended",
    file_bytes=64 << 10,
    figures=FIGURES,
)
