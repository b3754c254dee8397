"""The board of functions: where its methods land, what crosses the boundary, and what cheating gains."""

import time

import numpy as np
import pytest
import torch

from papers.conditional_neural_processes.few_shot_functions import scoring
from papers.conditional_neural_processes.few_shot_functions.play import Exact
from papers.conditional_neural_processes.kit import draw
from papers.conditional_neural_processes.problem import images
from papers.conditional_neural_processes.problem.oracles import log_normal, predictive
from papers.data import DataError, dataset
from papers.metrics import findings
from papers.task import AnswerError
from tests.papers import contestant
from tests.papers.conditional_neural_processes.asking import (
    CONTEXTS,
    FUNCTIONS,
    PUBLISHED,
    Answering,
    curves,
    method,
    play,
    scores,
    seed,
)
from tests.papers.recorded import Recorded

RBF, DIGITS = "curves/rbf", "images/digits"


def level(xc, yc, xt):
    return np.zeros(xt.shape), np.ones(xt.shape)


def excess(player, case=RBF, index=0):
    """Of a house method by its slug, or of an object with the calls, which is asked half as many functions."""
    if isinstance(player, str):
        return scores(FUNCTIONS, case, player, index)["excess_nll"]
    return play(FUNCTIONS, case, player, index=index, functions=64)["excess_nll"]


# Where methods land


def test_knowing_nothing_is_as_far_behind_as_published():
    prior = scores(FUNCTIONS, RBF, "prior")
    assert abs(prior["excess_nll"] - 2.30) < 0.05
    assert abs(prior["nll"] - 1.419) < 0.03
    assert all(abs(prior[f"excess_n{n}"] - 1.42 - PUBLISHED[n]) < 0.1 for n in CONTEXTS)
    assert prior["order_gap"] == prior["target_gap"] == 0


@pytest.mark.parametrize("case", ["curves/rbf", "curves/rbf-random", "curves/switching"])
def test_no_family_outweighs_another(case):
    """What ranks is the share of what separates knowing nothing from the exact predictive."""
    assert abs(scores(FUNCTIONS, case, "prior")["relative_gap"] - 1) < 1e-9
    assert FUNCTIONS.primary.name == "relative_gap"


def test_knowing_the_law_is_no_gap_at_all():
    exact = play(FUNCTIONS, RBF, Exact("rbf"))
    assert abs(exact["excess_nll"]) < 1e-3  # float32 contexts
    assert abs(exact["coverage90"] - 0.9) < 0.015
    assert exact["growth_context"] > 1.3, "a factorisation"


def test_gaussian_processes_land_in_the_published_order():
    wrong, marginal, fitted, long = (excess(slug) for slug in ("gp_wrong", "gp_marginal", "gp_fitted", "gp_wrong_long"))
    assert abs(wrong - 0.51) < 0.05
    assert marginal <= 0.13
    assert marginal < wrong < fitted + 0.15
    assert abs(fitted - 0.64) < 0.15
    assert long > 5, "the control that must fail"


def test_the_wrong_long_length_is_beyond_eight_nats_where_nothing_is_clipped():
    """What a target counts at least makes 6 of it on the board."""
    process, gaps, clipped = method(FUNCTIONS, "gp_wrong_long"), [], []
    process.fit({"kind": "curves"})
    for context in CONTEXTS:
        xc, yc, xt, yt = curves("rbf", context)
        mean, deviation = (z[..., 0] for z in process.predict(xc[..., None], yc[..., None], xt[..., None]))
        exact = predictive("rbf", xc, yc, xt).log_density(yt)
        gaps.append((exact - log_normal(yt, mean, deviation)).mean())
        clipped.append((exact - scoring.log_likelihood(yt, mean, deviation)).mean())
    assert np.mean(gaps) > 8
    assert abs(np.mean(clipped) - excess("gp_wrong_long")) < 0.5


def test_one_target_costs_twenty_nats_at_most():
    assert scoring.log_likelihood(np.array([[9.0, 0.0]]), np.zeros((1, 2)), np.full((1, 2), 1e-3))[0, 0] == -20


def test_neighbours_are_ahead_of_nothing():
    assert excess("knn") < excess("prior") - 0.3


def test_a_floor_below_deviations_caps_the_likelihood():
    y = np.zeros((4, 1000))
    cap = -np.log(0.1) - 0.5 * np.log(2 * np.pi)
    assert abs(cap - 1.384) < 1e-3
    assert scoring.log_likelihood(y, y, np.full_like(y, 0.1)).max() <= cap + 1e-12
    assert dict(FUNCTIONS.method("cnp_paper").constants)["FLOOR"] == 0.1
    assert PUBLISHED[15] < cap < PUBLISHED[25], (
        "where it keeps a network from the exact predictive, however long it learns"
    )


