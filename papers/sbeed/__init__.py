"""SBEED: Convergent Reinforcement Learning with Nonlinear Function Approximation."""

from pathlib import Path

from papers.sbeed.control import TASK
from papers.task import Paper

PAPER = Paper(
    slug="sbeed",
    title="SBEED: Convergent Reinforcement Learning with Nonlinear Function Approximation",
    authors="Bo Dai, Albert Shaw, Lihong Li, Lin Xiao, Niao He, Zhen Liu, Jianshu Chen, Le Song",
    venue="ICML 2018 (PMLR 80:1125–1134)",
    url="https://proceedings.mlr.press/v80/dai18c.html",
    claim="Smoothing the Bellman equation and a dual function that takes the sampling variance out of its squared residual make "
    "off-policy learning converge with any differentiable function approximator.",
    question="What does the dual buy where transitions are random, and what do smoothing, samples and features cost?",
    folder=Path(__file__).parent,
    tasks=(TASK,),
    area="Structure and control",
    topics=("reinforcement learning", "off-policy learning"),
)
