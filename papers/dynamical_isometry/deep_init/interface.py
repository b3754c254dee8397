"""What a method of the board must answer."""

from typing import Any, Protocol

import numpy as np

from papers.playing import Contestant, optional


class Method(Contestant, Protocol):
    """Starts deep convolutional networks without skips or normalisation, which the evaluator then trains.

    Every case and seed meets a fresh process, which is closed before the training begins.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def init(self, spec: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, float]:
        """Draw the weights and biases of all hidden layers, h' = phi(W * h + b).

        spec: "depth" L (1 to 1.1 times what the case's name says), "channels" C, "kernel" 3, "height" and "width" of the
        maps, "padding" "circular", "activation" "tanh" or "relu", "critical" {"sigma_w2", "sigma_b2", "q"} (the pair of
        variances on the critical line at q = 1 / L), "steps" and "batch" of the training.
        Returns weights (L, C, C, 3, 3) [layer, out, in, row, column], biases (L, C), both float32, and lr_scale in
        (0, 1], by which the learning rates are multiplied.
        Numbers are at most 10 in size, a layer's norm is from 1e-4 to 1e4.
        """

    @optional
    def init_with_data(self, spec: dict[str, Any], x: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """The same, in cases named .../data only, where a method that lacks it is asked `init`.

        x: (64, colours, H, W) float32, standardised training images without labels.
        """
