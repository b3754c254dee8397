"""A Two-Step Computation of the Exact GAN Wasserstein Distance. The card of the paper; each board has its own module."""

from pathlib import Path

from papers.task import Paper
from papers.wgan_ts.generation import TASK as GENERATION
from papers.wgan_ts.wasserstein import TASK as WASSERSTEIN

PAPER = Paper(
    slug="wgan_ts",
    title="A Two-Step Computation of the Exact GAN Wasserstein Distance",
    authors="H. Liu, X. Gu, D. Samaras",
    venue="ICML 2018",
    url="https://proceedings.mlr.press/v80/liu18d.html",
    claim="The critic of a Wasserstein GAN in two steps, a linear programme and a regression on its potentials, is closer to "
    "the true Wasserstein distance and faster to train than weight clipping and gradient penalty.",
    question="Is it, at equal work: how far is what each critic certifies from distances that are known exactly?",
    folder=Path(__file__).parent,
    tasks=(WASSERSTEIN, GENERATION),
    area="Generative models",
    topics=("optimal transport", "generative models"),
)
