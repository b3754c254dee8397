"""What a method of the board must answer."""

from typing import Any, Protocol

import numpy as np

from papers.playing import Contestant


class Method(Contestant, Protocol):
    """Minimises one hidden function, of which it sees values and gradients only. Thirteen times, each in a new process.

    The thirteen differ in `lr_multiplier`, 1.5^-4 to 1.5^8: scale your step by it. No trial may know of another.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def start(self, shapes: list[list[int]], kinds: list[str], x0: list[np.ndarray], info: dict[str, Any]) -> None:
        """Learn where the search begins; the first gradient is taken there.

        shapes, kinds: of each array, kind "vector" (the weights of one linear output), "matrix" (of several), "dense" and
        "conv" (layers of a network) or "bias". x0: the arrays, float64, in networks float32.
        info: "budget" gradients, "lr_multiplier", "hessian_norm" (the largest eigenvalue of the Hessian at 0; NaN in
        networks), "loss" ("l2", "l4", "l6", "huber", "logistic", "matrix", "network"; "linear" in the unranked case
        `loop`, which starts the method anew before every step), "stochastic" true or false.
        """

    def step(self, loss: float, grads: list[np.ndarray]) -> list[np.ndarray]:
        """Move: loss and gradients at the arrays that you returned last (at x0 on the first call).

        Returns the next arrays, same shapes and dtypes. One call is one gradient and every point counts. NaN or infinity
        ends the trial as diverged.
        """