def test_the_paper_s_network_stays_under_its_cap():
    ready, (xc, yc, xt) = trained("cnp_paper", 0.5), asked(50)
    mean, deviation = ready.predict(xc, yc, xt)
    assert deviation.min() >= 0.1
    assert scoring.log_likelihood(mean, mean, deviation).max() <= 1.384


def trained(slug, seconds=2.0):
    module = contestant.load(FUNCTIONS.slug, slug)
    ready = module.Method(0, "cpu")
    torch.set_num_threads(1)
    none = np.zeros((0, 0, 0, 1), np.float32)
    task = {"kind": "curves", "family": "rbf", "x_dim": 1, "y_dim": 1, "max_context": 50, "budget_s": seconds}
    ready.fit({**task, "images": none})
    return ready


def asked(context=10):
    return tuple(values[:8, :, None].astype(np.float32) for values in curves("rbf", context)[:3])


@pytest.mark.parametrize("slug", ["cnp", "cnp_paper", "acnp", "convcnp", "lnp", "cnp_pretrained"])
def test_a_network_is_a_function_of_a_set_and_of_one_target(slug):
    ready, (xc, yc, xt) = trained(slug, 0.5), asked()
    order = np.random.default_rng(0).permutation(10)
    first = ready.predict(xc, yc, xt)
    for a, b, c in zip(
        first, ready.predict(xc[:, order], yc[:, order], xt), ready.predict(xc, yc, xt[:, :3]), strict=True
    ):
        assert a.shape == (8, 50, 1)
        assert np.abs(a - b).max() < (1e-5 if "cnp" in slug and slug != "convcnp" else 1e-4)
        assert np.abs(a[:, :3] - c).max() < 1e-4
    assert (first[1] > 0).all()


def test_a_mean_forgets_how_often_a_point_was_seen_and_a_gaussian_process_does_not():
    xc, yc, xt = asked()
    twice = np.concatenate([xc, xc], axis=1), np.concatenate([yc, yc], axis=1), xt
    network, process = trained("cnp", 0.5), method(FUNCTIONS, "gp_wrong")
    process.fit({"kind": "curves"})
    assert np.abs(network.predict(xc, yc, xt)[0] - network.predict(*twice)[0]).max() < 1e-5
    assert (process.predict(*twice)[1] < process.predict(xc, yc, xt)[1]).mean() > 0.9


def test_the_loss_has_the_gradient_of_its_differences():
    module = contestant.load(FUNCTIONS.slug, "cnp")
    torch.manual_seed(0)
    network = module.Network(1, False).double()
    x, y = (torch.as_tensor(values).double() for values in draw("rbf", np.random.default_rng(0), 4, 12))
    network.loss(x, y, 5).backward()
    weight = network.decoder[0].weight
    for place in ((0, 0), (5, 3), (20, 100)):
        with torch.no_grad():
            ends = []
            for step in (1e-5, -2e-5):
                weight[place] += step
                ends.append(float(network.loss(x, y, 5)))
            weight[place] += 1e-5
        assert abs((ends[0] - ends[1]) / 2e-5 - float(weight.grad[place])) < 1e-5


@pytest.mark.parametrize("family", ["rbf", "rbf-random", "switching"])
def test_in_the_same_recorded_time_a_convolution_learnt_more(family):
    recorded = Recorded("few_shot_functions")
    gap = {slug: recorded.mean(slug, "excess_nll", f"curves/{family}") for slug in ("prior", "cnp", "convcnp")}
    assert gap["convcnp"] < gap["cnp"] < gap["prior"]


def test_what_was_recorded_on_curves_is_what_is_expected():
    recorded = Recorded("few_shot_functions")
    gap = {slug: recorded.mean(slug, "excess_nll", "curves/rbf") for slug in recorded.rows}
    assert gap["prior"] == pytest.approx(2.3, abs=0.05)
    assert gap["gp_wrong"] == pytest.approx(0.51, abs=0.05)
    assert gap["gp_marginal"] <= 0.13
    assert gap["cnp"] <= 1.85


