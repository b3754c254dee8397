"""What a method of the board must answer."""

from typing import Protocol

import numpy as np

from papers.playing import Contestant


class Method(Contestant, Protocol):
    """Defends one classifier. `papers.obfuscated_gradients.kit.Defence` derives the calls from a torch module.

    Answers may depend on the image and on draw only: the same question, among others and later, must get the same answer.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness in fit, 32 bits. device: "cpu" or "cuda"."""

    def fit(self, x: np.ndarray, y: np.ndarray, norm: str, eps: float) -> float:
        """Train, and state a claim about the threat model.

        x: (n, C, H, W) float32 in [0, 1]; y: (n,) int64; norm, eps: "linf" or "l2" and the radius of the attacks to come.
        Returns the robust accuracy that you claim under any attack within that ball, in [0, 1]; 0 is no claim.
        """

    def logits(self, x: np.ndarray, draw: int) -> np.ndarray:
        """Answer images: (n, C, H, W) float32 to (n, K) float32, finite. All randomness comes from draw."""

    def gradient(self, x: np.ndarray, v: np.ndarray, draw: int) -> np.ndarray:
        """The gradient d/dx sum(v * logits(x, draw)) as autograd gives it: v (n, K) float32, the answer like x."""

    def surrogate_gradient(self, x: np.ndarray, v: np.ndarray, draw: int) -> np.ndarray:
        """The same with your own smooth stand-ins for what hides gradients (BPDA); equal to gradient where all is smooth."""
