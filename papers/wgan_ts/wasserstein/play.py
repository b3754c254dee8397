"""The protocol of `wasserstein`: a method sees two samples, estimates their distance and offers a potential to query.

What the potential certifies is judged, where the truth is known, on points that it has never seen; for two given
samples by their exact transport.
"""

import math
import time
from typing import Any

import numpy as np

from papers.data import dataset
from papers.playing import Report
from papers.task import AnswerError, Case, Scores, Seed
from papers.wgan_ts.problem.pairs import Pair, make_pair
from papers.wgan_ts.problem.sources import contrasted
from papers.wgan_ts.problem.transport import Bounds, certificate, dual_value, pairwise, solve
from papers.wgan_ts.wasserstein.slopes import RANDOM_PAIRS, draw_probes, dual_norm, mean_cosine, steepest

HELD_OUT = 4096  # fresh points from each side
CROSSED = 1000  # of these, all cross pairs are looked at
QUERY = 10_000  # points in one call of `potential`
LARGEST = 1e12  # beyond it an answer is no distance and no potential, and scores would overflow
WORST = 10.0  # relative errors are cut there: an unbounded critic has a hugely negative dual value
COMPONENTS = 20  # of an image's features


def play(case: Case, *, seed: Seed, device: str, method: Any, report: Report) -> Scores:
    if case.params["given"]:
        return play_given(case, seed=seed, method=method)
    return play_known(case, seed=seed, method=method)


def play_known(case: Case, *, seed: Seed, method: Any) -> Scores:
    """Two distributions whose distance is known; the potential is asked at fresh points."""
    pair = make_pair(case.params["family"], case.params["d"], seed.rng("pair"))
    estimate, seconds = fitted(method, *pair.sample(case.params["n"], seed.rng("sample")), pair.cost)

    xe, ye = pair.sample(HELD_OUT, seed.rng("held out"))
    probes = draw_probes(xe, ye, seed.rng("probes"))
    d = case.params["d"]
    around = (probes.up.reshape(-1, d), probes.down.reshape(-1, d))
    f_x, f_y, *f_around = queried(method, [xe, ye, *around], seed.salted("order"))
    f_up, f_down = (f.reshape(-1, d) for f in f_around)
    gradients = probes.gradients(f_up, f_down)

    c = pairwise(xe[:CROSSED], ye[:CROSSED], pair.cost)
    exact = solve(c).value
    lipschitz = max(
        steepest(f_x[:CROSSED, None] - f_y[:CROSSED], c),
        steepest_at_random(np.concatenate([xe, ye]), np.concatenate([f_x, f_y]), pair.cost, seed.rng("pairs")),
        float(dual_norm(gradients, pair.cost).max()),
    )
    rise = float(f_x.mean() - f_y.mean())
    certified = rise / lipschitz if lipschitz > 0 else 0.0
    shape = f_x[:CROSSED] / lipschitz if lipschitz > 0 else np.zeros(CROSSED)
    scores = judged(
        estimate,
        bounds=Bounds(certified, certificate(c, shape).upper),
        truth=pair.truth,
        infeasible=float((f_x[:CROSSED, None] - f_y[:CROSSED] - c).max()),
    )
    scores |= {
        "cpu_seconds": seconds,
        "raw_ratio": rise / pair.truth,
        "lipschitz": lipschitz,
        "semidual_gap": min(1 - dual_value(c, f_x[:CROSSED]) / exact, WORST),
        "oracle": true_rise(pair, xe, ye) / pair.truth,
        "sample_bias": exact / pair.truth - 1,
    }
    if pair.gradient:
        scores["gradient_cosine"] = mean_cosine(gradients, pair.gradient(probes.points.astype(float)))
    return scores


def play_given(case: Case, *, seed: Seed, method: Any) -> Scores:
    """Two samples as they are: duality certifies, whatever the method says."""
    x, y, cost = given_samples(case, seed)
    estimate, seconds = fitted(method, x, y, cost)
    f_x, f_y = queried(method, [x, y], seed.salted("order"))
    c = pairwise(x, y, cost)
    truth = solve(c).value
    found = certificate(c, f_x)
    scores = judged(
        estimate,
        bounds=Bounds(max(found.lower, (1 - WORST) * truth), found.upper),
        truth=truth,
        infeasible=float((f_x[:, None] - f_y - c).max()),
    )
    return scores | {
        "cpu_seconds": seconds,
        "raw_ratio": float(f_x.mean() - f_y.mean()) / truth,
        "lipschitz": steepest(f_x[:, None] - f_y, c),
        "semidual_gap": min(1 - found.lower / truth, WORST),
        "oracle": 1.0,
    }


