"""The attack board: its boundary, the exact optimum, and where the house attacks land."""

import itertools
import os
from dataclasses import replace

import numpy as np
import pytest
import torch

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.attack import exact
from papers.obfuscated_gradients.attack import play as attack
from papers.obfuscated_gradients.kit.victims import VICTIMS
from papers.obfuscated_gradients.problem.images import splits
from papers.obfuscated_gradients.problem.victims import load_weights
from papers.task import AnswerError
from tests.papers.obfuscated_gradients.attacking import (
    CASES,
    Answering,
    Kept,
    generator,
    images,
    left,
    load,
    play,
    victim,
)
from tests.papers.recorded import Recorded

HIDING = ("quantised", "thermometer", "argmax", "noisy", "pruned", "saturated", "projection")
SHATTERED = ("quantised", "thermometer", "argmax")
QUICK = [name for name in VICTIMS if "-" not in name]
RANDOM = ("noisy", "pruned")


# What crosses the boundary


def test_an_attack_is_shown_images_labels_weights_and_the_ball():
    method = Answering(lambda x, eps: x)
    scores = play("plain", method)
    ((name, weights, x, y, norm, eps),) = method.shown
    assert (name, norm, eps) == ("plain", "linf", 0.2)
    assert weights.shape == (151306,)
    assert (x.shape, x.dtype, y.dtype) == ((50, 1, 8, 8), np.float32, np.int64)
    assert scores["robust_accuracy"] == scores["clean_accuracy"] > 0.9
    assert scores["attack_success"] == scores["violations"] == 0


def test_the_images_are_jittered_and_differ_from_seed_to_seed():
    shown = []
    for index in (1, 2):
        method = Answering(lambda x, eps: x)
        play("plain", method, index=index)
        shown.append(method.shown[0][2])
    public = splits("digits")[1].x
    assert not np.array_equal(*shown)
    assert not any((public == image).all((1, 2, 3)).any() for image in shown[0])


def test_shown_examples_are_not_the_scored_images():
    method, report = Answering(lambda x, eps: np.clip(x + eps, 0, 1)), Kept()
    play("plain", method, index=0, report=report)
    scored, *shown = [call[2] for call in method.shown]
    assert len(shown) == len(attack.BUDGETS)
    assert all(not np.array_equal(scored, other) for other in shown)
    (budgets, series), picture = (
        report.curves["Robust accuracy over eps"],
        report.images["Original, attacked, difference"],
    )
    assert budgets == pytest.approx([0, 0.5, 1, 1.5]), "in eps of the case, so that cases average"
    assert len(series["robust accuracy"]) == 4
    assert picture.ndim == 2


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: None, "attack returned None"),
        (lambda x: x.tolist(), "a list"),
        (lambda x: x[:-1], "shape"),
        (lambda x: x.astype(int), "int64"),
        (lambda x: x.astype(complex), "complex"),
        (lambda x: np.where(x > 0.5, np.nan, x), "attack left .* of 3200 numbers NaN or infinite"),
        (lambda x: np.full_like(x, -np.inf), "infinite"),
    ],
    ids=["none", "list", "rows", "int", "complex", "nan", "inf"],
)
def test_a_malformed_answer_is_refused(spoil, message):
    with pytest.raises(AnswerError, match=message):
        play("plain", Answering(lambda x, eps: spoil(x)))


@pytest.mark.parametrize(
    "leave",
    [
        lambda x, eps: np.clip(x + 1.01 * eps, 0, 1),
        lambda x, eps: x - eps,
        lambda x, eps: np.full_like(x, 3e38),
        lambda x, eps: np.full(x.shape, 1e300),
    ],
    ids=["ball", "box", "huge", "overflow"],
)
def test_an_image_outside_counts_as_not_attacked(leave):
    scores = play("plain", Answering(leave))
    assert scores["violations"] > 0.9
    assert scores["robust_accuracy"] > 0.9


def test_rounding_at_the_edge_is_forgiven():
    scores = play("plain", Answering(lambda x, eps: np.clip(x + eps * (1 + 1e-6), 0, 1)))
    assert scores["violations"] == 0


def test_a_tampered_kit_changes_nothing(monkeypatch):
    honest = play("plain", Answering(lambda x, eps: x))

    def tampering(x, eps):
        x[:] = 0
        return x

    assert play("plain", Answering(tampering))["violations"] > 0.9
    assert play("plain", Answering(lambda x, eps: x)) == honest


# The exact optimum of the linear victim


