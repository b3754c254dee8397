"""The protocol: a gate of problems with a known answer, and timed calls among them that look the same.

Lengths grow. What is timed is every call of a length, and the cheapest counts: CPU-seconds depend on what else the machine
does only upwards. So the cheapest is checked too, whichever it is: an answer that nobody worked for would be it. A length
whose calls cost too much ends the climb.

Reading the arrays and sending the answer count too. Only the method's own process could say what they cost, and to take off
what it says would leave it to the method.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from papers import answers
from papers.differentiable_dp.dp_operators.cases import Program
from papers.differentiable_dp.dp_operators.interface import Method
from papers.differentiable_dp.dp_operators.pictures import expected_path
from papers.differentiable_dp.dp_operators.probes import CHECKS, Probe, Recipe, draw, stages
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
)
from papers.playing import Measured, Report
from papers.task import Case, Scores, Seed

REPEATS, PRODUCTS = 7, 2
DEAR_SECONDS = 1.0  # a call of this many CPU-seconds is timed once, and no longer one is asked for
FORESEEN_SECONDS = 4.0  # nor one that would take this long, were it to grow with the work
WHOLE_STEPS = 100  # up to here every timed answer is checked; beyond it the cheapest
CHECKED = 8  # members of its batch; of a larger one nobody knows which
SETTLE_SECONDS = 0.012  # more than a kernel's tick: what a thread does that still runs is booked at the next one
FLOOR_SECONDS = 1e-5  # the least that a call is taken to cost: without control groups clocks may see none


@dataclass
class Climb:
    """What calls of each length cost: lists of CPU-seconds by length, and the most memory that a call took."""

    gradients: dict[int, list[float]] = field(default_factory=dict)
    products: dict[int, list[float]] = field(default_factory=dict)
    errors: dict[int, float] = field(default_factory=dict)
    peak_bytes: int = 0
    left_out: str = ""

    @property
    def longest(self) -> int:
        return max(self.gradients)

    def cheapest(self, steps: int) -> float:
        """CPU-seconds of value and gradient."""
        return max(min(self.gradients[steps]), FLOOR_SECONDS)


@dataclass
class Answered:
    """A probe and what came back: value (B,) and gradient, product, None where they were not asked for."""

    probe: Probe
    value: np.ndarray | None = None
    expected: np.ndarray | None = None
    product: np.ndarray | None = None
    cpu_seconds: float = 0.0  # of the call; of a probe with two, of the latter

    def members(self, rows: np.ndarray) -> "Answered":
        """Those members of the batch alone: the rest may go."""

        def some(part: np.ndarray | None) -> np.ndarray | None:
            return None if part is None else part[rows]

        probe = self.probe.members(rows)
        return Answered(probe, some(self.value), some(self.expected), some(self.product), self.cpu_seconds)


class Play:
    """One method on one program."""

    def __init__(self, program: Program, seed: Seed, method: Method) -> None:
        self.program, self.method = program, method
        self.seed, self.secret = seed, seed.salted("which answers are checked")
        self.verdict, self.climb = Verdict(), Climb()
        self.inside = Measured()  # what was measured, all together

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
        took = self.climb.cheapest(last)
        if took > DEAR_SECONDS:
            return f"{steps} steps left out: a call of {last} took {took:.2f} CPU-seconds"
        if (foreseen := took * work(self.program, steps) / work(self.program, last)) > FORESEEN_SECONDS:
            return f"{steps} steps left out: {foreseen:.0f} CPU-seconds a call foreseen from {last}"
        return ""

    def _stage(self, steps: int, recipes: list[Recipe]) -> None:
        """Ask all questions of a length, and check the answers: beyond WHOLE_STEPS those of the cheapest calls."""
        cheapest: dict[bool, Answered] = {}  # whether it is a product: that call
        for place, recipe in enumerate(recipes):
            kind = self.climb.products if recipe.has_product else self.climb.gradients
            if recipe.timed and kind.get(steps) and kind[steps][0] > DEAR_SECONDS:
                continue  # timed once
            answered = self._ask(draw(self.program, recipe, self.seed.rng(f"problem {steps} {place}")))
            if recipe.timed <= WHOLE_STEPS:
                self._check(answered)
                continue
            rows, best = self.secret.permutation(recipe.shape[0])[:CHECKED], cheapest.get(recipe.has_product)
            if best is None or answered.cpu_seconds < best.cpu_seconds:
                cheapest[recipe.has_product] = answered.members(rows)
        for answered in cheapest.values():
            self._check(answered)

    def _ask(self, probe: Probe) -> Answered:
        """Ask a probe's questions, keep what they cost, and hold the flow of what came back against that of a path."""
        answered = Answered(probe)
        if not (probe.timed and probe.has_product):
            with self._measured(answered, self.climb.gradients):
                answer = answer_of(self.method, self.program, probe)
            answered.value, answered.expected = checked(answer, self.program, probe)
            judge_flow(self.verdict, self.program, probe, answered.expected)
        if probe.has_product:
            with self._measured(answered, self.climb.products):
                answer = product_of(self.method, self.program, probe)
            call = f"{self.program.kind}_hvp"
            answered.product = answers.array(
                answer, call=call, like=probe.theta, finite=False, low=-np.inf, high=np.inf
            )
        return answered

    def _check(self, answered: Answered) -> None:
        """Hold an answer against the truth."""
        probe, value, expected, product = answered.probe, answered.value, answered.expected, answered.product
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

    @contextmanager
    def _measured(self, answered: Answered, costs: dict[int, list[float]]) -> Iterator[None]:
        """Measure the call within a block and put its cost on the account."""
        start = time.perf_counter()
        with self.method.measured() as cost:
            yield
            if answered.probe.timed:
                time.sleep(SETTLE_SECONDS)
        answered.cpu_seconds = cost.cpu_seconds
        self.inside.cpu_seconds += cost.cpu_seconds
        self.inside.seconds += time.perf_counter() - start
        if steps := answered.probe.timed:
            costs.setdefault(steps, []).append(cost.cpu_seconds)
            self.climb.peak_bytes = max(self.climb.peak_bytes, cost.peak_bytes)


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
    seconds = climb.cheapest(longest)
    told: Scores = {
        "seconds": seconds,
        "peak_mb": climb.peak_bytes / 2**20,
        "longest": float(longest),
    }
    if climb.products.get(longest):
        told["seconds_product"] = max(min(climb.products[longest]), FLOOR_SECONDS)
    if trial.verdict.passed:
        told["cost"] = float(np.log10(seconds * work(program, target) / work(program, longest)))
    return told


def tell(trial: Play, report: Report) -> None:
    """Cost and error against the length, and what failed."""
    climb = trial.climb
    if steps := sorted(climb.gradients):
        series = {"value and gradient": [climb.cheapest(t) for t in steps]}
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
