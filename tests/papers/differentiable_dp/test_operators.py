"""The gate: who is right passes, who is wrong is named; and what a method might try."""

import math
import time

import numpy as np
import pytest

from papers import catalogue
from papers.differentiable_dp.dp_operators import play as board
from papers.differentiable_dp.problem import reference
from runners.job import Job
from runners.proxy import Boxes, Playing, Proxy
from runners.sandbox import probe_isolation
from tests.papers.differentiable_dp.operating import CASES, Kept, loaded, module, play

RIGHT = ("closed_form", "compiled", "loop_rescaled")


def failed(scores):
    return {name.removeprefix("failed_") for name, count in scores.items() if name.startswith("failed_") and count}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("slug", RIGHT)
def test_methods_that_are_right_pass_every_check(slug, case):
    report = Kept()
    scores = play(case, slug, steps=(30,), report=report)
    assert failed(scores) == set(), report.tables
    assert scores["pass_rate"] == 1
    assert math.isfinite(scores["cost"])
    assert set(report.matrices) == {"Expected path"}


@pytest.mark.slow
def test_the_tree_is_right_for_entropy_and_wrong_for_the_squared_norm():
    assert failed(play("viterbi/entropy", "tree")) == set()
    scores = play("viterbi/l2", "tree")
    assert "plain" in failed(scores)
    assert "cost" not in scores


@pytest.mark.slow
def test_float32_needs_rescaling_over_500_steps():
    report = Kept()
    assert failed(play("viterbi/entropy", "loop_unbind", report=report)) == {"long"}
    assert any("500" in text for _, text in report.tables["What failed or was left out"])
    assert failed(play("viterbi/entropy", "loop_rescaled")) == set()


def test_the_hard_optimum_must_fail():
    scores = play("viterbi/entropy", "hard")
    assert {"plain", "long", "bounds"} <= failed(scores) | {"bounds"}
    assert "cost" not in scores


def test_what_is_not_there_fails_by_name():
    report = Kept()
    scores = play("dtw/l2", "tree", report=report)
    assert failed(scores) == {"plain"}
    assert "no dtw" in report.tables["What failed or was left out"][0][1]


def worst_product(solve, steps, gamma):
    """The relative error of a float32 product of a chain of so many steps."""
    rng = np.random.default_rng(steps)
    theta, z = rng.normal(size=(2, 2, steps, 9, 9)).astype(np.float32)
    lengths = np.full(2, steps)
    truth = reference.viterbi(theta.astype(float), lengths, "entropy", gamma, z.astype(float)).product
    return np.linalg.norm(solve(theta, z, lengths, "entropy", gamma) - truth) / np.linalg.norm(truth)


@pytest.mark.parametrize("gamma", [0.1, 1.0])
def test_a_float32_products_error_does_not_grow_with_the_length(gamma):
    """The derivative of the values grows with the length, but what all states have in common is taken off it."""
    solve = loaded("closed_form").viterbi_hvp
    short, long = (worst_product(solve, steps, gamma) for steps in (50, 500))
    assert short < 2e-5
    assert long < 2e-5


