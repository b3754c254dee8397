"""The robust accuracy of a linear classifier, exactly: no attack can leave less."""

import numpy as np


def worst_margins(x: np.ndarray, y: np.ndarray, *, weight: np.ndarray, bias: np.ndarray, eps: float) -> np.ndarray:
    """min over the linf ball and [0, 1] of z_y - z_j, for each other class: (n, K), inf at j = y.

    z = weight x + bias. The minimum of sum_i (w_y - w_j)_i d_i over max(-eps, -x_i) <= d_i <= min(eps, 1 - x_i) takes an
    endpoint in each pixel, by the sign of its coefficient.

    x: (n, d) in [0, 1]; y: (n,) int64; weight: (K, d); bias: (K,).
    """
    difference = weight[y][:, None] - weight[None]  # (n, K, d)
    low, high = np.maximum(-eps, -x)[:, None], np.minimum(eps, 1 - x)[:, None]
    z = x @ weight.T + bias
    margins = np.take_along_axis(z, y[:, None], 1) - z
    margins += np.where(difference > 0, low * difference, high * difference).sum(-1)
    margins[np.arange(len(y)), y] = np.inf
    return np.asarray(margins)


def robust_images(x: np.ndarray, y: np.ndarray, *, weight: np.ndarray, bias: np.ndarray, eps: float) -> np.ndarray:
    """Which images no perturbation within linf eps and [0, 1] can change: (n,) bool. See `worst_margins`."""
    return np.asarray(worst_margins(x, y, weight=weight, bias=bias, eps=eps).min(1) > 0)
