"""The board as a whole: its trust boundary, its invariants, its controls, and the equations of WGAN-TS."""

import time

import numpy as np
import pytest
import torch

from papers.task import AnswerError
from papers.wgan_ts import kit
from papers.wgan_ts.problem.pairs import make_pair
from papers.wgan_ts.wasserstein.cases import RANKED
from papers.wgan_ts.wasserstein.play import CROSSED, HELD_OUT, QUERY
from papers.wgan_ts.wasserstein.slopes import AROUND, STEEPEST
from tests.papers.wgan_ts.transporting import TASK, Answering, load, play, seed

GIVEN, KNOWN = "empirical-l1/n250-d2", "fans-l2/d8"
INVARIANT = {"accuracy", "relative_error", "lower", "upper", "gradient_cosine", "oracle", "truth", "sample_bias"}


def true_pair(case=KNOWN, index=0):
    family, _, d = case.partition("/d")
    return make_pair(family.split("-")[0], int(d), seed(index, case).rng("pair"))


def norm_potential(z):
    return -np.linalg.norm(z.astype(float), axis=1)


# What crosses the boundary


def test_a_method_is_shown_two_samples_and_asked_in_a_secret_order():
    method = Answering()
    play(KNOWN, method)
    assert method.x.shape == method.y.shape == (2000, 8)
    assert method.x.dtype == method.y.dtype == np.float32
    assert method.cost == "l2"
    *whole, _ = method.asked[:-1]  # the last of the first questions; then those about where it was steepest
    assert [len(z) for z in whole] == [QUERY] * len(whole)
    assert len(method.asked[-1]) == STEEPEST * AROUND * 2 * 8
    first = method.asked[0]
    assert first.dtype == np.float32
    lengths = np.linalg.norm(first, axis=1)
    halves = lengths[: len(first) // 2].mean(), lengths[len(first) // 2 :].mean()
    assert halves[0] == pytest.approx(halves[1], rel=0.03)  # points of P and of Q are mixed


def test_evaluation_points_are_fresh():
    method = Answering()
    play(KNOWN, method)
    asked = {row.tobytes() for z in method.asked for row in z}
    assert len(asked) > 2 * HELD_OUT
    assert not asked & {row.tobytes() for row in np.concatenate([method.x, method.y])}


def test_given_samples_are_asked_at_themselves():
    method = Answering()
    play(GIVEN, method)
    (asked,) = method.asked
    shown = np.concatenate([method.x, method.y])
    assert sorted(map(bytes, asked)) == sorted(map(bytes, shown))
    assert not (asked == shown).all()


@pytest.mark.parametrize(
    ("estimate", "message"),
    [
        (None, "fit returned None, expected a distance"),
        ("1.0", "returned a str"),
        (True, "returned a bool"),
        (np.ones(1), "returned a float64 array"),
        (float("nan"), "returned nan"),
        (float("inf"), "returned inf"),
        (-0.1, "returned -0.1"),
        (1e30, r"returned 1e\+30"),
    ],
)
def test_an_estimate_that_is_no_distance_is_refused(estimate, message):
    with pytest.raises(AnswerError, match=message):
        play(GIVEN, Answering(estimate))


@pytest.mark.parametrize(
    ("potential", "message"),
    [
        (lambda z: [0.0] * len(z), r"potential returned a list, expected a float32 array of shape \(500,\)"),
        (lambda z: np.zeros((len(z), 1)), r"shape \(500, 1\), expected \(500,\)"),
        (lambda z: np.zeros(3), r"shape \(3,\)"),
        (lambda z: np.zeros(len(z), int), "returned an int64 array"),
        (lambda z: np.zeros(len(z), complex), "returned a complex128 array"),
        (lambda z: np.where(np.arange(len(z)) < 2, np.nan, 0.0), "left 2 of 500 numbers NaN or infinite"),
        (lambda z: np.full(len(z), 1e13), r"returned 1e\+13"),
    ],
)
def test_a_malformed_potential_is_refused(potential, message):
    with pytest.raises(AnswerError, match=message):
        play(GIVEN, Answering(potential=potential))


@pytest.mark.parametrize("case", [GIVEN, KNOWN])
def test_the_wildest_potential_that_is_taken_has_finite_scores(case):
    rng = np.random.default_rng(0)
    scores = play(case, Answering(1e12, lambda z: rng.choice([-1e12, 1e12], len(z))))
    assert np.isfinite(list(scores.values())).all()
    assert scores["accuracy"] >= -9
    assert play(case, Answering(0, lambda z: np.full(len(z), 1e12)))["accuracy"] == pytest.approx(
        play(case, "zero")["accuracy"], abs=1e-3
    )


def test_work_that_is_put_off_until_the_potential_is_asked_counts():
    def busy(seconds):
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass

    class Slow(Answering):
        def fit(self, x, y, cost):
            busy(0.3)
            return super().fit(x, y, cost)

        def potential(self, z):
            busy(0.3)
            return super().potential(z)

    assert play(GIVEN, Slow())["cpu_seconds"] >= 0.6
    assert play(GIVEN, Answering())["cpu_seconds"] < 0.3, "the board's own work is nobody's cost"


# What scores mean


def test_the_true_potential_is_nearly_perfect():
    pair = true_pair()
    scores = play(KNOWN, Answering(pair.truth, lambda z: pair.potential(z.astype(float))))
    assert scores["accuracy"] == pytest.approx(1, abs=0.05)
    assert scores["lower"] == pytest.approx(scores["oracle"], rel=2e-3)
    assert scores["lipschitz"] == pytest.approx(1, abs=2e-3)
    assert scores["gradient_cosine"] == pytest.approx(1, abs=0.02)  # some probes lie astride a ridge
    assert scores["infeasibility"] == pytest.approx(0, abs=1e-6)
    assert scores["estimate_error"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("case", [GIVEN, KNOWN])
def test_a_constant_changes_no_score(case):
    plain = play(case, Answering(1.0, norm_potential))
    lifted = play(case, Answering(1.0, lambda z: norm_potential(z) + 100))
    for timing in (plain, lifted):
        timing.pop("cpu_seconds")
    assert lifted == pytest.approx(plain, abs=1e-6)


def test_a_factor_changes_the_raw_scores_only():
    plain, steep = (play(KNOWN, Answering(1.0, lambda z, a=a: a * norm_potential(z))) for a in (1, 7))
    assert {name: steep[name] for name in INVARIANT} == pytest.approx(
        {name: plain[name] for name in INVARIANT}, abs=1e-9
    )
    assert steep["raw_ratio"] == pytest.approx(7 * plain["raw_ratio"])
    assert steep["lipschitz"] == pytest.approx(7 * plain["lipschitz"])
    assert steep["semidual_gap"] > plain["semidual_gap"]


def test_cliffs_between_the_samples_certify_nothing():
    """A step as high as it likes, where P and Q differ most: its slope over the pairs across it takes it all back."""
    cliff = play(KNOWN, Answering(1.0, lambda z: -1e6 * (np.linalg.norm(z, axis=1) > 3.5).astype(float)))
    assert cliff["lipschitz"] > 1e6
    assert cliff["lower"] < 0.2


def test_what_is_certified_never_exceeds_the_exact_distance_of_the_points_it_is_held_against():
    """Memorising what one was shown: exact potentials of the training samples, extended as steeply as allowed."""
    scores = play("cones-l2/d8", "exact_lp")
    assert scores["lower"] <= 1 + scores["sample_bias"] + 0.05


def test_a_dual_that_breaks_its_constraints_shows_it():
    scores = play(GIVEN, Answering(1.0, lambda z: -5 * z[:, 0].astype(float)))
    assert scores["infeasibility"] > 0.5
    assert scores["accuracy"] < 0


# Cheats


class Recogniser(Answering):
    """A cheat: it knows published families by their moments and answers with their potential, parameters read off."""

    def fit(self, x, y, cost):
        self.sliced = load("sliced").Method(0, "cpu")
        estimate = self.sliced.fit(x, y, cost)
        apart, spreads = x.mean(axis=0) - y.mean(axis=0), (x.std(axis=0), y.std(axis=0))
        is_shift = np.allclose(*spreads, rtol=0.05)
        if cost == "l1":
            self.answer = (lambda z: z.astype(float) @ np.sign(apart)) if is_shift else self.sliced.potential
        else:
            outward = np.sign(spreads[0].mean() - spreads[1].mean())
            self.answer = lambda z: outward * np.linalg.norm(z - x.mean(axis=0), axis=1)
        return estimate


def test_who_recognises_families_by_their_moments_gains_nothing():
    """On the families of before it had .97 of 1, the best of the board."""
    cheat, honest = ([play(case, method)["accuracy"] for case in RANKED] for method in (Recogniser(), "sliced"))
    assert np.mean(cheat) < np.mean(honest) + 0.02
    assert max(cheat) < 0.9


# Controls and exact optimum


@pytest.mark.parametrize("case", RANKED)
def test_zero_has_no_accuracy(case):
    scores = play(case, "zero")
    assert scores["accuracy"] == scores["lipschitz"] == scores["raw_ratio"] == 0
    assert scores["relative_error"] == scores["estimate_error"] == 1


def test_duality_alone_lifts_zero_on_given_samples():
    errors = [play("empirical-l1/n1000-d2", "zero", index=index)["relative_error"] for index in range(3)]
    assert np.mean(errors) == pytest.approx(0.68, abs=0.12)


@pytest.mark.parametrize("case", [case.name for case in TASK.board("quick").cases if case.params.given])
def test_exact_transport_is_exact_on_given_samples(case):
    scores = play(case, "exact_lp")
    assert scores["accuracy"] == pytest.approx(1, abs=1e-7)
    assert [scores[name] for name in ("lower", "estimate", "upper")] == pytest.approx([1, 1, 1], abs=1e-7)
    assert scores["infeasibility"] <= 1e-9


def test_minibatches_overestimate():
    assert 1.1 < play(KNOWN, "minibatch")["estimate"] < 2


def test_a_lucky_number_certifies_nothing():
    scores = play(KNOWN, Answering(true_pair().truth))
    assert scores["estimate_error"] == 0
    assert scores["accuracy"] == 0


# The equations of WGAN-TS


def test_the_exact_potential_of_a_translation_has_no_loss():
    """D(x) = -sum sign(t_k) x_k: both its regression loss and R vanish."""
    module = load("wgan_ts")
    rng = np.random.default_rng(0)
    t = np.array([0.4, -0.6, 0.5])
    x = rng.normal(size=(16, 3)).astype(np.float32)
    y = (x + t).astype(np.float32)
    values = -np.concatenate([x, y]) @ np.sign(t)
    net = torch.nn.Linear(3, 1)
    with torch.no_grad():
        net.weight.copy_(torch.as_tensor(-np.sign(t)[None], dtype=torch.float32))
        net.bias.zero_()
    c = kit.pairwise(x, y, "l1")
    slack = c - values[:16, None] + values[16:]
    rays = torch.as_tensor(module.directions(x, y, slack + 10 * (1 - np.eye(16)), "l1"))
    z, target = torch.as_tensor(np.concatenate([x, y])), torch.as_tensor(values, dtype=torch.float32)
    assert float(module.loss(net, z, target, rays).detach()) == pytest.approx(0, abs=1e-9)
    with torch.no_grad():
        net.weight.mul_(1.1)
    assert (
        float(module.loss(net, z, target, rays).detach()) > 10 * 3 * 0.1**2
    )  # WEIGHT x coordinates x (0.1)^2, and more


def test_each_generated_point_looks_at_the_one_it_is_matched_to():
    module = load("wgan_ts")
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 12, 3))
    c = kit.pairwise(x, y, "l2")
    f, g = kit.exact_potentials(c)
    found = module.directions(x, y, c - f[:, None] + g, "l2")
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(12))
    reached = y + found * c[(c - f[:, None] + g).argmin(axis=0), np.arange(12)][:, None]
    assert np.abs(reached[:, None] - x).sum(axis=2).min(axis=1) == pytest.approx(np.zeros(12), abs=1e-9)


def test_slopes_are_the_gradients_of_the_critic():
    torch.manual_seed(0)
    net, z = kit.critic(4).double(), torch.randn(5, 4, dtype=torch.float64)
    found = kit.slopes(net, z).detach()
    for k in range(4):
        step = 1e-6 * torch.eye(4, dtype=torch.float64)[k]
        assert torch.allclose(((net(z + step) - net(z - step)) / 2e-6)[:, 0].detach(), found[:, k], atol=1e-6)


def test_a_soft_minimum_lies_below_the_mean_and_nears_the_minimum():
    values = np.random.default_rng(2).normal(size=(7, 50))
    assert (kit.soft_minimum(values, 1.0) < values.mean(axis=1)).all()
    assert kit.soft_minimum(values, 1e-3) == pytest.approx(values.min(axis=1), abs=5e-3)
    assert kit.soft_minimum(1e6 * values, 1.0) == pytest.approx(1e6 * values.min(axis=1), abs=5)


def test_cross_pairs_are_many():
    assert CROSSED**2 == 1_000_000
