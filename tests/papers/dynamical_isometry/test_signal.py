"""The board: what a play scores, what is refused, what is flagged, and that no trick helps."""

import numpy as np
import pytest

from papers.dynamical_isometry.deep_signal.scoring import measured_factors
from papers.metrics import findings
from papers.task import AnswerError
from tests.papers.dynamical_isometry.starting import TASK, answering, kind_of, play


def shape_of(spec):
    return (spec["depth"], spec["channels"], spec["channels"], 3, 3)


def no_bias(spec):
    return np.zeros((spec["depth"], spec["channels"]), np.float32)


def scaled(factor):
    """Delta-orthogonal kernels times a factor, no bias."""

    class Scaled(kind_of("delta_orthogonal")):
        def init(self, spec):
            weight, bias, scale = super().init(spec)
            return factor * weight, 0 * bias, scale

    return Scaled


def dimmed(*places):
    """Delta-orthogonal kernels without gain or bias: the signal is dimmed to e^-8 by layers 1 and 2 and, where `places` says so,
    lit again by layers that multiply by as much."""

    class Dimmed(kind_of("delta_orthogonal")):
        def init(self, spec):
            weight, bias, scale = super().init(spec)
            weight /= np.float32(np.sqrt(spec["critical"]["sigma_w2"]))
            weight[1:3] *= np.float32(np.exp(-4))
            for place in places:
                weight[place] *= np.float32(np.exp(2))
            return weight, 0 * bias, scale

    return Dimmed


class Permuted:
    """The identity in disguise: each output copies another channel, with a sign of its own."""

    def __init__(self, seed, device):
        self.rng = np.random.default_rng(seed)

    def init(self, spec):
        weight, channels = np.zeros(shape_of(spec), np.float32), np.arange(spec["channels"])
        for layer in weight:
            layer[channels, np.roll(channels, 1), 1, 1] = self.rng.choice([-1, 1], len(channels))
        return weight, no_bias(spec), 1.0


class Rescaled:
    """Gaussian matrices, each scaled to keep the size of a probe, so that the first gradient is as large as the last one."""

    def __init__(self, seed, device):
        self.rng = np.random.default_rng(seed)

    def ends(self, weight):
        return weight

    def init(self, spec):
        weight, channels = np.zeros(shape_of(spec), np.float32), spec["channels"]
        probe = self.rng.normal(size=(128, channels))
        for layer in weight:
            matrix = self.rng.normal(size=(channels, channels))
            matrix *= np.linalg.norm(probe) / np.linalg.norm(probe @ matrix.T)
            probe, layer[:, :, 1, 1] = probe @ matrix.T, matrix
        return self.ends(weight), no_bias(spec), 1.0


class RescaledInTheDark(Rescaled):
    """The same, dimmed by its first layer and again by its last one, which keeps the ratio."""

    def ends(self, weight):
        weight[[0, -1]] *= np.float32(np.exp(-9))
        return weight


class Dark(kind_of("delta_orthogonal")):
    """Orthogonal kernels, dimmed by the first layer and by the last one: tanh is a straight line between them."""

    def init(self, spec):
        weight, bias, scale = super().init(spec)
        weight /= np.float32(np.sqrt(spec["critical"]["sigma_w2"]))
        weight[[0, -1]] *= np.float32(np.exp(-9))
        return weight, 0 * bias, scale


def flags_of(scores, case):
    means = {name: {case: value} for name, value in scores.items()}
    return {finding.label for finding in findings(TASK.flags, means)}


def test_delta_orthogonal_passes_gradients_and_the_control_does_not():
    good, bad = play("depth128", "delta_orthogonal"), play("depth128", "framework_default")
    assert good["log_grad_ratio"] < np.log(2)
    assert bad["log_grad_ratio"] == 30
    assert good["off_isometry"] < 0.3
    assert bad["off_isometry"] == 30
    assert flags_of(good, "depth128") == set()
    assert flags_of(bad, "depth128") == {"collapsed"}


def test_chaos_explodes():
    scores = play("depth128", "chaotic")
    assert scores["log_grad_ratio"] > 10
    assert scores["grad_ratio"] > 1e4


def test_only_orthogonal_convolutions_are_near_isometry():
    """At 128 layers spreads of .54 and .18 had been measured elsewhere, for the others over 10."""
    spread = {
        slug: play("depth128", slug)["jacobian_log_spread"]
        for slug in ("delta_orthogonal", "random_orthogonal", "critical_gaussian", "flat_orthogonal")
    }
    assert spread["delta_orthogonal"] < 0.6
    assert spread["random_orthogonal"] < 0.3
    assert min(spread["critical_gaussian"], spread["flat_orthogonal"]) > 5


def test_the_ranking_is_that_of_isometry():
    """Critical Gaussian weights keep their gradients at 128 layers, and nearly no direction."""
    gaussian = play("depth128", "critical_gaussian")
    assert gaussian["log_grad_ratio"] < 1
    assert gaussian["log_geometric_mean"] < -50
    assert gaussian["off_isometry"] == 30
    near = [play("depth128", slug)["off_isometry"] for slug in ("random_orthogonal", "delta_orthogonal", "identity")]
    assert near == sorted(near)
    assert near[-1] < 1


