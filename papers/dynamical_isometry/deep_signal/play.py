"""The protocol: a method starts a deep network, and its signal is measured. Nothing is trained."""

from typing import Any

import numpy as np

from papers.dynamical_isometry.deep_signal.cases import Deep
from papers.dynamical_isometry.deep_signal.interface import Method
from papers.dynamical_isometry.deep_signal.isometry import copy_share, isometry_scores
from papers.dynamical_isometry.deep_signal.pictures import show_gradients, show_inputs, show_modes, show_spectrum
from papers.dynamical_isometry.deep_signal.scoring import (
    gradient_scores,
    log_singular_values,
    measured_factors,
    mode_scores,
    signal_left,
    spectrum_scores,
    theoretical_factors,
)
from papers.dynamical_isometry.problem.inputs import draw, loss_gradient
from papers.dynamical_isometry.problem.network import Network
from papers.dynamical_isometry.problem.start import drawn_depth, spec_of, start_of, variances
from papers.playing import Report
from papers.task import Case, Scores, Seed


def play(case: Case[Deep], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    asked, depth = case.params, drawn_depth(case.params.depth, seed.rng("depth"))
    spec = spec_of(depth=depth, channels=asked.channels, side=asked.side, activation=asked.activation)
    start = start_of(method.init(spec), spec)
    method.close()
    network = Network(start.weight, start.bias, asked.side, asked.side, asked.activation)
    sigma_w, sigma_b = variances(start)
    report.progress(0.3, f"{depth} layers")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # chaos overflows, and scores as that
        measured = signal(network, asked, spec, seed=seed, report=report)
    return {
        **measured,
        "sigma_w": sigma_w,
        "sigma_b": sigma_b,
        "copy_share": copy_share(start.weight),
    }


def signal(network: Network, asked: Deep, spec: dict[str, Any], *, seed: Seed, report: Report) -> Scores:
    """What goes forward and what comes back, on a few digits through a random stem."""
    batch = draw(seed.rng("inputs"), spec, asked.batch)
    states = network.states(batch.x)
    is_finite = bool(np.isfinite(states[-1]).all())
    norms = network.gradient_norms(states, loss_gradient(batch, states[-1]))
    left = signal_left(states)
    scores = {**gradient_scores(norms, left), "signal_left": left}
    scores |= isometry_scores(scores["log_grad_ratio"], network, states, seed.rng("directions"))
    show_gradients(report, norms)
    if is_finite:
        measured, theory = measured_factors(states, asked.side, asked.side), theoretical_factors(network)
        scores |= mode_scores(measured, theory)
        if seed.index == 0:
            show_modes(report, measured, theory)
            show_inputs(report, states)
    if asked.jacobian:
        logs = log_singular_values(network.jacobian(states[:, 0]))
        scores |= spectrum_scores(logs)
        show_spectrum(report, logs, activation=asked.activation, q=spec["critical"]["q"], depth=network.depth)
    return scores
