"""On the Optimization of Deep Networks: Implicit Acceleration by Overparameterization."""

from pathlib import Path

from papers.overparameterization.optimisation import TASK
from papers.task import Paper

PAPER = Paper(
    slug="overparameterization",
    title="On the Optimization of Deep Networks: Implicit Acceleration by Overparameterization",
    authors="Sanjeev Arora, Nadav Cohen, Elad Hazan",
    venue="ICML 2018 (PMLR 80:244–253)",
    url="https://proceedings.mlr.press/v80/arora18a.html",
    claim="Replacing one linear map by a product of several changes no model, only its optimisation, and can speed gradient "
    "descent up on ℓp regression with p > 2, more than AdaGrad and AdaDelta do.",
    question="How much is that worth once every optimiser may tune its step size on a fine grid, and beside momentum and Adam?",
    folder=Path(__file__).parent,
    tasks=(TASK,),
    area="Training networks",
    topics=("optimisation", "deep linear networks"),
)
