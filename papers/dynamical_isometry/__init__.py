"""Dynamical Isometry and a Mean Field Theory of CNNs."""

from pathlib import Path

from papers.dynamical_isometry.deep_init import TASK as INIT
from papers.dynamical_isometry.deep_signal import TASK as SIGNAL
from papers.task import Paper

PAPER = Paper(
    slug="dynamical_isometry",
    title="Dynamical Isometry and a Mean Field Theory of CNNs: How to Train 10,000-Layer Vanilla Convolutional Neural Networks",
    authors="Lechao Xiao, Yasaman Bahri, Jascha Sohl-Dickstein, Samuel S. Schoenholz, Jeffrey Pennington",
    venue="ICML 2018 (PMLR 80)",
    url="https://arxiv.org/abs/1806.05393",
    claim="Convolutional networks of 10,000 tanh layers, without skips or normalisation, can be trained from orthogonal kernels "
    "on the critical line, because all singular values of their Jacobian then start near 1.",
    question="Which initial weights carry a signal through ten thousand layers and back, and how well does the theory of "
    "infinitely wide networks foretell it at sixteen channels?",
    folder=Path(__file__).parent,
    tasks=(SIGNAL, INIT),
    area="Training networks",
    topics=("initialisation", "deep networks"),
)
