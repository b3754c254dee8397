"""How right an answer is, and what a call cost."""

from dataclasses import dataclass, field

import numpy as np

from papers import answers
from papers.differentiable_dp.dp_operators.cases import Program
from papers.differentiable_dp.dp_operators.interface import Method
from papers.differentiable_dp.dp_operators.probes import CHECKS, Probe
from papers.differentiable_dp.problem import reference

VALUE = 1e-5  # relative, of a float32 problem
GRADIENT = {np.dtype(np.float32): 1e-4, np.dtype(np.float64): 1e-9}  # absolute
PRODUCT = {np.dtype(np.float32): 1e-4, np.dtype(np.float64): 1e-7}  # relative to its norm
FLOW = 1e-3  # by which a step's expected transitions may miss 1


@dataclass
class Verdict:
    """What the gate made of all answers so far: the worst error of each kind, and the checks that failed."""

    errors: dict[str, float] = field(default_factory=lambda: {"value": 0.0, "gradient": 0.0, "product": 0.0})
    failures: list[tuple[str, str]] = field(default_factory=list)  # (check, what was wrong)
    failed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHECKS, 0))
    asked: int = 0
    zeros: list[float] = field(default_factory=list)

    def miss(self, check: str, text: str) -> None:
        self.failed[check] += 1
        self.failures.append((check, text))

    @property
    def passed(self) -> bool:
        return not self.failures

    def require(self, probe: Probe, what: str, error: float, tolerance: float) -> None:
        """Hold an error against its tolerance."""
        self.asked += 1
        self.errors[what] = max(self.errors[what], min(error, answers.LARGEST))
        if not error <= tolerance:
            text = f"{what} off by {error:.1e}, {tolerance:.0e} is allowed: {probe.theta.dtype}, "
            self.miss(probe.check, text + f"shape {probe.theta.shape}, gamma {probe.gamma:.3g}")


def answer_of(method: Method, program: Program, probe: Probe) -> object:
    """Ask for value and gradient."""
    call = method.viterbi if program.kind == "viterbi" else method.dtw
    return call(probe.theta, *probe.sizes, program.op, probe.gamma)  # type: ignore[call-arg,arg-type]


def product_of(method: Method, program: Program, probe: Probe) -> object:
    call = method.viterbi_hvp if program.kind == "viterbi" else method.dtw_hvp
    return call(probe.theta, probe.z, *probe.sizes, program.op, probe.gamma)  # type: ignore[call-arg,arg-type]


def checked(answer: object, program: Program, probe: Probe) -> tuple[np.ndarray, np.ndarray]:
    """Value (B,) and gradient, as arrays. NaN is kept: the gate judges it."""
    value, expected = answers.items(answer, call=program.kind, count=2)
    call = f"{program.kind}, its value,", f"{program.kind}, its gradient,"
    kept = {"finite": False, "low": -np.inf, "high": np.inf}
    return (
        answers.array(value, call=call[0], shape=(len(probe.theta),), **kept),  # type: ignore[arg-type]
        answers.array(expected, call=call[1], like=probe.theta, **kept),  # type: ignore[arg-type]
    )


def truth_of(program: Program, probe: Probe, *, product: bool) -> reference.Operator:
    solve = reference.viterbi if program.kind == "viterbi" else reference.dtw
    z = probe.z if product else None
    return solve(probe.theta.astype(float), *probe.sizes, program.op, probe.gamma, z)  # type: ignore[arg-type,call-arg]


def judge(verdict: Verdict, probe: Probe, value: np.ndarray, expected: np.ndarray, truth: reference.Operator) -> None:
    """Hold value and gradient against the truth."""
    tight = probe.theta.dtype == np.float64
    scale = np.maximum(np.abs(truth.value), 1.0)
    with np.errstate(invalid="ignore"):
        error = np.max(np.abs(value - truth.value) / scale)
        verdict.require(probe, "value", float(error), 1e-9 if tight else VALUE)
        off = float(np.max(np.abs(expected - truth.expected)))
    verdict.require(probe, "gradient", off, GRADIENT[probe.theta.dtype])


def judge_product(verdict: Verdict, probe: Probe, product: np.ndarray, truth: np.ndarray) -> None:
    """Relative to the norm of the whole product; where that all but vanishes, to a thousandth of that of z."""
    with np.errstate(invalid="ignore", over="ignore"):
        scale = max(np.linalg.norm(truth), 1e-3 * np.linalg.norm(probe.z))
        error = np.linalg.norm(product - truth) / scale
    verdict.require(probe, "product", float(error), PRODUCT[probe.theta.dtype])


def judge_bounds(verdict: Verdict, program: Program, probe: Probe, value: np.ndarray) -> None:
    """The smoothed optimum lies between bounds around the hard one.

    Each smoothed maximum of k numbers exceeds the hard one by 0 to gamma log k (entropy), or falls below it by
    gamma / (2 k) to gamma / 2 (l2), and there is one a step.
    """
    slack = 1e-9 * (1.0 + np.abs(value))
    theta = probe.theta.astype(float)
    if program.kind == "viterbi":
        excess = value - reference.best_path(theta, probe.sizes[0])
        maxima, choices = probe.sizes[0] + 1, theta.shape[-1]
    else:
        excess = reference.least_cost(theta, *probe.sizes) - value
        maxima, choices = probe.sizes[0] + probe.sizes[1] - 1, 3
    low, high = 0.0 * maxima, probe.gamma * maxima * np.log(choices)
    if program.op == "l2":
        low, high = -0.5 * probe.gamma * maxima, 0.0 * maxima
        if program.kind == "viterbi":  # every maximum is over all states
            high = low / choices
    verdict.asked += 1
    if not ((excess >= low - slack) & (excess <= high + slack)).all():
        verdict.miss(probe.check, f"a value lies {excess.min():.2g} to {excess.max():.2g} from the hard optimum")


def judge_flow(verdict: Verdict, program: Program, probe: Probe, expected: np.ndarray) -> None:
    """What an answer must satisfy whose truth nobody computed: no negative numbers, and a whole path."""
    if program.kind == "viterbi":
        whole = np.where(np.arange(expected.shape[1]) < probe.sizes[0][:, None], expected.sum((2, 3)), 1.0)
    else:
        members = np.arange(len(expected))
        ends = expected[members, probe.sizes[0] - 1, probe.sizes[1] - 1]
        whole = np.stack([expected[:, 0, 0], ends], axis=1)
    verdict.asked += 1
    if not (np.abs(whole - 1).max() <= FLOW and expected.min() >= -FLOW):
        verdict.miss(probe.check, f"the expected path of shape {expected.shape} is no path: its flow is not 1")
