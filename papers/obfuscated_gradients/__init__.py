"""Obfuscated Gradients Give a False Sense of Security: the paper and its two boards."""

from pathlib import Path

from papers.obfuscated_gradients.attack import TASK as ATTACK
from papers.obfuscated_gradients.defence import TASK as DEFENCE
from papers.task import Paper

PAPER = Paper(
    slug="obfuscated_gradients",
    title="Obfuscated Gradients Give a False Sense of Security: Circumventing Defenses to Adversarial Examples",
    authors="Anish Athalye, Nicholas Carlini, David Wagner",
    venue="ICML 2018 (PMLR 80:274–283)",
    url="https://proceedings.mlr.press/v80/athalye18a.html",
    claim="Of nine white-box defences accepted at ICLR 2018 seven rely on hidden gradients; attacks made for that break six "
    "of them completely and one in part, while adversarial training stands.",
    question="Which attack breaks which defence, and can a machine tell a hidden gradient from a robust network?",
    folder=Path(__file__).parent,
    tasks=(ATTACK, DEFENCE),
    area="Robustness",
    topics=("adversarial examples", "robustness"),
)
