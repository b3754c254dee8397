"""How near an isometry a block's Jacobian is at any depth, without taking it apart.

The geometric mean of its singular values is a product over the layers: of the kernel's determinant, one of a small matrix for
each spatial frequency, and of the unit's slopes. Their quadratic mean is what random directions are stretched by. The first
is never above the second, and the two are equal only where all singular values are.
"""

from dataclasses import dataclass

import numpy as np

from papers.dynamical_isometry.deep_signal.scoring import CLIP, NOTHING, log_of
from papers.dynamical_isometry.problem.network import TAPS, Network, convolve
from papers.dynamical_isometry.problem.theory import UNITS
from papers.task import Scores

DIRECTIONS = 2  # for each input
STRAIGHT = 0.05  # of the bend: less is as good as linear, and at q = 1 / L it is about 1
ALIKE = 1.0  # nats between the means of singular values up to which they are those of an isometry times a factor
AT_ONCE = 250  # layers: what they need stays near the processor


@dataclass(frozen=True)
class Passage:
    """What a block does to small changes of its inputs, summed over the layers.

    stretch: ln of the quadratic mean of the singular values; log_slopes: of the mean ln of the unit's slopes; bend: of what
    their mean lacks to 1.
    """

    stretch: float
    log_slopes: float
    bend: float


def passage(network: Network, states: np.ndarray, rng: np.random.Generator) -> Passage:
    """Random directions go through the layers along the states (L + 1, B, P, C) of the inputs."""
    near, unit, (inputs, pixels, channels) = network.near, UNITS[network.activation], states.shape[1:]
    moved = rng.normal(size=(DIRECTIONS, inputs, pixels, channels))
    before, log_slopes, bend = np.linalg.norm(moved), 0.0, 0.0
    for layer in range(network.depth):
        slopes = unit.slope_at(states[layer + 1])
        moved = convolve(moved.reshape(-1, pixels, channels), network.weight[layer], near).reshape(moved.shape) * slopes
        log_slopes += float(np.log(slopes).mean())
        bend += 1 - float(slopes.mean())
    return Passage(log_of(float(np.linalg.norm(moved) / before)), log_slopes, bend)


def log_determinants(network: Network) -> float:
    """ln of the geometric mean of the singular values of all layers' kernels, multiplied.

    A convolution with circular padding acts on each frequency by a matrix (C, C) of its own, and real kernels do to a frequency
    what they do to its opposite.
    """
    waves, times = frequencies(network.height, network.width)
    total, channels = 0.0, network.weight.shape[1]
    for first in range(0, network.depth, AT_ONCE):
        kernels = network.weight[first : first + AT_ONCE].reshape(-1, channels, channels, TAPS)
        matrices = (kernels @ waves).transpose(0, 3, 1, 2)
        total += float((np.linalg.slogdet(matrices)[1] * times).sum())
    return total / float(channels * network.height * network.width)


def frequencies(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The waves of half the frequencies at the nine taps, (9, F), and how often each counts, (F,)."""
    rows, columns = np.divmod(np.arange(TAPS), 3)
    down, across = (grid.ravel() for grid in np.mgrid[:height, : width // 2 + 1])
    waves = np.exp(2j * np.pi * (np.outer(rows - 1, down) / height + np.outer(columns - 1, across) / width))
    return waves, np.where((across == 0) | (2 * across == width), 1, 2)


def isometry_scores(log_ratio: float, network: Network, states: np.ndarray, rng: np.random.Generator) -> Scores:
    """log_ratio: of the gradients. The score is the largest of three sizes, 0 for an isometry whose gradients keep theirs."""
    if not np.isfinite(states[-1]).all():
        return {"off_isometry": CLIP, "linear": 0.0}
    through = passage(network, states, rng)
    log_mean = log_determinants(network) + through.log_slopes
    quadratic, geometric = within(through.stretch), within(log_mean)
    return {
        "off_isometry": min(CLIP, max(abs(log_ratio), abs(quadratic), abs(geometric))),
        "log_quadratic_mean": quadratic,
        "log_geometric_mean": geometric,
        "bend": through.bend,
        "linear": float(through.bend < STRAIGHT and through.stretch - log_mean < ALIKE),
    }


def within(logarithm: float) -> float:
    """A logarithm as one that a score may hold; NaN is what vanished and overflowed at once."""
    return float(np.nan_to_num(np.clip(logarithm, NOTHING, -NOTHING), nan=NOTHING))


def copy_share(weight: np.ndarray) -> float:
    """The share of the weights' squared norm that lies on the largest weight of each output: 1 where all of them copy.

    weight: (L, C, C, 3, 3). At least `identity_share`, and as large for channels in another order, signs and shifts.
    """
    squares = np.square(weight.reshape(-1, weight[0, 0].size), dtype=float)
    return float(squares.max(axis=1).sum() / squares.sum())
