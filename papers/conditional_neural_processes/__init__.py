"""Conditional Neural Processes."""

from pathlib import Path

from papers.conditional_neural_processes.few_shot_functions import TASK as FEW_SHOT_FUNCTIONS
from papers.conditional_neural_processes.one_shot_classification import TASK as ONE_SHOT_CLASSIFICATION
from papers.task import Paper

PAPER = Paper(
    slug="conditional_neural_processes",
    title="Conditional Neural Processes",
    authors="Marta Garnelo, Dan Rosenbaum, Christopher Maddison, Tiago Ramalho, David Saxton, Murray Shanahan, Yee Whye Teh, "
    "Danilo Rezende, S. M. Ali Eslami",
    venue="ICML 2018 (PMLR 80:1704–1713)",
    url="https://proceedings.mlr.press/v80/garnelo18a.html",
    claim="A network that is trained over many functions makes accurate predictions of a new one after a handful of points, as a "
    "Gaussian process does, at a cost that grows linearly with them.",
    question="How far from the exact predictive distribution is it, for how much training, and what would have been nearer?",
    folder=Path(__file__).parent,
    tasks=(FEW_SHOT_FUNCTIONS, ONE_SHOT_CLASSIFICATION),
    area="Learning to learn",
    topics=("meta-learning", "uncertainty", "regression"),
)
