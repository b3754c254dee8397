"""Differentiable Dynamic Programming for Structured Prediction and Attention."""

from pathlib import Path

from papers.differentiable_dp.alignment import TASK as ALIGNMENT
from papers.differentiable_dp.dp_operators import TASK as OPERATORS
from papers.differentiable_dp.sequence_tagging import TASK as TAGGING
from papers.task import Paper

PAPER = Paper(
    slug="differentiable_dp",
    title="Differentiable Dynamic Programming for Structured Prediction and Attention",
    authors="Arthur Mensch, Mathieu Blondel",
    venue="ICML 2018 (PMLR 80)",
    url="https://arxiv.org/abs/1802.03676",
    claim="A smoothed maximum makes a dynamic program differentiable; its gradient is the expected path, costs as much as "
    "the value, and is sparse under the squared norm; trained through it, taggers and aligners match or beat their rivals.",
    question="Which implementation is right everywhere and cheapest, and does smoothing help a tagger or an aligner?",
    folder=Path(__file__).parent,
    tasks=(OPERATORS, TAGGING, ALIGNMENT),
    area="Structure and control",
    topics=("structured prediction", "dynamic programming", "differentiable programming"),
)