def test_samples_of_a_latent_process_are_whole_functions():
    ready, (xc, yc, xt) = trained("lnp", 1.0), asked(3)
    samples = ready.sample(xc, yc, xt, 64)[..., 0]
    assert samples.shape == (64, 8, 50)
    neighbours = np.argsort(xt[0, :, 0])
    centred = samples[:, 0, neighbours] - samples[:, 0].mean(axis=0)[neighbours]
    together = np.corrcoef(centred[:, 20], centred[:, 21])[0, 1]
    assert np.isfinite(together)
    assert play(FUNCTIONS, RBF, Answering(ready.predict, sample=ready.sample), functions=64)["joint_energy"] > 0


# Images


def test_no_density_on_dequantised_images_exceeds_the_levels():
    drawn = images.load("digits", np.random.default_rng(0))
    known = images.marginals(drawn)
    flat = drawn.test.reshape(len(drawn.test), -1)
    reached = known.log_density(np.arange(64)[None], flat)
    assert reached.mean() < np.log(17)
    assert reached.max() <= np.log(17)
    assert reached.mean() > scoring.log_likelihood(flat, flat.mean(axis=0), flat.std(axis=0)).mean()
    assert np.allclose(known.density.mean(axis=1), 1)


def test_images_are_asked_in_both_orders():
    prior = scores(FUNCTIONS, DIGITS, "prior")
    assert {f"excess_{order}_{n}" for order in ("random", "ordered") for n in (4, 10, 20, 32)} <= set(prior)
    assert prior["excess_nll"] > 0, "the reference knows each pixel's histogram"
    assert 0 < prior["relative_gap"] < 1, "and this knows more than nothing"


@pytest.mark.parametrize("source", ["mnist", "faces"])
def test_public_images_are_disguised_and_split(source, monkeypatch):
    monkeypatch.setattr(images, "MNIST", (400, 100))  # disguising 6,000 takes seconds
    try:
        drawn, again = (images.load(source, np.random.default_rng(index)) for index in (0, 1))
    except DataError as error:  # the file is not here
        pytest.skip(str(error))
    reached = images.marginals(drawn).log_density(
        np.arange(drawn.places.shape[0])[None], drawn.test.reshape(len(drawn.test), -1)
    )
    assert reached.max() <= np.log(256)
    assert drawn.train.shape[1:] == drawn.test.shape[1:]
    assert 0 <= drawn.train.min() < drawn.train.max() <= 1
    assert not np.allclose(drawn.test[:5], again.test[:5])


@pytest.mark.parametrize("case", FUNCTIONS.board("full").cases, ids=lambda case: case.name)
def test_every_case_of_the_full_tier_can_be_played(case, monkeypatch):
    monkeypatch.setattr(images, "MNIST", (400, 100))
    try:
        measured = play(FUNCTIONS, case.name, "knn", tier="full", functions=4)
    except DataError as error:
        pytest.skip(str(error))
    names = [f"excess_{order}_{n}".replace("__", "_n") for order in case.params.orders for n in case.params.contexts]
    assert all(np.isfinite(measured[name]) for name in names)
    assert ("joint_nll_ar" in measured) == case.params.is_joint


# What is refused, and what gains nothing


def slow(seconds):
    def work(*_):
        until = time.process_time() + seconds
        while time.process_time() < until:
            sum(range(1000))
        return level(*_) if len(_) == 3 else None

    return work


def test_a_fit_over_its_budget_is_refused():
    with pytest.raises(AnswerError, match=r"fit \(with the constructor\) used 0\.[5-9] CPU-s; its budget is 0\.4"):
        play(FUNCTIONS, RBF, Answering(level, fit=slow(0.5)), fit_seconds=0.4)
    assert play(FUNCTIONS, RBF, Answering(level, fit=slow(0.5)))["fit_share"] > 0.04


def test_learning_while_being_asked_is_refused():
    with pytest.raises(AnswerError, match="predict and sample used"):
        play(FUNCTIONS, RBF, Answering(slow(0.3)), ask_seconds=0.5)


def test_deviations_of_nothing_gain_nothing():
    knower = Exact("rbf")
    sure = Answering(lambda xc, yc, xt: (knower.predict(xc, yc, xt)[0], np.zeros(xt.shape)))
    assert excess(sure) > excess(knower) + 5
    with pytest.raises(AnswerError, match="expected numbers from 0"):
        excess(Answering(lambda xc, yc, xt: (np.zeros(xt.shape), -np.ones(xt.shape))))


def test_being_sure_of_pixels_that_never_change_gains_nothing():
    """Dequantised, a constant pixel is uniform over a level: deviations smaller than that only lose."""
    honest = method(FUNCTIONS, "prior")

    def sure(xc, yc, xt):
        mean, deviation = honest.predict(xc, yc, xt)
        return mean, np.where(deviation < 0.05, 1e-3, deviation)

    assert excess(Answering(sure, fit=honest.fit), DIGITS) > excess("prior", DIGITS) + 0.1