def test_the_exact_margin_is_the_least_over_all_corners():
    rng = np.random.default_rng(0)
    x, weight, bias = rng.random((20, 6)), rng.standard_normal((3, 6)), rng.standard_normal(3)
    y, eps = rng.integers(0, 3, 20), 0.3
    corners = np.stack(np.meshgrid(*[[-1, 1]] * 6), -1).reshape(-1, 6)
    z = np.clip(x[:, None] + eps * corners, 0, 1) @ weight.T + bias
    brute = np.where(np.eye(3, dtype=bool)[y], np.inf, (np.take_along_axis(z, y[:, None, None], 2) - z).min(1))
    assert np.allclose(exact.worst_margins(x, y, weight=weight, bias=bias, eps=eps), brute)


@pytest.mark.parametrize("slug", ["pgd_targets", "square"])
def test_no_attack_goes_below_the_exact_value(slug):
    assert play("linear", slug)["gap_to_exact"] >= 0


def test_the_attack_on_every_class_reaches_the_exact_value():
    assert [play("linear", "pgd_targets", index=index)["gap_to_exact"] for index in (1, 2, 3)] == [0, 0, 0]


# Gradients


@pytest.mark.parametrize("name", [*SHATTERED, "projection"])
def test_the_forward_pass_of_bpda_is_the_true_one_bit_for_bit(name):
    net, (x, _) = victim(name), images(20)
    assert torch.equal(load("bpda").through(net)(x, None), net(x))


def test_the_backward_pass_is_that_of_the_stand_in():
    x = images(3)[0].double().requires_grad_(True)
    exact_values = torch.round(3 * x) / 3
    (through,) = torch.autograd.grad(kit.straight_through(exact_values, x**2).sum(), x)
    step = 1e-6
    differences = ((x + step) ** 2 - (x - step) ** 2) / (2 * step)
    assert torch.allclose(through, differences.detach(), atol=1e-3)


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("plain", 0),
        ("adversarial", 0),
        ("noisy", 0),
        ("quantised", 1),
        ("thermometer", 1),
        ("argmax", 1),
        ("projection", 1),
    ],
)
def test_gradients_vanish_where_the_defence_hides_them(name, share):
    x, y = images(50)
    _, gradient = kit.objective(victim(name), y, loss=kit.cross_entropy, generator=generator())(x)
    assert (gradient.flatten(1) == 0).all(1).float().mean() == share


def test_the_gradient_of_saturated_logits_vanishes_in_float32():
    x, y = images(100)
    _, gradient = kit.objective(victim("saturated"), y, loss=kit.cross_entropy)(x)
    assert (gradient.flatten(1) == 0).all(1).float().mean() > 0.9
    _, gradient = kit.objective(victim("saturated"), y, loss=kit.margin)(x)
    assert (gradient.flatten(1) != 0).any(1).all()


def test_the_gradient_over_draws_is_the_mean_of_single_ones():
    net, (x, y) = victim("noisy"), images(4)
    together = generator()
    _, mean = kit.objective(lambda at, g: net(at, together), y.repeat(1), loss=kit.margin, draws=3)(x)
    draws, singles = generator(), []
    big, labels = x.repeat(3, 1, 1, 1).requires_grad_(True), y.repeat(3)
    (all_at_once,) = torch.autograd.grad(kit.margin(net(big, draws), labels).sum(), big)
    singles = all_at_once.view(3, *x.shape)
    assert torch.allclose(mean, singles.mean(0), atol=1e-6)


def test_the_variance_of_the_mean_gradient_falls_as_one_over_draws():
    net, (x, y) = victim("noisy"), images(2)
    draw = generator()

    def variance(draws):
        at = kit.objective(net, y, loss=kit.cross_entropy, draws=draws, generator=draw)
        return torch.stack([at(x)[1] for _ in range(200)]).var(0).mean().item()

    assert 6 < variance(1) / variance(10) < 16


# Ascent


@pytest.mark.parametrize("name", [name for name in QUICK if name not in RANDOM])
def test_the_loss_never_ends_below_its_start(name):
    net, (x, y) = victim(name), images(20)
    loss = kit.objective(net, y, loss=kit.margin, generator=generator())
    found = kit.ascend(loss, x, norm="linf", eps=0.2, steps=10)
    assert (loss(found)[0] >= loss(x)[0]).all()


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_iterates_stay_in_the_ball_and_in_the_box(norm):
    x, y = images(30)
    start = kit.random_start(x, norm=norm, eps=0.5, generator=generator())
    found = kit.ascend(kit.objective(victim("plain"), y, loss=kit.margin), x, norm=norm, eps=0.5, steps=9, start=start)
    for at in (start, found):
        assert kit.norms(at - x, norm).max() <= 0.5 + 1e-5
        assert 0 <= at.min() <= at.max() <= 1


