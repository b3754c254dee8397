"""The protocol: a method sees two samples, estimates their distance and offers a potential to query.

What the potential certifies is judged, where the truth is known, on points that it has never seen; for two given
samples by their exact transport.
"""

import numpy as np

from papers import answers
from papers.playing import Report
from papers.task import Case, Scores, Seed
from papers.wgan_ts.problem.given import given_samples
from papers.wgan_ts.problem.pairs import make_pair
from papers.wgan_ts.problem.transport import Bounds, certificate, distance, dual_value, pairwise
from papers.wgan_ts.wasserstein.cases import Samples
from papers.wgan_ts.wasserstein.interface import Method
from papers.wgan_ts.wasserstein.scoring import WORST, scores_of_bounds, semidual_gap, true_rise
from papers.wgan_ts.wasserstein.slopes import (
    Probes,
    draw_probes,
    dual_norm,
    mean_cosine,
    probes_around,
    steepest,
    steepest_at_random,
)

HELD_OUT = 4096  # fresh points from each side
CROSSED = 1000  # of these, all cross pairs are looked at
QUERY = 10_000  # points in one call of `potential`


def play(case: Case[Samples], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    if case.params.given:
        return play_given(case.params, seed=seed, method=method)
    return play_known(case.params, seed=seed, method=method)


def play_known(samples: Samples, *, seed: Seed, method: Method) -> Scores:
    """Two distributions whose distance is known; the potential is asked at fresh points."""
    pair = make_pair(samples.family, samples.d, seed.rng("pair"))
    before = method.spent["cpu_seconds"]
    estimate = ask_estimate(method, *pair.sample(samples.n, seed.rng("sample")), pair.cost)

    xe, ye = pair.sample(HELD_OUT, seed.rng("held out"))
    f_x, f_y, probes, gradients = ask_around(method, xe, ye, cost=pair.cost, seed=seed)
    seconds = method.spent["cpu_seconds"] - before

    c = pairwise(xe[:CROSSED], ye[:CROSSED], pair.cost)
    exact = distance(xe[:CROSSED], ye[:CROSSED], pair.cost)
    lipschitz = max(
        steepest(f_x[:CROSSED, None] - f_y[:CROSSED], c),
        steepest_at_random(np.concatenate([xe, ye]), np.concatenate([f_x, f_y]), pair.cost, seed.rng("pairs")),
        float(dual_norm(gradients, pair.cost).max()),
    )
    rise = float(f_x.mean() - f_y.mean())
    certified = rise / lipschitz if lipschitz > 0 else 0.0
    shape = f_x[:CROSSED] / lipschitz if lipschitz > 0 else np.zeros(CROSSED)
    scores = scores_of_bounds(
        estimate,
        bounds=Bounds(certified, certificate(c, shape).upper),
        truth=pair.truth,
        infeasible=float((f_x[:CROSSED, None] - f_y[:CROSSED] - c).max()),
    )
    scores |= {
        "cpu_seconds": seconds,
        "raw_ratio": rise / pair.truth,
        "lipschitz": lipschitz,
        "semidual_gap": semidual_gap(dual_value(c, f_x[:CROSSED]), exact),
        "oracle": true_rise(pair, xe, ye) / pair.truth,
        "sample_bias": exact / pair.truth - 1,
    }
    if pair.gradient:
        true = pair.gradient(probes.points.astype(float))
        scores["gradient_cosine"] = mean_cosine(gradients[: len(true)], true)
    return scores


def ask_around(
    method: Method, x: np.ndarray, y: np.ndarray, *, cost: str, seed: Seed
) -> tuple[np.ndarray, np.ndarray, Probes, np.ndarray]:
    """The potential at x and at y, and its gradients: at probes, then about those of them where it was steepest.

    x, y: (n, d). Returns f: (n,), (n,), the first probes and all gradients, theirs first: (p, d). Raises AnswerError.
    """
    first, order = draw_probes(x, y, seed.rng("probes")), seed.salted("order")
    f_x, f_y, *f_around = ask_potential(method, [x, y, *first.questions], order)
    gradients = first.gradients(*f_around)
    second = probes_around(first, dual_norm(gradients, cost), seed.salted("steepest"))
    more = second.gradients(*ask_potential(method, list(second.questions), order))
    return f_x, f_y, first, np.concatenate([gradients, more])


def play_given(samples: Samples, *, seed: Seed, method: Method) -> Scores:
    """Two samples as they are: duality certifies, whatever the method says."""
    x, y, cost = given_samples(samples.family, d=samples.d, n=samples.n, seed=seed)
    before = method.spent["cpu_seconds"]
    estimate = ask_estimate(method, x, y, cost)
    f_x, f_y = ask_potential(method, [x, y], seed.salted("order"))
    seconds = method.spent["cpu_seconds"] - before
    c = pairwise(x, y, cost)
    truth = distance(x, y, cost)
    bounds = certificate(c, f_x)
    scores = scores_of_bounds(
        estimate,
        bounds=Bounds(max(bounds.lower, (1 - WORST) * truth), bounds.upper),
        truth=truth,
        infeasible=float((f_x[:, None] - f_y - c).max()),
    )
    return scores | {
        "cpu_seconds": seconds,
        "raw_ratio": float(f_x.mean() - f_y.mean()) / truth,
        "lipschitz": steepest(f_x[:, None] - f_y, c),
        "semidual_gap": semidual_gap(bounds.lower, truth),
        "oracle": 1.0,
    }


def ask_estimate(method: Method, x: np.ndarray, y: np.ndarray, cost: str) -> float:
    """The method's own estimate. Raises AnswerError."""
    return answers.number(method.fit(x.copy(), y.copy(), cost), call="fit", low=0.0, what="a distance")


def ask_potential(method: Method, groups: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """The potential at every point of the groups, asked in one secret order. Raises AnswerError.

    groups: (k_i, d) each -> (k_i,) float64 each.
    """
    z = np.concatenate(groups)
    order = rng.permutation(len(z))
    f = np.empty(len(z))
    for start in range(0, len(z), QUERY):
        rows = order[start : start + QUERY]
        f[rows] = answers.array(method.potential(z[rows]), call="potential", shape=(len(rows),))
    return np.split(f, np.cumsum([len(group) for group in groups])[:-1])
