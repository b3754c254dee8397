"""Masks, disguise and the oracle against what is known about them."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from papers.data import dataset
from papers.gain.problem import masks
from papers.gain.problem.masks import draw_mask
from papers.gain.problem.oracle import conditional_mean
from papers.gain.problem.tables import NOISE, Disguise, Generator, Table, load

MECHANISMS = ["mcar", "mar", "mnar", "mnar-logit"]


def rng(*parts):
    return np.random.default_rng([sum(map(ord, str(part))) for part in parts])


def correlated(n, d=10):
    """Rows of a normal table with one strong common factor."""
    draws = rng("table", n, d)
    return draws.normal(size=(n, 1)) + draws.normal(size=(n, d))


def factor(index, n=400):
    draws = rng("factor", index)
    generator = Generator.draw("factor", draws)
    return generator, generator.sample(n, draws)


def rms(error):
    return float(np.sqrt(np.mean(error**2)))


# Masks


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("rate", [0.1, 0.2, 0.5])
def test_the_share_of_missing_cells_is_the_nominal_one(mechanism, rate):
    for x in (correlated(2000), load("breast", rng(0)).x):
        observed, _ = draw_mask(mechanism, rate, x, rng(mechanism, rate))
        assert abs((~observed).mean() - rate) < 0.02


@pytest.mark.parametrize("rate", [0.7, 0.8])
def test_high_rates_are_reached(rate):
    for mechanism in ("mcar", "mar"):
        observed, _ = draw_mask(mechanism, rate, correlated(2000, 23), rng(mechanism))
        assert abs((~observed).mean() - rate) < 0.02


def test_mcar_knows_no_value():
    x = correlated(5000)
    observed, masking = draw_mask("mcar", 0.5, x, rng("mcar"))
    assert masking is None
    correlations = [abs(np.corrcoef(x[:, j], observed[:, j])[0, 1]) for j in range(10)]
    assert max(correlations) < 4 / np.sqrt(5000)


def test_mar_keeps_complete_columns_and_depends_on_nothing_else():
    x = correlated(3000)
    observed, masking = draw_mask("mar", 0.5, x, rng("mar"))
    complete = observed.all(axis=0)
    assert masking is None
    assert complete.sum() == 3
    shuffled = x.copy()
    shuffled[:, ~complete] = rng("other").normal(size=(3000, 7))
    again, _ = draw_mask("mar", 0.5, shuffled, rng("mar"))
    assert (again == observed).all(), "the values of masked columns changed the mask"
    moved = x.copy()
    moved[:, complete] = rng("other").normal(size=(3000, 3))
    assert (draw_mask("mar", 0.5, moved, rng("mar"))[0] != observed).any()


def test_mnar_masks_by_its_own_value_with_slope_two():
    x = correlated(5000)
    observed, masking = draw_mask("mnar", 0.5, x, rng("mnar"))
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    for j in range(10):
        fit = LogisticRegression(C=1e6).fit(z[:, [j]], ~observed[:, j])
        assert fit.coef_[0, 0] == pytest.approx(masking.slope[j], abs=0.3)
        assert abs(masking.slope[j]) == 2
    assert set(np.sign(masking.slope)) == {-1, 1}


def test_mnar_is_monotone_in_the_value():
    x = correlated(5000)
    observed, masking = draw_mask("mnar", 0.5, x, rng("mnar"))
    ordered = np.sort(x, axis=0)
    steps = np.diff(masking.probability(ordered), axis=0) * np.sign(masking.slope)
    assert (steps >= 0).all()
    for j in range(10):
        fifths = np.array_split((~observed[:, j])[x[:, j].argsort()], 5)
        rates = [np.sign(masking.slope[j]) * fifth.mean() for fifth in fifths]
        assert rates == sorted(rates)


def test_mnar_cut_hides_one_end_of_every_column():
    x = correlated(1000)
    observed, _ = draw_mask("mnar-cut", 0.25, x, rng("cut"))
    assert ((~observed).sum(axis=0) == 250).all()
    for j in range(10):
        seen, hidden = x[observed[:, j], j], x[~observed[:, j], j]
        assert hidden.min() > seen.max() or hidden.max() < seen.min()


def test_every_row_keeps_a_cell_and_every_column_two_values():
    x = np.round(correlated(200, 3))
    observed = masks.repair(np.zeros(x.shape, bool), x, rng("repair"))
    assert observed.any(axis=1).all()
    assert all(len(np.unique(x[observed[:, j], j])) > 1 for j in range(3))


# The disguise


def test_what_is_disguised_can_be_undone():
    table = load("breast", rng(1))
    disguise = Disguise.draw(table, rng(2))
    shown = disguise.apply(table.x)
    assert np.allclose(disguise.undo(shown), table.x, rtol=1e-12, atol=1e-9)
    assert (np.abs(shown) < 1e7).all()
    spread = shown.std(axis=0)
    assert (spread > 0.49).all()
    assert (spread < 2.01).all()


def test_the_disguise_flips_moves_and_reorders():
    table = load("curved", rng(1))
    disguise = Disguise.draw(table, rng(2))
    assert sorted(disguise.order) == list(range(10))
    assert list(disguise.order) != list(range(10))
    assert set(np.sign(disguise.scale)) == {-1, 1}


def test_codes_stay_codes():
    codes = rng(3).integers(2, 7, size=(50, 8)).astype(float)
    codes[0], codes[1] = 2, 6
    disguise = Disguise.draw(Table(codes, np.ones(8, bool)), rng(4))
    shown = disguise.apply(codes)
    assert (shown == shown.round()).all()
    assert shown.min() == 2
    assert shown.max() == 6
    assert (shown != codes[:, disguise.order]).any(), "some columns are reflected"
    assert (disguise.undo(shown) == codes).all()


def test_a_real_table_is_a_jittered_part_of_the_public_one():
    table = load("breast", rng(5))
    public = dataset("breast")["x"]
    assert table.x.shape == (455, 30)
    assert table.learnt.all()
    whole = load("breast", rng(5), whole=True)
    assert whole.x.shape == public.shape
    assert whole.learnt.sum() == 455
    assert (whole.label[:455] == table.label).all(), "the same rows are learnt from"
    assert not set(whole.x[:, 0]) & set(public[:, 0]), "cells are moved"
    nearest = np.abs(table.x[:, None, 0] - public[None, :, 0]).min(axis=1)
    assert 0 < rms(nearest) < 0.03 * table.x[:, 0].std()


@pytest.mark.parametrize("name", ["factor", "curved"])
def test_a_synthetic_column_has_unit_signal_and_its_noise(name):
    generator = Generator.draw(name, rng(7))
    u = rng(8).normal(size=(200_000, 2))
    mean = generator.mean(u)
    assert np.abs(mean.mean(axis=0)).max() < 0.02
    assert np.abs(mean.std(axis=0) - 1).max() < 0.02
    x = generator.sample(200_000, rng(9))
    assert np.abs(x.std(axis=0) - np.hypot(1, NOISE)).max() < 0.02


# The oracle


def gaussian_posterior(x, observed, generator):
    """The conditional mean and a draw: x ~ N(0, W W' + NOISE^2 I)."""
    covariance = generator.weight @ generator.weight.T + NOISE**2 * np.eye(x.shape[1])
    mean, draw, draws = x.copy(), x.copy(), rng("posterior")
    for i, o in enumerate(observed):
        m = ~o
        gain = np.linalg.solve(covariance[np.ix_(o, o)], covariance[np.ix_(o, m)]).T
        mean[i, m] = gain @ x[i, o]
        rest = covariance[np.ix_(m, m)] - gain @ covariance[np.ix_(o, m)]
        draw[i, m] = draws.multivariate_normal(mean[i, m], (rest + rest.T) / 2) if m.any() else 0
    return mean, draw


@pytest.mark.parametrize("index", range(5))
def test_on_a_linear_table_the_oracle_is_the_gaussian_conditional_mean(index):
    generator, x = factor(index)
    observed, _ = draw_mask("mcar", 0.5, x, rng("mask", index))
    ours = conditional_mean(x, observed, generator)
    exact, _ = gaussian_posterior(x, observed, generator)
    assert (ours[observed] == x[observed]).all()
    assert np.abs(ours - exact).max() < 2e-4
    assert rms(ours - exact) < 1e-5


def test_a_posterior_draw_has_the_square_root_of_two_times_the_error():
    of_mean, of_draw = [], []
    for index in range(5):
        generator, x = factor(index)
        observed, _ = draw_mask("mcar", 0.5, x, rng("mask", index))
        ours = conditional_mean(x, observed, generator)
        _, draw = gaussian_posterior(x, observed, generator)
        of_mean.append((ours - x)[~observed])
        of_draw.append((draw - x)[~observed])
    assert rms(np.concatenate(of_draw)) / rms(np.concatenate(of_mean)) == pytest.approx(np.sqrt(2), rel=0.03)


def test_under_mnar_only_the_full_oracle_is_unbiased():
    generator = Generator.draw("curved", rng("mnar oracle"))
    x = generator.sample(800, rng("rows"))
    observed, masking = draw_mask("mnar", 0.5, x, rng("mask"))
    missing = ~observed
    full = conditional_mean(x, observed, generator, masking)
    ignorable = conditional_mean(x, observed, generator)
    towards = np.sign(masking.slope)  # values that go missing lie on this side
    standard_error = rms((full - x)[missing]) / np.sqrt(missing.sum())
    assert abs(((x - full) * towards)[missing].mean()) < 4 * standard_error
    assert ((x - ignorable) * towards)[missing].mean() > 8 * standard_error
    assert rms((full - x)[missing]) < rms((ignorable - x)[missing])


def test_a_mask_that_tells_nothing_changes_nothing():
    generator = Generator.draw("curved", rng("flat"))
    x = generator.sample(50, rng("rows"))
    observed, _ = draw_mask("mcar", 0.5, x, rng("mask"))
    flat = masks.SelfMasking(np.zeros(10), np.zeros(10), x.mean(axis=0), x.std(axis=0))
    assert np.allclose(conditional_mean(x, observed, generator, flat), conditional_mean(x, observed, generator))
