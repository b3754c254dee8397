"""The attack board: perturb images within a small ball so that a victim errs."""

from pathlib import Path

from papers.obfuscated_gradients.attack import cases, evidence
from papers.obfuscated_gradients.attack.house import HOUSE
from papers.obfuscated_gradients.attack.interface import Method
from papers.obfuscated_gradients.attack.metrics import METRICS
from papers.obfuscated_gradients.attack.page import FIGURES
from papers.task import Gap, Limits, Task, Tier

TASK = Task(
    slug="attack",
    title="Attacks on hidden gradients",
    summary="Perturb images within a small ball so that a victim errs: undefended, adversarially trained, or with a gradient that "
    "is shattered, random or vanishing.",
    version=2,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.obfuscated_gradients.attack.play",
    once=("papers.obfuscated_gradients.attack.play.clean_share",),
    kit="papers.obfuscated_gradients.kit",
    tiers=(
        Tier(
            name="quick",
            cases=cases.QUICK,
            seeds=5,
            limits=Limits(call_seconds=40, play_seconds=240, memory_bytes=2 << 30),
            evidence=evidence.QUICK,
        ),
        Tier(
            name="full",
            cases=cases.FULL,
            seeds=3,
            limits=Limits(call_seconds=600, play_seconds=3600, memory_bytes=8 << 30),
            gaps=(
                Gap(
                    "a quarter to half an hour each, reckoned",
                    methods=("pgd_targets", "pgd_long", "finite_difference"),
                ),
                Gap(
                    "BPDA + EOT was stopped after 20 minutes of a play; what takes as many passes was not played there",
                    cases=("cifar-jpegcopy-prune/linf-8-255",),
                ),
            ),
            evidence=evidence.FULL,
        ),
    ),
    trial="linear/linf-0.1",
    metrics=METRICS,
    house=HOUSE,
    relations=evidence.RELATIONS,
    own="bpda_eot",
    starter="pgd",
    figures=FIGURES,
)
