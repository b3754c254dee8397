"""What a method of the board must answer."""

from typing import Protocol

import numpy as np

from papers.playing import Contestant


class Method(Contestant, Protocol):
    """Attacks one victim whose weights are public. Every case and seed meets a fresh process."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def attack(
        self, victim: str, weights: np.ndarray, x: np.ndarray, y: np.ndarray, norm: str, eps: float
    ) -> np.ndarray:
        """Perturb images so that the victim errs.

        victim, weights: a name and (p,) float32; `papers.obfuscated_gradients.kit.build(victim, weights, device)` makes the
        live torch victim of them: victim(x, generator=None) gives logits (n, 10), with autograd exactly as the defence leaves
        it; victim.stages are its parts, each with kind "smooth", "shattered", "random" or "loop".
        x: (n, C, H, W) float32 in [0, 1]; y: (n,) int64, the true labels; norm: "linf" or "l2"; eps: the radius, in units of x.
        Returns (n, C, H, W) float32 in [0, 1], each image within eps of the given one; others count as not attacked.
        """
