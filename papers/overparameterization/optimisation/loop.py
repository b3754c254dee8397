"""The paper's second claim, measured: is the field of a method's first steps the gradient of anything?

A method is started at points of a closed loop, and each time given the same gradient e. What it answers to a tiny step is
a field F(w), and a gradient field does no work around a loop. For the end-to-end rule of N layers, out along e from r to
R, along an arc of angle a, back in and home, the work is (1 - cos a)(R^(3-2/N) - r^(3-2/N))(N-1)(N-2)/(3N-2).
"""

from collections.abc import Iterator

import numpy as np

from papers.overparameterization.optimisation.answered import moved_to
from papers.overparameterization.optimisation.interface import Method
from papers.playing import Report
from papers.task import Scores, Seed

INNER, OUTER, ANGLE = 0.5, 1.5, 1.0  # the loop's radii, and the angle of its arcs
DIMENSION = 10  # of the space in which it lies
STEP = 1e-6
SHOWN = 4  # digits of the curve
PIECES, NODES = 8, 4  # of each of the four sides, and Gauss-Legendre points in a piece: exact to 1e-8
INFO = {"budget": 1, "lr_multiplier": STEP, "hessian_norm": 1.0, "loss": "linear", "stochastic": False}


def follow(seed: Seed, *, method: Method, report: Report) -> Scores:
    """The work of the method's field around the loop; no score where an answer is of no use."""
    way, work = [0.0], [0.0]
    plane = np.linalg.qr(seed.rng("loop").normal(size=(DIMENSION, 2)))[0].T
    for points, tangents, weights in pieces():
        fields = [field(method, point @ plane, plane[0]) for point in points]
        if any(value is None for value in fields):
            return {}
        along = np.einsum("nd,nd->n", np.array(fields), tangents @ plane)
        way.append(way[-1] + float(weights @ np.linalg.norm(tangents, axis=1)))
        work.append(work[-1] + float(weights @ along))
    report.curve(
        "Work around a loop",
        np.round(way, SHOWN),
        {"work": np.round(work, SHOWN)},
        x_label="way along the loop",
        y_label="work",
    )
    return {"loop_work": work[-1]}


def field(method: Method, w: np.ndarray, gradient: np.ndarray) -> np.ndarray | None:
    """F(w), where the next weights are w - STEP F(w): (d,)."""
    method.start([[len(w)]], ["vector"], [w], INFO)
    moved = moved_to(method.step(float(w @ gradient), [gradient]), [w])
    return None if moved is None else (w - moved[0]) / STEP


def pieces() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Points (n, 2), tangents (n, 2) and weights (n,) of quadrature along each piece of the loop, e the first axis."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    for start, end in corners():
        for piece in range(PIECES):
            t = (piece + (nodes + 1) / 2) / PIECES
            (radius, turn), (radii, turns) = start, np.subtract(end, start)
            radius, turn = radius + t * radii, turn + t * turns
            out = np.column_stack([np.cos(turn), np.sin(turn)])
            across = np.column_stack([-np.sin(turn), np.cos(turn)])
            yield radius[:, None] * out, radii * out + (radius * turns)[:, None] * across, weights / 2 / PIECES


def corners() -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """(radius, angle) where each of the four sides begins and ends."""
    places = [(INNER, 0.0), (OUTER, 0.0), (OUTER, ANGLE), (INNER, ANGLE)]
    return list(zip(places, [*places[1:], places[0]], strict=True))