def judged(estimate: float, *, bounds: Bounds, truth: float, infeasible: float) -> Scores:
    """The scores that both kinds of case share; bounds and estimate in units of the truth."""
    return {
        "accuracy": accuracy(bounds.lower, truth),
        "relative_error": 1 - accuracy(bounds.lower, truth),
        "estimate_error": min(abs(estimate - truth) / truth, WORST),
        "infeasibility": min(max(infeasible, 0.0) / truth, WORST),
        "lower": bounds.lower / truth,
        "estimate": min(estimate / truth, 1 + WORST),
        "upper": bounds.upper / truth,
        "truth": truth,
    }


def accuracy(certified: float, truth: float) -> float:
    """1 - relative error, the error cut at WORST."""
    return 1 - min(abs(certified - truth) / truth, WORST)


def true_rise(pair: Pair, x: np.ndarray, y: np.ndarray) -> float:
    """What the true potential certifies on these points: it differs from the truth by their sampling noise."""
    return float(pair.potential(x.astype(float)).mean() - pair.potential(y.astype(float)).mean())


def steepest_at_random(points: np.ndarray, f: np.ndarray, cost: str, rng: np.random.Generator) -> float:
    """The largest slope over random pairs of points: (n, d), whichever side they come from; f: (n,)."""
    i, j = rng.integers(len(points), size=(2, RANDOM_PAIRS))
    apart = points[i].astype(float) - points[j]
    return steepest(f[i] - f[j], np.linalg.norm(apart, ord=1 if cost == "l1" else 2, axis=1))


def given_samples(case: Case, seed: Seed) -> tuple[np.ndarray, np.ndarray, str]:
    """Two samples of equal size and their cost: (n, d) float32 each."""
    n, source = case.params["n"], case.params["family"]
    if source == "product":
        pair = make_pair(source, case.params["d"], seed.rng("pair"))
        x, y = pair.sample(n, seed.rng("sample"))
        return x, y, pair.cost
    low, high = halves_of_mnist(n, seed.rng("sample"))
    if source == "pixels":
        return low, high, "l1"
    both = np.concatenate([low, high])
    features = both - both.mean(axis=0)
    axes = np.linalg.svd(features, full_matrices=False)[2][:COMPONENTS]
    x, y = np.split((features @ axes.T).astype(np.float32), 2)
    return x, y, "l2"


def halves_of_mnist(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n images of the digits 0 to 4 and n of 5 to 9: (n, 784) float32 in [0, 1]."""
    arrays = dataset("mnist")
    sides = arrays["y_train"] < 5, arrays["y_train"] >= 5
    low, high = (arrays["x_train"][rng.choice(np.flatnonzero(side), n, replace=False)] for side in sides)
    return contrasted(low / 255, rng), contrasted(high / 255, rng)


def fitted(method: Any, x: np.ndarray, y: np.ndarray, cost: str) -> tuple[float, float]:
    """The method's own estimate, and the CPU seconds it took. Raises AnswerError."""
    before = cpu_seconds(method)
    answer = method.fit(x.copy(), y.copy(), cost)
    seconds = cpu_seconds(method) - before
    if isinstance(answer, bool) or not isinstance(answer, int | float | np.floating | np.integer):
        raise AnswerError(f"fit returned {type(answer).__name__}, expected a number: the distance")
    estimate = float(answer)
    if not math.isfinite(estimate) or not 0 <= estimate <= LARGEST:
        raise AnswerError(f"fit returned {estimate:g}, expected a distance: finite, from 0 to {LARGEST:g}")
    return estimate, seconds


def cpu_seconds(method: Any) -> float:
    """What the method has used so far, measured from outside where it has a process of its own; else by this one."""
    spent = getattr(method, "spent", None)
    return float(spent["cpu_seconds"]) if isinstance(spent, dict) else time.process_time()


def queried(method: Any, groups: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """The potential at every point of the groups, asked in one secret order. Raises AnswerError.

    groups: (k_i, d) each -> (k_i,) float64 each.
    """
    z = np.concatenate(groups)
    order = rng.permutation(len(z))
    f = np.empty(len(z))
    for start in range(0, len(z), QUERY):
        rows = order[start : start + QUERY]
        f[rows] = checked(method.potential(z[rows]), len(rows))
    return np.split(f, np.cumsum([len(group) for group in groups])[:-1])


def checked(answer: Any, k: int) -> np.ndarray:
    """The answer, if it is a finite float array of shape (k,). Raises AnswerError."""
    if not isinstance(answer, np.ndarray):
        raise AnswerError(f"potential returned {type(answer).__name__}, expected a float array of shape ({k},)")
    if answer.shape != (k,):
        raise AnswerError(f"potential returned an array of shape {answer.shape}, expected ({k},)")
    if answer.dtype.kind != "f":
        raise AnswerError(f"potential returned {answer.dtype}, expected float64")
    f: np.ndarray = np.asarray(answer).astype(float)
    if not np.isfinite(f).all():
        raise AnswerError(f"potential is NaN or infinite at {(~np.isfinite(f)).sum()} of {k} points")
    if np.abs(f).max(initial=0) > LARGEST:
        raise AnswerError(f"potential returned {np.abs(f).max():g}, expected numbers within {LARGEST:g}")
    return f