def test_where_signal_is_dimmed_the_score_says_by_how_much():
    scores = play("depth128", Dark)
    assert scores["log_grad_ratio"] < 1e-6
    assert scores["off_isometry"] == pytest.approx(18, abs=0.1)
    assert flags_of(scores, "depth128") == {"linear"}


def test_a_signal_that_is_dimmed_and_lit_again_is_flagged():
    """Everything is passed on as it came, by a network that is linear."""
    scores = play("depth128", dimmed(-2, -3, -4, -5))
    assert scores["off_isometry"] < 0.05
    assert flags_of(scores, "depth128") == {"linear"}


@pytest.mark.parametrize("kind", [Rescaled, RescaledInTheDark], ids=["lit", "dark"])
def test_gradients_that_a_probe_keeps_alike_hide_no_lost_directions(kind):
    shallow, deep = play("depth32", kind), play("depth128", kind)
    assert max(shallow["log_grad_ratio"], deep["log_grad_ratio"]) < 1
    assert shallow["off_isometry"] > 15
    assert deep["off_isometry"] == 30


def test_only_kernels_on_the_centre_keep_spatial_modes():
    assert play("depth128", "delta_orthogonal")["mode_factor"] > 0.9
    assert play("depth128", "random_orthogonal")["mode_factor"] < 0.5


def test_an_identity_is_flagged_and_an_orthogonal_matrix_is_not():
    assert "identity" in flags_of(play("depth32", "identity"), "depth32")
    assert "identity" in flags_of(play("depth32", Permuted), "depth32")
    assert "identity" not in flags_of(play("depth32", "delta_orthogonal"), "depth32")


def test_shrinking_every_layer_alike_hides_no_collapse():
    """Without biases the first gradient shrinks on the way back as much as the last one's input did on the way there."""
    scores = play("depth128", scaled(0.5))
    assert scores["log_grad_ratio"] == 30
    assert scores["off_isometry"] == 30
    assert flags_of(scores, "depth128") == {"collapsed", "linear"}


def test_the_depth_differs_from_seed_to_seed_and_is_never_less_than_the_title_says():
    depths = []

    class Noting(kind_of("delta_orthogonal")):
        def init(self, spec):
            depths.append(spec["depth"])
            return super().init(spec)

    for index in range(4):
        play("depth32", Noting, index=index)
    assert min(depths) >= 32
    assert max(depths) <= 36
    assert len(set(depths)) > 1


@pytest.mark.parametrize(
    ("weight", "bias", "scale", "reason"),
    [
        (lambda spec: np.full(shape_of(spec), np.nan, np.float32), no_bias, 1.0, "weights left .* NaN"),
        (lambda spec: np.full(shape_of(spec), 11, np.float32), no_bias, 1.0, "weights returned 11"),
        (lambda spec: np.zeros(shape_of(spec), np.float32), no_bias, 1.0, "the norm 0 in layer 0"),
        (lambda spec: np.ones((spec["depth"], 3, 3, 16, 16), np.float32), no_bias, 1.0, "weights returned .* shape"),
        (
            lambda spec: np.ones((2 * spec["depth"], 16, 16, 3, 3), np.float32),
            no_bias,
            1.0,
            "weights returned .* shape",
        ),
        (lambda spec: np.ones(shape_of(spec), np.float32), lambda spec: np.zeros(16), 1.0, "biases returned .* shape"),
        (lambda spec: np.ones(shape_of(spec), np.float32), no_bias, 2.0, "lr_scale returned 2"),
        (lambda spec: np.ones(shape_of(spec), np.float32), no_bias, 0.0, "lr_scale returned 0"),
    ],
    ids=["nan", "oversized", "collapsed", "transposed", "too many", "bias", "faster", "no rate"],
)
def test_weights_that_are_no_start_are_refused_with_the_reason(weight, bias, scale, reason):
    with pytest.raises(AnswerError, match=reason):
        play("depth32", answering(weight, bias, scale))


def test_one_layer_of_nothing_is_refused():
    def weight(spec):
        ones = np.ones(shape_of(spec), np.float32)
        ones[5] = 1e-9
        return ones

    with pytest.raises(AnswerError, match="in layer 5"):
        play("depth32", answering(weight, no_bias, 1.0))


def test_the_largest_weights_overflow_into_a_score():
    scores = play("depth128/relu", answering(lambda spec: np.full(shape_of(spec), 10, np.float32), no_bias, 1.0))
    assert scores["log_grad_ratio"] == 30
    assert all(np.isfinite(value) for value in scores.values())


@pytest.mark.parametrize("decay", [1e-150, 1e-157, 1e-162])
def test_a_signal_that_fades_into_rounding_has_finite_modes(decay):
    states = np.random.default_rng(0).normal(size=(3, 4, 16, 2)) * decay ** np.arange(3)[:, None, None, None]
    assert np.isfinite(measured_factors(states, 4, 4)).all()


@pytest.mark.parametrize("slug", [house.slug for house in TASK.house])
def test_every_house_method_starts_relu_too(slug):
    assert np.isfinite(play("depth128/relu", slug)["log_grad_ratio"])
