"""What a method of the board must answer."""

from typing import Any, Protocol

import numpy as np

from papers.playing import Contestant


class Method(Contestant, Protocol):
    """Starts deep convolutional networks without skips or normalisation. Every case and seed meets a fresh process."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def init(self, spec: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, float]:
        """Draw the weights and biases of all hidden layers, h' = phi(W * h + b).

        spec: "depth" L (1 to 1.1 times what the case's name says), "channels" C, "kernel" 3, "height" and "width" of the
        maps, "padding" "circular", "activation" "tanh" or "relu", "critical" {"sigma_w2", "sigma_b2", "q"} (the pair of
        variances on the critical line at q = 1 / L), "steps" and "batch" of the training, 0 where there is none.
        Returns weights (L, C, C, 3, 3) [layer, out, in, row, column], biases (L, C), both float32, and lr_scale in
        (0, 1], by which a training multiplies its learning rates; it is not used where there is none.
        Numbers are at most 10 in size, a layer's norm is from 1e-4 to 1e4.
        """
