"""The protocol: a gate of problems with a known answer, and timed calls among them that look the same.

Lengths grow. What is timed is every call of a length, and the cheapest counts: CPU-seconds depend on what else the machine
does only upwards. A length whose first call costs too much ends the climb.
"""

import time
from dataclasses import dataclass, field

import numpy as np

from papers import answers
from papers.differentiable_dp.dp_operators.cases import Program
from papers.differentiable_dp.dp_operators.interface import Method
from papers.differentiable_dp.dp_operators.pictures import expected_path
from papers.differentiable_dp.dp_operators.probes import CHECKS, Probe, Recipe, draw, stages, timed
from papers.differentiable_dp.dp_operators.scoring import (
    Verdict,
    answer_of,
    checked,
    judge,
    judge_bounds,
    judge_flow,
    judge_product,
    product_of,
    truth_of,
    wire_credit,
)
from papers.playing import Measured, Report
from papers.task import Case, Scores, Seed

REPEATS, PRODUCTS, IDENTITIES = 7, 2, 7
DEAR_SECONDS = 1.0  # a call of this many CPU-seconds is timed once, and no longer one is asked for
FORESEEN_SECONDS = 4.0  # nor one that would take this long, were it to grow with the work
WHOLE_STEPS = 100  # up to here every timed answer is checked whole; beyond it CHECKED of a length, of each
CHECKED = 2  # one member of the batch: nobody knows which
FLOOR_SECONDS = 1e-5  # the least that a call is taken to cost: below it clocks know nothing


@dataclass
class Climb:
    """What calls of each length cost: lists of CPU-seconds by length, and the most memory that a call took."""

    gradients: dict[int, list[float]] = field(default_factory=dict)
    products: dict[int, list[float]] = field(default_factory=dict)
    identities: dict[int, float] = field(default_factory=dict)
    credits: dict[int, float] = field(default_factory=dict)
    errors: dict[int, float] = field(default_factory=dict)
    peak_bytes: int = 0
    left_out: str = ""

    @property
    def longest(self) -> int:
        return max(self.gradients)

    def net(self, steps: int) -> float:
        """CPU-seconds of value and gradient, what it costs to send them taken off."""
        return max(min(self.gradients[steps]) - self.credits[steps], FLOOR_SECONDS)


class Play:
    """One method on one program."""

    def __init__(self, program: Program, seed: Seed, method: Method) -> None:
        self.program, self.method = program, method
        self.seed, self.secret = seed, seed.salted("which answers are checked")
        self.verdict, self.climb = Verdict(), Climb()
        self.inside = Measured()  # what the measured calls used, all together

    def run(self, report: Report) -> None:
        calls = (self.program.kind, f"{self.program.kind}_hvp")
        if lacking := [call for call in calls if not self.method.has(call)]:
            self.verdict.miss("plain", f"the method has no {' and no '.join(lacking)}")
            return
        plan = stages(self.program, self.seed.rng("plan"), repeats=REPEATS, products=PRODUCTS)
        for index, (steps, recipes) in enumerate(zip(self.program.steps, plan, strict=True)):
            if not self.climb.left_out:
                self.climb.left_out = self._reason_to_stop(steps)
            self._stage(steps, [recipe for recipe in recipes if not (self.climb.left_out and recipe.timed)])
            report.progress((index + 1) / len(self.program.steps), f"{steps} steps")

    def _reason_to_stop(self, steps: int) -> str:
        """Why this length is left out, "" where it isn't."""
        if not self.climb.gradients:
            return ""
        last = self.climb.longest
        first = self.climb.gradients[last][0]
        if first > DEAR_SECONDS:
            return f"{steps} steps left out: a call of {last} took {first:.2f} CPU-seconds"
        if (foreseen := first * work(self.program, steps) / work(self.program, last)) > FORESEEN_SECONDS:
            return f"{steps} steps left out: {foreseen:.0f} CPU-seconds a call foreseen from {last}"
        return ""

    def _stage(self, steps: int, recipes: list[Recipe]) -> None:
        places = [place for place, recipe in enumerate(recipes) if recipe.timed]
        certain = steps <= WHOLE_STEPS
        chosen = set(places if certain else self.secret.permutation(places)[:CHECKED])
        for place, recipe in enumerate(recipes):
            is_product = recipe.has_product and recipe.timed
            kind = self.climb.products if is_product else self.climb.gradients
            if recipe.timed and kind.get(steps) and kind[steps][0] > DEAR_SECONDS:
                continue  # timed once
            probe = draw(self.program, recipe, self.seed.rng(f"problem {steps} {place}"))
            self._ask(probe, is_checked=not probe.timed or place in chosen)
        if places:
            self._send(steps)

    def _ask(self, probe: Probe, *, is_checked: bool) -> None:
        """Ask a probe's questions, keep what they cost, hold the answers against the truth or at least against the flow."""
        asks_gradient = not (probe.timed and probe.has_product)
        value = expected = product = None
        if asks_gradient:
            with self.method.measured() as cost:
                answer = answer_of(self.method, self.program, probe)
            self._keep(self.climb.gradients, probe, cost)
            value, expected = checked(answer, self.program, probe)
            judge_flow(self.verdict, self.program, probe, expected)
        if probe.has_product:
            with self.method.measured() as cost:
                answer = product_of(self.method, self.program, probe)
            self._keep(self.climb.products, probe, cost)
            call = f"{self.program.kind}_hvp"
            product = answers.array(answer, call=call, like=probe.theta, finite=False, low=-np.inf, high=np.inf)
        if is_checked:
            self._check(probe, value, expected, product)

    def _check(
        self, probe: Probe, value: np.ndarray | None, expected: np.ndarray | None, product: np.ndarray | None
    ) -> None:
        if probe.timed > WHOLE_STEPS:
            index = int(self.secret.integers(len(probe.theta)))
            one, probe = slice(index, index + 1), probe.member(index)
            value, expected, product = (None if part is None else part[one] for part in (value, expected, product))
        truth = truth_of(self.program, probe, product=product is not None)
        if value is not None and expected is not None:
            judge(self.verdict, probe, value, expected, truth)
            self.verdict.zeros.append(share_of_zeros(self.program, probe, expected))
            if probe.timed:
                off = float(np.abs(expected - truth.expected).max())
                self.climb.errors[probe.timed] = max(off, self.climb.errors.get(probe.timed, 0.0))
            if probe.check == "bounds":
                judge_bounds(self.verdict, self.program, probe, value)
        if product is not None and truth.product is not None:
            judge_product(self.verdict, probe, product, truth.product)

    def _keep(self, costs: dict[int, list[float]], probe: Probe, cost: Measured) -> None:
        self._count(cost)
        if probe.timed:
            costs.setdefault(probe.timed, []).append(cost.cpu_seconds)
            self.climb.peak_bytes = max(self.climb.peak_bytes, cost.peak_bytes)

    def _count(self, cost: Measured) -> None:
        self.inside.cpu_seconds += cost.cpu_seconds
        self.inside.seconds += cost.seconds

    def _send(self, steps: int) -> None:
        """Time calls that only send arrays of this length to and fro."""
        seconds = []
        theta = draw(self.program, timed(self.program, steps), self.seed.rng(f"sent {steps}")).theta
        for _ in range(IDENTITIES):
            with self.method.measured() as cost:
                answer = self.method.identity(theta)
            self._count(cost)
            seconds.append(cost.cpu_seconds)
            if not np.array_equal(answers.array(answer, call="identity", like=theta, dtype=theta.dtype), theta):
                self.verdict.miss("long", "identity returned something else")
        self.climb.identities[steps] = min(seconds)
        self.climb.credits[steps] = wire_credit(min(seconds), theta.nbytes)


