"""What the pages draw: the expected path of one problem, from hard to smooth."""

import numpy as np

from papers import answers
from papers.differentiable_dp.dp_operators.cases import Program
from papers.differentiable_dp.dp_operators.interface import Method
from papers.playing import Report

SIDE = 30
GAMMAS = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0)


def expected_path(program: Program, method: Method, rng: np.random.Generator, report: Report) -> None:
    """Ask for one problem under growing gamma and show the gradient: steps by states, or the alignment of two series.

    Not judged: a method that can't answer it has failed the gate before.
    """
    if not method.has(program.kind):
        return
    frames = [frame(program, method, problem, gamma) for problem in (draw(program, rng),) for gamma in GAMMAS]
    if all(np.isfinite(one).all() for one in frames):
        report.matrix(
            "Expected path", np.stack(frames), frames=[f"gamma {gamma:g}" for gamma in GAMMAS], label="probability"
        )


def draw(program: Program, rng: np.random.Generator) -> np.ndarray:
    """theta of one problem: distances of two noisy warped waves, or scores of a chain that likes to stay."""
    if program.kind == "dtw":
        time = np.linspace(0, 2 * np.pi, SIDE)
        a = np.sin(time) + 0.2 * rng.normal(size=SIDE)
        b = np.sin(time**1.2 / (2 * np.pi) ** 0.2) + 0.2 * rng.normal(size=SIDE)
        told: np.ndarray = 4 * (a[None, :, None] - b[None, None]) ** 2
        return told
    states = program.states
    return 1.5 * np.eye(states) + rng.normal(size=(1, SIDE, states, 1)) * np.ones((1, SIDE, states, states))


def frame(program: Program, method: Method, theta: np.ndarray, gamma: float) -> np.ndarray:
    if program.kind == "dtw":
        sizes = np.full(1, SIDE, np.int64)
        answer = method.dtw(theta, sizes, sizes, program.op, gamma)
    else:
        answer = method.viterbi(theta, np.full(1, SIDE, np.int64), program.op, gamma)
    _, expected = answers.items(answer, call=program.kind, count=2)
    kept = answers.array(expected, call=program.kind, like=theta, finite=False, low=-np.inf, high=np.inf)
    told: np.ndarray = kept[0] if program.kind == "dtw" else kept[0].sum(-1).T
    return told
