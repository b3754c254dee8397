"""The evaluator's attacks on a defence."""

import numpy as np
import pytest
import torch

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.attack import exact
from papers.obfuscated_gradients.defence import labels, suite, symptoms
from papers.obfuscated_gradients.defence.verdicts import verdicts
from papers.obfuscated_gradients.problem.victims import load_weights
from tests.papers.obfuscated_gradients.defending import Ready, judged, rate, suited


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_every_candidate_lies_in_the_ball_and_in_the_box(norm):
    run = suited(Ready("adversarial"), 6, norm=norm, eps=0.3)
    for attack in run.attacks().values():
        for found in attack():
            assert kit.norms(found - run.x, norm).max() <= 0.3 + 1e-5
            assert 0 <= found.min() <= found.max() <= 1


@pytest.mark.parametrize("eps", [0.05, 0.1])
def test_the_strongest_attacks_leave_of_a_linear_defence_what_no_attack_can_change(eps):
    run = suited(Ready("linear"), 100, eps=eps)
    weight, bias = np.split(load_weights("linear").astype(np.float64), [640])
    x = run.x.numpy().reshape(100, -1).astype(np.float64)
    expected = exact.robust_images(x, run.y.numpy(), weight=weight.reshape(10, -1), bias=bias, eps=eps)
    assert verdicts(run).tolist() == expected.tolist()


def test_copies_start_apart_and_aim_each_at_its_own():
    run = suited(Ready("linear"), 4)
    aims = (run.y + 1) % 10, (run.y + 2) % 10
    found = run.ascend_at_once("", kit.margin_to(torch.cat(aims)), copies=2)
    for aim, at in zip(aims, found, strict=True):
        before, after = (kit.margin_to(aim)(run.defence.logits(x, 0), run.y) for x in (run.x, at))
        assert (after > before).all()
    one, other = run.ascend_at_once("", lambda z, _: 0 * z.sum(1), copies=2)
    assert not torch.equal(one, other)


def test_finite_differences_and_gradients_agree_on_a_linear_defence():
    run = suited(Ready("linear"), eps=0.1)
    by_differences, by_gradient = run.finite_difference(), run.ascend("margin", kit.margin)
    assert abs(rate(run.defence._method, by_differences, run.y) - rate(run.defence._method, by_gradient, run.y)) <= 0.05


@pytest.mark.parametrize("attack", ["finite_difference", "borrowed"])
def test_an_image_is_asked_no_more_once_it_is_wrong_unless_answers_are_random(attack):
    asked, method = [], Ready("plain")
    logits = method.logits
    method.logits = lambda x, draw: (asked.append(len(x)), logits(x, draw))[1]

    def climbed(*, is_random):
        """Questions, and which images are still right afterwards."""
        asked.clear()
        run = suited(method, is_random=is_random)
        found = getattr(run, attack)()
        count = sum(asked)
        return count, [run.still_right(at, torch.arange(30)) for at in (found if attack == "borrowed" else [found])]

    (few, right), (many, right_in_the_end) = climbed(is_random=False), climbed(is_random=True)
    assert few < many / 2
    assert all(map(torch.equal, right, right_in_the_end))


def test_a_defence_that_is_random_at_attacked_images_alone_is_told():
    run = suited(Ready("plain"))
    logits = run.defence._method.logits

    def shaky(x, draw):
        moved = np.array([not (run.x.numpy() == one).all(axis=(1, 2, 3)).any() for one in x])
        flipped = moved & (np.random.default_rng(draw).random(len(x)) < 0.3)
        return np.where(flipped[:, None], -logits(x, draw), logits(x, draw))

    run.defence._method.logits = shaky
    rng = np.random.default_rng(0)
    hidden, told = (
        symptoms.measure_response(run.defence, run.x, run.y, rng, attacked=attacked).random
        for attacked in ((), run.substitutes.fooling)
    )
    assert hidden == 0
    assert told > symptoms.BOUNDS["random answers"]


@pytest.mark.parametrize("name", ["quantised", "argmax", "projection"])
def test_what_hides_its_gradient_falls_without_it(name):
    """The author gives no stand-in; black-box attacks need none."""
    run = suited(Ready(name))
    assert rate(run.defence._method, run.ascend("pgd", kit.cross_entropy), run.y) >= 0.8
    found = (*run.substitutes.fooling, run.finite_difference())
    assert min(rate(run.defence._method, at, run.y) for at in found) <= 0.4


class Foreign(Ready):
    """Labels of one net under the logits of another, whose slope says nothing about them."""

    def forward(self, x, generator):
        shown = torch.nn.functional.one_hot(self.net(x, generator).argmax(1), 10)
        return 20 * shown + 10 * self.other(x)


def foreign():
    method = Foreign("plain")
    torch.manual_seed(0)
    method.other = kit.digits_net(widths=(8, 16), dense=32)
    return method


def test_labels_are_searched_where_logits_lead_elsewhere():
    run, rows = suited(foreign()), torch.arange(30)
    found, asked = run.by_labels(rows)
    by_slope = rate(run.defence._method, run.ascend("margin", kit.margin), run.y)
    assert rate(run.defence._method, found, run.y) <= 0.2 < 0.5 <= by_slope
    assert kit.norms(found - run.x, "linf").max() <= run.eps + 1e-6
    assert judged(run.defence._method) == "none", "no symptom decides against it"
    assert torch.equal(asked.right, run.still_right(asked.at, rows)), "what was kept is what was answered"
    away = kit.norms(asked.at - run.x, "linf")
    assert (away[asked.within] <= run.eps + 1e-6).all()
    assert away.max() <= labels.MIXED_AT[1] * run.eps + 1e-6


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_the_search_by_labels_shortens_its_rays(norm):
    """A label that changes at a plane: the least radius there is the distance divided by a norm."""
    x, rng = torch.full((4, 1, 4, 4), 0.5), np.random.default_rng(0)
    slope = torch.from_numpy(rng.standard_normal(16)).float()
    reach = 0.2 * (slope.abs().sum() if norm == "linf" else slope.norm())
    found, _ = labels.search(
        lambda at, _: (at - 0.5).flatten(1) @ slope >= reach,
        x,
        norm=norm,
        eps=0.25 if norm == "linf" else 0.3,
        starts=[x + 0.1, x - 0.1],
        turns=200,
        rng=rng,
    )
    assert ((found - 0.5).flatten(1) @ slope >= reach).all()


def test_more_noise_asks_for_more_draws():
    quiet = suited(Ready("plain")).draws_needed(surrogate=False)
    noisy = suited(Ready("noisy"), is_random=True).draws_needed(surrogate=False)
    assert quiet == 1
    assert noisy > quiet


def test_the_worst_is_chosen_image_by_image():
    a, b = torch.zeros(2, 1, 1, 1), torch.ones(2, 1, 1, 1)
    right = {"a": torch.tensor([0.0, 1.0]), "b": torch.tensor([1.0, 0.5])}
    assert suite.worst_candidates({"a": a, "b": b}, right).flatten().tolist() == [0, 1]
