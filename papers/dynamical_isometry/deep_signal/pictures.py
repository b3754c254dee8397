"""What a play shows of itself."""

from statistics import NormalDist

import numpy as np

from papers.dynamical_isometry.deep_signal.scoring import CLIP, NOTHING
from papers.dynamical_isometry.problem.theory import Activation, orthogonal_spread
from papers.playing import Report

POINTS, DIGITS = 41, 4  # of a curve: they are kept for every method and seed
FRAMES = 12


def way(depth: int, points: int = POINTS) -> np.ndarray:
    """Layers at even steps, the first and the last one among them, at most one of each."""
    return np.unique(np.linspace(0, depth - 1, min(points, depth)).round().astype(int))


def show_gradients(report: Report, norms: np.ndarray) -> None:
    """The logarithm of a gradient's norm over the last layer's, along the way from the first layer to the last."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.nan_to_num(np.log(norms) - np.log(norms[-1]), nan=CLIP, posinf=CLIP, neginf=-CLIP)
    share = np.linspace(0, 1, POINTS)
    values = np.interp(share, np.linspace(0, 1, len(logs)), np.clip(logs, -CLIP, CLIP))
    report.curve(
        "Gradients along the way",
        share.round(DIGITS),
        {"ln of gradient over the last layer's": values.round(DIGITS)},
        x_label="share of the way from the first layer to the last",
        y_label="ln of the gradient's norm over the last layer's",
    )


def show_spectrum(report: Report, logs: np.ndarray | None, *, activation: Activation, q: float, depth: int) -> None:
    """Singular values in falling order, beside those of orthogonal weights in theory: a log-normal law with E[s^2] = 1."""
    share = np.linspace(0.02, 0.98, POINTS)
    spread = orthogonal_spread(activation, q, depth)
    theory = np.array([-(spread**2) - spread * NormalDist().inv_cdf(float(at)) for at in share])
    values = np.full(POINTS, NOTHING) if logs is None else np.quantile(logs, 1 - share)
    report.curve(
        "Singular values",
        share.round(DIGITS),
        {
            "ln singular value": np.clip(values, -CLIP, CLIP).round(DIGITS),
            "orthogonal weights, theory": theory.round(DIGITS),
        },
        x_label="share of the singular values that are larger",
        y_label="ln of the singular value",
    )


def show_modes(report: Report, measured: np.ndarray, theory: np.ndarray) -> None:
    """By what a layer multiplies each mode, against theory: real parts."""
    pairs = np.column_stack([theory.real.ravel()[1:], measured.real.ravel()[1:]]).round(DIGITS)
    report.points(
        "Fourier modes, a layer", {"modes": pairs}, x_label="factor in theory", y_label="factor that was measured"
    )


def show_inputs(report: Report, states: np.ndarray) -> None:
    """How alike eight inputs are after some layers: cosines, (frames, B, B)."""
    layers = way(len(states), FRAMES)
    flat = states[layers].reshape(len(layers), states.shape[1], -1)
    norms = np.linalg.norm(flat, axis=2, keepdims=True)
    unit = np.divide(flat, norms, out=np.zeros_like(flat), where=norms > 0)
    cosines = unit @ unit.transpose(0, 2, 1)
    report.matrix(
        "Likeness of inputs", cosines.round(DIGITS), frames=[f"layer {layer}" for layer in layers], label="cosine"
    )
