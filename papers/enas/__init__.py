"""Efficient Neural Architecture Search via Parameter Sharing."""

from pathlib import Path

from papers.enas.architecture_search import TASK
from papers.task import Paper

PAPER = Paper(
    slug="enas",
    title="Efficient Neural Architecture Search via Parameter Sharing",
    authors="Hieu Pham, Melody Y. Guan, Barret Zoph, Quoc V. Le, Jeff Dean",
    venue="ICML 2018 (PMLR 80:4095–4104)",
    url="https://proceedings.mlr.press/v80/pham18a.html",
    claim="A controller that is rewarded by weights which all candidate networks share finds good architectures with about "
    "1,000 times less GPU time than training every candidate from scratch.",
    question="Does it find the best cell where the best cell is known, and what does that cost once everything is counted?",
    folder=Path(__file__).parent,
    tasks=(TASK,),
    area="Learning to learn",
    topics=("architecture search", "weight sharing"),
)
