"""Smoothed maxima over the last axis: max over q in the simplex of <q, x> - Omega(q). Float64 throughout.

Omega is gamma sum q log q ("entropy") or gamma/2 |q|^2 ("l2").
"""

import numpy as np


def smoothed_max(x: np.ndarray, op: str, gamma: float) -> tuple[np.ndarray, np.ndarray]:
    """Value (...) and gradient q (..., k) of the smoothed maximum of x: (..., k) float64, -inf where a choice is barred.

    Each row needs one finite number.
    """
    top = x.max(-1, keepdims=True)
    z = (x - top) / gamma
    if op == "entropy":
        weights = np.exp(z)
        total = weights.sum(-1, keepdims=True)
        return (top + gamma * np.log(total))[..., 0], weights / total
    q = simplex_projection(z)
    inside = np.where(q > 0, z, 0.0)
    return top[..., 0] + gamma * ((q * inside).sum(-1) - 0.5 * (q * q).sum(-1)), q


def simplex_projection(z: np.ndarray) -> np.ndarray:
    """The point of the simplex nearest to z: (..., k), of which the greatest is 0.

    Its threshold is the greatest of (sum of the k' greatest - 1) / k' over k'. What lies below -1 is never chosen.
    """
    descending = np.sort(np.maximum(z, -2.0), axis=-1)[..., ::-1]
    counts = np.arange(1, z.shape[-1] + 1)
    threshold = ((descending.cumsum(-1) - 1) / counts).max(-1, keepdims=True)
    projected: np.ndarray = np.maximum(z - threshold, 0.0)
    return projected


def curvature(q: np.ndarray, v: np.ndarray, op: str, gamma: float) -> np.ndarray:
    """The Hessian of the smoothed maximum, at the point whose gradient is q: (..., k), times v: (..., k)."""
    if op == "entropy":
        weighted: np.ndarray = q * (v - (q * v).sum(-1, keepdims=True)) / gamma
        return weighted
    support = (q > 0).astype(float)
    mean = (support * v).sum(-1, keepdims=True) / support.sum(-1, keepdims=True)
    bent: np.ndarray = support * (v - mean) / gamma
    return bent
