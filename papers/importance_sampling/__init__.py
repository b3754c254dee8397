"""Not All Samples Are Created Equal: Deep Learning with Importance Sampling."""

from pathlib import Path

from papers.importance_sampling.sample_selection import TASK
from papers.task import Paper

PAPER = Paper(
    slug="importance_sampling",
    title="Not All Samples Are Created Equal: Deep Learning with Importance Sampling",
    authors="Angelos Katharopoulos, François Fleuret",
    venue="ICML 2018 (PMLR 80)",
    url="https://proceedings.mlr.press/v80/katharopoulos18a.html",
    claim="Drawing samples by a cheap upper bound of their gradient's norm, while an estimate says that it pays, lowers the "
    "training loss by up to an order of magnitude and the test error by 5–17 % at equal wall time.",
    question="What is importance sampling worth at equal compute, and when labels are wrong?",
    folder=Path(__file__).parent,
    tasks=(TASK,),
    area="Training networks",
    topics=("optimisation", "importance sampling", "noisy labels"),
)