SPREAD = (0.1, 20.0, 300.0, 3000.0)  # of theta / gamma: single, double, beyond what exp can take


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize("kind", ["viterbi", "dtw"])
def test_the_way_without_logarithms_gives_way_where_exp_would_overflow(kind, spread, is_whole):
    rng = np.random.default_rng(7)
    shape, sizes = ((3, 12, 4, 4), 1) if kind == "viterbi" else ((3, 12, 17), 2)
    theta = spread * rng.uniform(-1, 1, shape)
    limits = [rng.integers(side if is_whole else 1, side + 1, 3) for side in shape[1 : 1 + sizes]]
    truth = getattr(reference, kind)(theta, *limits, "entropy", 1.0)
    value, expected = getattr(loaded("closed_form"), kind)(theta, *limits, "entropy", 1.0)
    np.testing.assert_allclose(value, truth.value, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(expected, truth.expected, atol=1e-9)


@pytest.mark.parametrize(("gamma", "fits"), [(1.0, True), (0.3, False)])
def test_short_whole_problems_go_row_by_row_where_weights_fit_a_float(gamma, fits):
    """Costs that fall and rise again: at the smaller gamma a running sum leaves its range."""
    theta = np.where(np.arange(40) < 20, -1.0, 1.0) * np.ones((2, 40, 1)) * np.linspace(2, 3, 40)[:, None]
    closed, sizes = module("dp_operators", "closed_form"), np.full(2, 40)
    costs, whole = closed.torch.from_numpy(theta), closed.torch.from_numpy(sizes)
    assert closed.is_short(costs, whole, whole, gamma) or not fits
    assert (closed.row_dtw(costs, gamma) is not None) == fits
    value, expected = loaded("closed_form").dtw(theta, sizes, sizes, "entropy", gamma)
    truth = reference.dtw(theta, sizes, sizes, "entropy", gamma)
    np.testing.assert_allclose(value, truth.value, rtol=1e-9)
    np.testing.assert_allclose(expected, truth.expected, atol=1e-9)


def test_a_ratio_that_leaves_the_range_of_floats_is_noticed():
    """Dear first columns: below them all weights differ by more than exp can say, though no cost does."""
    theta = np.zeros((1, 40, 40))
    theta[:, :, :20] = 200.0
    sizes = np.array([40])
    closed = module("dp_operators", "closed_form")
    torch = closed.torch
    _, lost = closed.ratio_dtw(torch.from_numpy(theta), *(torch.from_numpy(sizes),) * 2, 1.0)
    assert not torch.isfinite(lost[:, 0, 0]).all()
    expected = loaded("closed_form").dtw(theta, sizes, sizes, "entropy", 1.0)[1]
    np.testing.assert_allclose(expected, reference.dtw(theta, sizes, sizes, "entropy", 1.0).expected, atol=1e-9)


def spoilt(slug, spoil):
    """A house method whose value and gradient go through `spoil(call number, theta, answer)`."""
    method, calls = loaded(slug), [0]
    solve = method.viterbi

    def viterbi(theta, lengths, op, gamma):
        calls[0] += 1
        return spoil(calls[0], theta, solve(theta, lengths, op, gamma))

    method.viterbi = viterbi
    return method


@pytest.mark.slow
def test_garbage_past_the_gates_sizes_is_caught():
    def spoil(_, theta, answer):
        return (answer[0] + 0.1, answer[1]) if theta.shape[1] > 500 else answer

    honest, cheat = (
        play("viterbi/entropy", spoilt("closed_form", how), steps=(30, 600)) for how in (lambda *a: a[2], spoil)
    )
    assert failed(honest) == set()
    assert failed(cheat) == {"long"}


@pytest.mark.slow
def test_taking_calls_for_timed_ones_gains_nothing():
    """Whoever computes only the first time that a shape is seen, and answers the rest from it, is caught."""
    seen = {}

    def spoil(_, theta, answer):
        return seen.setdefault(theta.shape, answer)

    scores = play("viterbi/entropy", spoilt("closed_form", spoil))
    assert "long" in failed(scores)
    assert "cost" not in scores


@pytest.mark.slow
def test_a_cache_by_input_is_never_hit():
    seen, hits = set(), []

    def spoil(_, theta, answer):
        key = theta.tobytes()
        hits.extend([1] * (key in seen))
        seen.add(key)
        return answer

    assert failed(play("viterbi/l2", spoilt("closed_form", spoil))) == set()
    assert (
        len(hits) == len(board.expected_path.__globals__["GAMMAS"]) - 1
    )  # the picture's, which nobody times or scores


LINGERING = """

def burn():
    while True:
        sum(range(1000))


class Method(Method):
    def viterbi(self, *given):
        if not hasattr(self, "thread"):
            self.thread = threading.Thread(target=burn, daemon=True)
            self.thread.start()
        return super().viterbi(*given)
"""


def in_a_sandbox(code, *, steps):
    """Scores of a method in a sandbox."""
    if not probe_isolation().ok:
        pytest.skip(probe_isolation().reason)
    boxes = Boxes(Job(task="dp_operators", tier="quick", code=code, mode="sandbox"))
    box = Playing(boxes._job, boxes, seed=7)
    try:
        return play("viterbi/entropy", Proxy(box), steps=steps)
    finally:
        box.end()
        boxes.close()


@pytest.mark.slow
@pytest.mark.sandbox
def test_a_thread_that_outlives_its_call_is_seen():
    task = catalogue.task("dp_operators")
    code = task.code(task.method("hard"))
    limit = next(flag.above for flag in task.flags if flag.metric == "outside_load")
    assert in_a_sandbox(code, steps=(100, 300))["outside_load"] < limit / 10
    lingering = b"import threading\n" + code + LINGERING.encode()
    assert in_a_sandbox(lingering, steps=(100, 300))["outside_load"] > limit


SPINNING = b"""
import hashlib
import threading
import time
import numpy as np


class Method:
    def __init__(self, seed, device):
        self.asked, self.worked = threading.Event(), threading.Event()
        threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        while True:
            self.asked.wait()
            self.asked.clear()
            start = time.thread_time()
            while (spent := time.thread_time() - start) < 0.02:
                hashlib.sha256(bytes(1 << 16))
                if spent > 0.003:
                    self.worked.set()

    def viterbi(self, theta, lengths, op, gamma):
        self.worked.clear()
        self.asked.set()
        self.worked.wait()
        return np.zeros(len(theta)), np.zeros(theta.shape, theta.dtype)

    def viterbi_hvp(self, theta, z, lengths, op, gamma):
        return np.zeros(theta.shape, theta.dtype)
"""


@pytest.mark.sandbox
def test_work_of_a_thread_counts_though_it_still_runs_when_the_answer_is_there():
    """The kernel books what a running thread used at its next tick only: 3 ms were a third of a millisecond."""
    assert in_a_sandbox(SPINNING, steps=(10,))["seconds"] > 0.003


class Burner:
    """Answers with zeros. Its first call at 30 steps burns `first` CPU-seconds, all others 1 ms, and `identity` 50 ms."""

    def __init__(self, first=0.001):
        self.first, self.calls = first, 0

    def viterbi(self, theta, *_):
        self.calls += theta.shape[1] == 30
        burn(self.first if theta.shape[1] == 30 and self.calls == 1 else 0.001)
        return np.zeros(len(theta)), np.zeros_like(theta)

    def viterbi_hvp(self, theta, *_):
        return np.zeros_like(theta)

    def identity(self, theta):
        burn(0.05)
        return theta


def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_nothing_that_a_method_says_is_taken_off_what_its_calls_cost():
    scores = play("viterbi/entropy", Burner())
    assert scores["seconds"] >= 0.001
    assert scores["longest"] == 60


def test_a_single_dear_call_spares_nobody_the_longer_lengths(monkeypatch):
    """Else a length that suits a method could be the one from which its cost is worked out."""
    monkeypatch.setattr(board, "FORESEEN_SECONDS", 0.3)
    assert play("viterbi/entropy", Burner(first=0.2))["longest"] == 60


@pytest.mark.parametrize("index", range(3, 6))
def test_an_answer_that_nobody_worked_for_is_checked_as_the_cheapest_is(index):
    """A walk from anywhere to anywhere flows as a path does. It is given once, and only beyond what is checked whole."""
    method, given = loaded("closed_form"), []
    solve = method.viterbi

    def viterbi(theta, *rest):
        if theta.shape[1] != 200 or given:
            return solve(theta, *rest)
        given.append(True)
        return np.zeros(len(theta)), np.full_like(theta, 1 / theta.shape[-1] ** 2)

    method.viterbi = viterbi
    scores = play("viterbi/entropy", method, steps=(30, 200), index=index)
    assert "long" in failed(scores)
    assert "cost" not in scores


@pytest.mark.parametrize("spared", [1, 4])
def test_who_leaves_out_part_of_a_batch_is_found_out(spared):
    method = loaded("closed_form")
    solve = method.viterbi

    def viterbi(theta, lengths, *rest):
        if theta.shape[1] != 200:
            return solve(theta, lengths, *rest)
        value, expected = solve(theta[spared:], lengths[spared:], *rest)
        walk = np.full_like(theta[:spared], 1 / theta.shape[-1] ** 2)
        return np.concatenate([np.zeros(spared), value]), np.concatenate([walk, expected])

    method.viterbi = viterbi
    assert "long" in failed(play("viterbi/entropy", method, steps=(30, 200)))


def test_a_method_that_is_dear_is_timed_once_and_climbs_no_further(monkeypatch):
    monkeypatch.setattr(board, "DEAR_SECONDS", 0.0)
    report = Kept()
    scores = play("viterbi/entropy", "closed_form", steps=(10, 20), report=report)
    assert scores["longest"] == 10
    assert "20 steps left out" in report.tables["What failed or was left out"][0][1]
    assert scores["cost"] == pytest.approx(math.log10(2 * scores["seconds"]))
