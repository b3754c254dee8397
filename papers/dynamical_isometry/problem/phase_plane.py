"""The phase plane with tanh's critical line, and where methods lie on it: a figure of both boards."""

import numpy as np

from papers.dynamical_isometry.problem.theory import critical
from papers.figures import Scatter


def critical_line() -> tuple[tuple[float, float], ...]:
    """(sigma_w, sigma_b) of tanh, from q near 0 to 1."""
    pairs = [critical("tanh", float(q)) for q in np.linspace(1e-3, 1, 25)]
    return tuple((round(sigma_w2**0.5, 4), round(sigma_b2**0.5, 4)) for sigma_w2, sigma_b2 in pairs)


PHASE_PLANE = Scatter(
    title="The phase plane",
    x="sigma_w",
    y="sigma_b",
    reference=critical_line(),
    reference_label="critical line of tanh",
    note="Order lies left of the line, where gradients vanish, chaos right of it, where they explode. Methods on one spot "
    "differ in what the variances don't say: the singular values.",
)
