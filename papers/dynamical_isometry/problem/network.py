"""Convolutional networks of any depth in numpy: activations, gradients, Jacobians. Float64 throughout.

A batch is (B, P, C): the P pixels of a map row by row, channels last. Kernels are (out, in, 3, 3) and the padding is
circular, so that the transpose of a convolution is one as well. At ten thousand layers of a few channels it is the
calls that cost, and here a layer is one gather and one product. Chaotic weights may overflow: who calls says with
`np.errstate` that he reckons with it.
"""

from dataclasses import dataclass

import numpy as np

from papers.dynamical_isometry.problem.theory import UNITS, Activation

TAPS = 9


def neighbours(height: int, width: int) -> np.ndarray:
    """The pixels under the nine taps, row by row, for each pixel of a map that is closed to a torus: (P, 9)."""
    rows, columns = np.divmod(np.arange(height * width), width)
    steps = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    return np.stack([(rows + r) % height * width + (columns + c) % width for r, c in steps], axis=1)


def patches(x: np.ndarray, near: np.ndarray) -> np.ndarray:
    """What lies under the taps: (B, P, C) -> (B P, 9 C)."""
    return np.take(x, near, axis=1).reshape(x.shape[0] * x.shape[1], TAPS * x.shape[2])


def convolve(x: np.ndarray, kernel: np.ndarray, near: np.ndarray) -> np.ndarray:
    """x: (B, P, in), kernel: (out, in, 3, 3) -> (B, P, out)."""
    matrix = kernel.reshape(*kernel.shape[:2], TAPS).transpose(2, 1, 0).reshape(-1, kernel.shape[0])
    return np.asarray((patches(x, near) @ matrix).reshape(*x.shape[:2], -1))


def transposed(kernel: np.ndarray) -> np.ndarray:
    """The kernel whose convolution is the transposed map."""
    return kernel.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]


@dataclass(frozen=True)
class Network:
    """A deep block. weight: (L, C, C, 3, 3) [layer, out, in, row, column]; bias: (L, C)."""

    weight: np.ndarray
    bias: np.ndarray
    height: int
    width: int
    activation: Activation = "tanh"

    @property
    def depth(self) -> int:
        return len(self.weight)

    @property
    def near(self) -> np.ndarray:
        return neighbours(self.height, self.width)

    def states(self, x: np.ndarray) -> np.ndarray:
        """The activations before the first layer and after each: (B, P, C) -> (L + 1, B, P, C)."""
        states, near, unit = np.empty((self.depth + 1, *x.shape)), self.near, UNITS[self.activation]
        states[0] = x
        for layer in range(self.depth):
            states[layer + 1] = unit.value(convolve(states[layer], self.weight[layer], near) + self.bias[layer])
        return states

    def gradient_norms(self, states: np.ndarray, last: np.ndarray) -> np.ndarray:
        """The norm of the loss's gradient by each layer's weights: (L,). last: (B, P, C), by the last activations.

        Infinite or NaN where it overflowed, 0 where it vanished.
        """
        norms, near, unit = np.empty(self.depth), self.near, UNITS[self.activation]
        delta = last
        for layer in reversed(range(self.depth)):
            delta = delta * unit.slope_at(states[layer + 1])
            flat = delta.reshape(-1, delta.shape[-1])
            norms[layer] = np.linalg.norm(patches(states[layer], near).T @ flat)
            delta = convolve(delta, transposed(self.weight[layer]), near)
        return norms

    def jacobian(self, states: np.ndarray) -> np.ndarray:
        """The derivative of the last activations by the first ones, along the states (L + 1, P, C) of one input.

        Returns (P C, P C), a row a direction of the input. All directions move forward together: one pass, whatever the
        number of outputs.
        """
        near, unit, (pixels, channels) = self.near, UNITS[self.activation], states.shape[1:]
        moved = np.eye(pixels * channels).reshape(-1, pixels, channels)
        for layer in range(self.depth):
            moved = convolve(moved, self.weight[layer], near) * unit.slope_at(states[layer + 1])
        return np.asarray(moved.reshape(len(moved), -1))