def play(case: Case[Program], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    before, start = method.spent["cpu_seconds"], time.perf_counter()
    trial = Play(case.params, seed, method)
    trial.run(report)
    outside = max(method.spent["cpu_seconds"] - before - trial.inside.cpu_seconds, 0.0)
    between = max(time.perf_counter() - start - trial.inside.seconds, 1e-3)
    scores: Scores = {
        **{f"{what}_error": error for what, error in trial.verdict.errors.items()},
        **{f"failed_{check}": float(count) for check, count in trial.verdict.failed.items()},
        "pass_rate": 1 - min(len(trial.verdict.failures) / max(trial.verdict.asked, 1), 1.0),
        "outside_load": outside / between,
    }
    if trial.verdict.zeros:
        scores["exact_zeros"] = float(np.mean(trial.verdict.zeros))
    if trial.climb.gradients:
        scores |= costs(case.params, trial)
    if seed.index == 0:
        tell(trial, report)
        expected_path(case.params, method, seed.rng("picture"), report)
    return scores


def costs(program: Program, trial: Play) -> Scores:
    """What calls of the longest length cost. Who fails the gate gets no `cost`, and so no rank."""
    climb, longest, target = trial.climb, trial.climb.longest, program.steps[-1]
    net = climb.net(longest)
    told: Scores = {
        "seconds": net,
        "seconds_sent": climb.identities[longest],
        "seconds_gross": min(climb.gradients[longest]),
        "peak_mb": climb.peak_bytes / 2**20,
        "longest": float(longest),
    }
    if climb.products.get(longest):
        told["seconds_product"] = max(min(climb.products[longest]) - climb.credits[longest], FLOOR_SECONDS)
    if trial.verdict.passed:
        told["cost"] = float(np.log10(net * work(program, target) / work(program, longest)))
    return told


def tell(trial: Play, report: Report) -> None:
    """Cost and error against the length, and what failed."""
    climb = trial.climb
    if steps := sorted(climb.gradients):
        series = {"value and gradient": [climb.net(t) for t in steps], "sending": [climb.identities[t] for t in steps]}
        report.curve(
            "CPU-seconds", steps, series, x_label="steps", y_label="CPU-seconds a call", log_x=True, log_y=True
        )
        errors = {"gradient": [max(climb.errors.get(t, 0.0), 1e-17) for t in steps]}
        report.curve("Error", steps, errors, x_label="steps", y_label="error", log_x=True, log_y=True)
    if trial.verdict.failures or climb.left_out:
        rows: list[list[float | str]] = [[CHECKS[check], text] for check, text in trial.verdict.failures[:20]]
        rows += [["lengths", climb.left_out]] if climb.left_out else []
        report.table("What failed or was left out", ["check", "what was wrong"], rows)


def share_of_zeros(program: Program, probe: Probe, expected: np.ndarray) -> float:
    """Of the numbers within the sizes: how many are exactly 0."""
    if program.kind == "viterbi":
        inside = expected[np.arange(expected.shape[1]) < probe.sizes[0][:, None]]
    else:
        rows, cols = (
            np.arange(side) < size[:, None] for side, size in zip(expected.shape[1:], probe.sizes, strict=True)
        )
        inside = expected[rows[:, :, None] & cols[:, None, :]]
    return float((inside == 0).mean())


def work(program: Program, steps: int) -> float:
    """How many cells a program of this length has, in units of its own."""
    return float(steps) ** (2 if program.kind == "dtw" else 1)
