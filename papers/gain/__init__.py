"""GAIN: Missing Data Imputation using Generative Adversarial Nets."""

from pathlib import Path

from papers.gain.imputation import TASK
from papers.task import Paper

PAPER = Paper(
    slug="gain",
    title="GAIN: Missing Data Imputation using Generative Adversarial Nets",
    authors="Jinsung Yoon, James Jordon, Mihaela van der Schaar",
    venue="ICML 2018 (PMLR 80:5689–5698)",
    url="https://proceedings.mlr.press/v80/yoon18a.html",
    claim="A generator that imputes, against a discriminator that guesses which cells were observed, beats MICE, MissForest, "
    "matrix completion, an auto-encoder and EM in RMSE on five UCI tables with 20 % of cells missing completely at random.",
    question="Does it, and what happens to it when cells are not missing completely at random?",
    folder=Path(__file__).parent,
    tasks=(TASK,),
    area="Generative models",
    topics=("missing data", "generative models"),
)
