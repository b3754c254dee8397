"""What a network's signal is worth: how its gradients, its singular values and its spatial modes go with depth."""

import numpy as np

from papers.dynamical_isometry.problem.network import Network
from papers.dynamical_isometry.problem.theory import mode_factors
from papers.task import Scores

CLIP = 30.0  # of a logarithm: beyond it nothing can be trained
NOTHING = -700.0  # the logarithm that stands for 0
FLOOR = 1e-12  # of a singular value, in units of the largest: what lies below is rounding
DARK = np.finfo(float).tiny  # energy below which a quotient is rounding, or overflows


def log_of(value: float) -> float:
    """Its natural logarithm within what a score may be: NOTHING for 0, the opposite where it is not finite."""
    if not np.isfinite(value):
        return -NOTHING
    return float(max(np.log(value), NOTHING)) if value > 0 else NOTHING


def log_ratio(norms: np.ndarray, left: float) -> float:
    """ln of the first gradient over the last one, the clip where gradients or the signal itself overflowed or vanished."""
    if not np.isfinite(norms).all():
        return CLIP
    if min(norms[0], norms[-1]) <= 0 or left < -CLIP:
        return -CLIP
    return float(np.clip(np.log(norms[0]) - np.log(norms[-1]), -CLIP, CLIP))


def gradient_scores(norms: np.ndarray, left: float) -> Scores:
    """norms: (L,), of the gradients by each layer's weights; left: what `signal_left` says."""
    ratio = log_ratio(norms, left)
    return {"log_grad_ratio": abs(ratio), "grad_ratio": float(np.exp(ratio))}


def signal_left(states: np.ndarray) -> float:
    """ln of how much the inputs differ at the end, over how much they did at the start."""
    first, last = (float(np.sqrt((part - part.mean(axis=0)).var())) for part in (states[0], states[-1]))
    return log_of(last / first)


def log_singular_values(jacobian: np.ndarray) -> np.ndarray | None:
    """Sorted downwards, cut at FLOOR of the largest; None of a Jacobian that vanished or overflowed."""
    if not np.isfinite(jacobian).all():
        return None
    values = np.linalg.svd(jacobian, compute_uv=False)
    if not values[0] > 0 or not np.isfinite(values[0]):
        return None
    return np.asarray(np.log(values[0]) + np.log(np.maximum(values / values[0], FLOOR)))


def spectrum_scores(logs: np.ndarray | None) -> Scores:
    """What has no singular values at all is as far from isometry as can be told."""
    if logs is None:
        return {"jacobian_log_spread": -float(np.log(FLOOR)), "jacobian_median": 0.0}
    return {
        "jacobian_log_spread": float(logs.std()),
        "jacobian_median": float(np.exp(np.clip(np.median(logs), -CLIP, CLIP))),
    }


def energies(states: np.ndarray, height: int, width: int) -> np.ndarray:
    """The Fourier modes of each map's energy, the constant mode 1: (L + 1, B, P, C) -> (L + 1, B, height, width) complex.

    0 where a map is dark.
    """
    energy = np.einsum("lbpc,lbpc->lbp", states, states).reshape(*states.shape[:2], height, width)
    modes = np.fft.fft2(energy)
    total = modes[..., :1, :1].real
    return np.asarray(np.divide(modes, total, out=np.zeros_like(modes), where=total > DARK))


def measured_factors(states: np.ndarray, height: int, width: int) -> np.ndarray:
    """By what a layer multiplies each mode: the regression of a layer's modes on those before: (height, width) complex.

    A layer's weights know nothing of what came before, so what a narrow network adds by chance averages out.
    """
    modes = energies(states, height, width)
    before, after = modes[:-1], modes[1:]
    power = (np.abs(before) ** 2).sum(axis=(0, 1))
    product = (np.conj(before) * after).sum(axis=(0, 1))
    return np.asarray(np.divide(product, power, out=np.zeros_like(product), where=power > DARK))


def theoretical_factors(network: Network) -> np.ndarray:
    """The same for an infinitely wide network with these kernels' share of the variance at each tap."""
    profile = np.square(network.weight, dtype=float).sum(axis=(0, 1, 2))
    return mode_factors(profile / profile.sum(), network.height, network.width)


def mode_scores(measured: np.ndarray, theory: np.ndarray) -> Scores:
    """Without the constant mode, which is 1 by construction."""
    apart = (measured - theory).ravel()[1:]
    return {
        "mode_factor": float(np.abs(measured).ravel()[1:].mean()),
        "mode_error": float(np.sqrt((np.abs(apart) ** 2).mean())),
    }