@pytest.mark.parametrize("slug", ["fgsm", "pgd", "square", "bpda", "latent", "random_sign"])
def test_nothing_changes_in_a_ball_without_radius(slug):
    x, y = (array.numpy() for array in images(5))
    answer = load(slug).Method(0, "cpu").attack("plain", load_weights("plain"), x, y, "linf", 0.0)
    assert np.array_equal(answer, x)


def test_a_larger_ball_never_protects():
    x, y = (array.numpy() for array in images(50))
    rates = []
    for eps in (0.05, 0.1, 0.2, 0.4):
        found = (
            load("pgd_margin").Method(0, "cpu").attack("adversarial", load_weights("adversarial"), x, y, "linf", eps)
        )
        rates.append(attack.share_right(victim("adversarial"), found, y, np.random.default_rng(0)).mean())
    assert all(later <= earlier + 0.02 for earlier, later in itertools.pairwise(rates))


@pytest.mark.parametrize(
    ("name", "stands"), [("plain", False), ("adversarial", False), ("quantised", True), ("argmax", True)]
)
def test_an_unbounded_attack_tells_hidden_gradients_from_honest_ones(name, stands):
    """The centre of [0, 1] is within 0.5 of every image: an honest gradient always gets there or somewhere as bad."""
    x, y = images(50)
    net = victim(name)
    found = kit.ascend(
        kit.objective(net, y, loss=kit.cross_entropy),
        x,
        norm="linf",
        eps=1.0,
        steps=50,
        start=kit.random_start(x, norm="linf", eps=1.0, generator=generator()),
    )
    right = (net(found).argmax(1) == y).float().mean()
    assert right > 0.15 if stands else right == 0


# Where the house attacks land


@pytest.fixture(scope="module")
def recorded():
    return Recorded("attack")


def robust_accuracy_left(recorded, victim, slug):
    """The robust accuracy that an attack left a victim, mean over the recorded seeds."""
    return recorded.mean(slug, "robust_accuracy", CASES[victim].name)


@pytest.mark.parametrize("name", [*SHATTERED, "saturated", "projection"])
def test_plain_pgd_believes_hidden_gradients(recorded, name):
    assert robust_accuracy_left(recorded, name, "pgd") >= 0.8


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("quantised", "bpda"),
        ("thermometer", "bpda"),
        ("argmax", "bpda"),
        ("noisy", "bpda_eot"),
        ("saturated", "pgd_margin"),
    ],
)
def test_the_right_technique_breaks_them(recorded, name, slug):
    assert robust_accuracy_left(recorded, name, slug) <= 0.15


def test_the_projecting_defence_falls_in_part(recorded):
    assert (
        robust_accuracy_left(recorded, "projection", "bpda")
        <= robust_accuracy_left(recorded, "projection", "pgd") - 0.25
    )


def test_adversarial_training_stands_under_everything(recorded):
    assert min(robust_accuracy_left(recorded, "adversarial", slug) for slug in recorded.rows) >= 0.4


def test_nobody_goes_below_the_exact_value(recorded):
    for slug in recorded.rows:
        assert min(recorded.values(slug, "gap_to_exact", CASES["linear"].name)) >= 0, slug


@pytest.mark.parametrize("name", HIDING)
def test_controls_fail(recorded, name):
    assert robust_accuracy_left(recorded, name, "identity") > 0.75
    assert robust_accuracy_left(recorded, name, "random_sign") > 0.55


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("DATA_MIRROR"), reason="DATA_MIRROR is not set: it holds the images")
def test_a_hidden_gradient_on_colour_images_stands_under_pgd_and_falls_to_bpda(monkeypatch):
    case = CASES["cifar-jpegcopy-bitdepth3"]
    monkeypatch.setitem(CASES, "cifar-jpegcopy-bitdepth3", replace(case, params=replace(case.params, images=50)))
    clean = left("cifar-jpegcopy-bitdepth3", "identity", plays=1)
    assert clean >= 0.5
    assert left("cifar-jpegcopy-bitdepth3", "pgd", plays=1) >= 0.8 * clean
    assert left("cifar-jpegcopy-bitdepth3", "bpda", plays=1) <= 0.15


def test_the_board_plays_every_quick_victim():
    assert set(QUICK) <= set(CASES)


# The parts