def test_looking_up_curves_of_the_public_sampler_gains_nothing():
    """Its seeds make none of the board's curves: the nearest of 400 known ones is worse than neighbours of the context."""
    x, y = draw("rbf", np.random.default_rng(0), 400, 60, sharing=400)
    order = np.argsort(x[0, :, 0])
    grid, known = x[0, order, 0], y[:, order, 0]

    def look_up(xc, yc, xt):
        near = np.abs(xc[..., 0][..., None] - grid).argmin(axis=2)
        away = np.stack(
            [((known[:, places] - values[:, 0]) ** 2).mean(axis=1) for places, values in zip(near, yc, strict=True)]
        )
        best = known[away.argmin(axis=1)]
        mean = np.stack([np.interp(at, grid, values) for at, values in zip(xt[..., 0], best, strict=True)])
        left = np.sqrt(away.min(axis=1))[:, None, None] + 0.2
        return mean[..., None], np.broadcast_to(left, xt.shape)

    assert excess(Answering(look_up, fit=lambda task: None)) > excess("gp_marginal") + 0.3


def test_state_kept_between_calls_gains_nothing():
    """Contexts of earlier functions, put beside this one's, are those of other functions."""
    honest = method(FUNCTIONS, "gp_wrong")
    honest.fit({"kind": "curves"})
    earlier = []

    def remember(xc, yc, xt):
        extra = [(x, y) for x, y in earlier[-2:] if len(x) == len(xc)]
        earlier.append((xc[:, :5], yc[:, :5]))
        both = [np.concatenate([z, *(e[i] for e in extra)], axis=1) for i, z in enumerate((xc, yc))]
        return honest.predict(*both, xt)

    assert excess(Answering(remember)) > excess("gp_wrong") + 0.1


def test_public_digits_are_no_help_with_those_that_nobody_has():
    """Completing by the most similar of known digits: the public ones do no better than those that `fit` is given."""
    public = (np.round(dataset("digits")["x"].reshape(-1, 8, 8)) + 0.5)[..., None] / 17

    def by_heart(known):
        mean = known.reshape(len(known), 64)

        def predict(xc, yc, xt):
            seen, asked_for = ((8 * z).astype(int) @ np.array([8, 1]) for z in (xc, xt))
            away = np.stack([((mean[:, p] - v[:, 0]) ** 2).mean(axis=1) for p, v in zip(seen, yc, strict=True)])
            nearest = np.argsort(away, axis=1)[:, :15]
            found = np.stack([mean[k][:, p] for k, p in zip(nearest, asked_for, strict=True)])
            return found.mean(axis=1)[..., None], found.std(axis=1)[..., None] + 0.05

        return predict

    class Given:
        def fit(self, task):
            self.predict = by_heart(task["images"])

    assert excess(Answering(by_heart(public)), DIGITS) > excess(Given(), DIGITS)


def test_what_is_brought_along_is_flagged():
    raised = {flag.label for flag in findings(FUNCTIONS.flags, {"file_kib": {RBF: 300.0}, "fit_share": {RBF: 0.001}})}
    assert raised == {"pre-trained", "does not train"}
    assert not findings(FUNCTIONS.flags, {"file_kib": {RBF: 6.0}, "fit_share": {RBF: 0.95}, "coverage90": {RBF: 0.9}})


def test_the_joint_likelihood_is_measured_by_the_chain_rule():
    from_law = play(FUNCTIONS, RBF, Exact("rbf"), tier="full", functions=16)
    assert abs(from_law["joint_nll_ar"] - from_law["joint_nll_oracle"]) < 1e-6


def test_the_growth_of_a_cost_is_its_exponent():
    assert abs(scoring.exponent((128, 256, 512), [1.0, 5.0, 64.0]) - 3) < 1e-12


def test_the_energy_score_prefers_the_law_itself():
    rng = np.random.default_rng(0)
    y = np.repeat(rng.standard_normal((200, 1)), 10, axis=1)
    joint = np.repeat(rng.standard_normal((32, 200, 1)), 10, axis=2)
    assert scoring.energy_score(joint, y) < scoring.energy_score(rng.standard_normal((32, 200, 10)), y)


def test_another_seed_draws_other_functions():
    assert seed(0) != seed(1)
    assert excess("prior") != excess("prior", index=1)
