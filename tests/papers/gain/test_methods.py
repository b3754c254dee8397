"""The two GAINs and their neighbours against the equations of the paper."""

import numpy as np
import pytest
import torch

from tests.papers.gain.playing import HOUSE, load

FAST = {"ITERATIONS": 30, "ITERATIONS_OF_LARGE": 30}
TRAINED = {"gain", "gain_official", "autoencoder"}


@pytest.fixture
def gain():
    torch.manual_seed(0)
    return load("gain")


def entropy(share):
    return -share * np.log(share) - (1 - share) * np.log(1 - share)


def masks_of(rows, columns, share=0.8):
    return (torch.rand(rows, columns) < share).float()


def gaps(n=60, d=6, rate=0.3, seed=0):
    """A small table with gaps: continuous columns, the last one with four codes."""
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(n, 1)) + 0.5 * draws.normal(size=(n, d))
    x[:, -1] = np.clip(np.round(x[:, -1]) + 2, 0, 3)
    return np.where(draws.random((n, d)) < rate, np.nan, x).astype(np.float32), np.arange(d) == d - 1


def impute(slug, x, categorical, seed=0):
    module = load(slug)
    for name, value in FAST.items():
        if hasattr(module, name):
            setattr(module, name, value)
    return module.Method(seed, "cpu").impute(x, categorical)


# The equations


def test_the_hint_hides_exactly_one_cell_a_row_and_tells_the_others(gain):
    mask = masks_of(500, 7)
    h = gain.hint(mask, gain.hidden_cells(mask))
    assert set(h.unique().tolist()) == {0.0, 0.5, 1.0}
    assert ((h == 0.5).sum(1) == 1).all()
    assert (h == mask)[h != 0.5].all()


def test_the_hidden_cell_is_uniform(gain):
    hidden = (1 - gain.hidden_cells(torch.ones(20_000, 5))).mean(0)
    assert torch.allclose(hidden, torch.full((5,), 0.2), atol=0.015)


def test_the_discriminators_loss_has_no_gradient_where_the_mask_was_told(gain):
    mask = masks_of(4, 5).double()
    b = gain.hidden_cells(mask)
    p = torch.rand(4, 5, dtype=torch.float64) * 0.8 + 0.1
    step = 1e-6
    for i in range(4):
        for j in range(5):
            moved = [p.clone() for _ in range(2)]
            moved[0][i, j] += step
            moved[1][i, j] -= step
            up, down = (float(gain.discriminator_loss(q, mask, b)) for q in moved)
            slope = (up - down) / (2 * step)
            # by hand: -(m / p - (1 - m) / (1 - p)) / rows where b = 0
            exact = 0 if b[i, j] else float(-(mask[i, j] / p[i, j] - (1 - mask[i, j]) / (1 - p[i, j])) / 4)
            assert slope == pytest.approx(exact, abs=1e-4)


def test_the_generators_loss_looks_at_untold_missing_cells_only(gain):
    mask = masks_of(50, 5, share=0.5)
    b = gain.hidden_cells(mask)
    p = (torch.rand(50, 5) * 0.8 + 0.1).requires_grad_()
    gain.generator_loss(p, mask, b).backward()
    counts = (b == 0) & (mask == 0)
    assert counts.any()
    assert (p.grad[counts] < 0).all()
    assert (p.grad[~counts] == 0).all()


def test_the_reconstruction_loss_is_squared_error_or_cross_entropy_on_observed_cells(gain):
    mask, x = masks_of(200, 3), (torch.rand(200, 3) < 0.3).float()
    guess = torch.full((200, 3), 0.4)
    squared = gain.reconstruction_loss(guess, x, mask, torch.zeros(3, dtype=torch.bool))
    assert squared == pytest.approx(float((mask * (x - 0.4) ** 2).sum() / 200), rel=1e-5)
    crossed = gain.reconstruction_loss(guess, x, mask, torch.ones(3, dtype=torch.bool))
    by_hand = -(mask * (x * np.log(0.4) + (1 - x) * np.log(0.6))).sum() / 200
    assert crossed == pytest.approx(float(by_hand), rel=1e-5)


def test_a_binary_column_is_best_guessed_by_its_share(gain):
    x = (torch.arange(100) < 30).float()[:, None]
    losses = [
        float(gain.reconstruction_loss(torch.full((100, 1), g), x, torch.ones(100, 1), torch.tensor([True])))
        for g in (0.2, 0.3, 0.4, 0.999)
    ]
    assert losses.index(min(losses)) == 1


def test_observed_cells_pass_and_only_missing_ones_are_generated(gain):
    x, mask = torch.rand(10, 4), masks_of(10, 4, share=0.5)
    whole = gain.completed(x, mask, torch.full((10, 4), 7.0))
    assert (whole[mask == 1] == x[mask == 1]).all()
    assert (whole[mask == 0] == 7).all()


def test_against_the_truth_the_best_discriminator_only_knows_the_observed_share(gain):
    share = 0.8
    x, mask = torch.rand(4000, 5), masks_of(4000, 5, share)
    discriminator = gain.net(5)
    adam = torch.optim.Adam(discriminator.parameters(), lr=3e-3)
    for _ in range(800):
        rows = torch.randint(4000, (256,))
        b = gain.hidden_cells(mask[rows])
        p = gain.probability(discriminator, x[rows], gain.hint(mask[rows], b))
        gain.step(adam, gain.discriminator_loss(p, mask[rows], b))
    fresh_x, fresh = torch.rand(20_000, 5), masks_of(20_000, 5, share)
    b = gain.hidden_cells(fresh)
    with torch.no_grad():
        p = gain.probability(discriminator, fresh_x, gain.hint(fresh, b))
    assert float(gain.discriminator_loss(p, fresh, b)) == pytest.approx(entropy(share), abs=0.02)
    assert float(p[b == 0].mean()) == pytest.approx(share, abs=0.03)


def test_without_the_adversary_gain_is_an_auto_encoder(gain):
    gain.ITERATIONS = 1500
    gain.ADVERSARY = 0.0
    draws = np.random.default_rng(0)
    x = (draws.normal(size=(300, 1)) * [1, -1, 1, -1, 1, 1] + 0.1 * draws.normal(size=(300, 6))).astype(np.float32)
    low, span = gain.scale(x)
    u = torch.tensor((x - low) / span)
    mask = masks_of(300, 6)
    again = gain.Method(0, "cpu").train(u, mask, torch.zeros(6, dtype=torch.bool))
    seen = mask.numpy() == 1
    lost = ((again - u.numpy()) ** 2)[seen].mean() / ((u.numpy() - u.numpy().mean(axis=0)) ** 2)[seen].mean()
    assert lost < 0.15, "the observed cells come back"


def test_without_a_hint_nothing_is_told_and_every_cell_counts(gain):
    gain.HINT = False
    mask = masks_of(20, 5)
    b = gain.hidden_cells(mask)
    assert (gain.hint(mask, b) == 0.5).all()
    p = torch.full((20, 5), 0.5)
    assert float(gain.discriminator_loss(p, mask, b)) == pytest.approx(5 * np.log(2))


def test_em_knows_the_conditional_gaussian():
    """Against the textbook's formula, row by row; and a table without gaps has its own mean and covariance."""
    em, draws = load("em"), np.random.default_rng(0)
    covariance = np.cov(draws.normal(size=(4, 50)) + draws.normal(size=50))
    mean, z, observed = draws.normal(size=4), draws.normal(size=(6, 4)), draws.random((6, 4)) < 0.5
    filled, unsure = em.expect(z, observed, mean, covariance)
    expected = np.zeros((4, 4))
    for row, o in enumerate(observed):
        m, known = ~o, np.linalg.inv(covariance[np.ix_(o, o)])
        reach = covariance[np.ix_(m, o)] @ known
        assert filled[row, m] == pytest.approx(mean[m] + reach @ (z[row, o] - mean[o]))
        expected[np.ix_(m, m)] += covariance[np.ix_(m, m)] - reach @ covariance[np.ix_(o, m)]
    assert unsure == pytest.approx(expected / 6)


def test_the_official_code_hints_without_saying_what_it_hides():
    official = load("gain_official")
    hints = []
    linear = official.nn.Linear.forward

    def listening(layer, inputs):
        if inputs.shape[1] == 12:
            hints.append(inputs[:, 6:].detach().clone())
        return linear(layer, inputs)

    official.ITERATIONS = 20
    x, categorical = gaps()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(official.nn.Linear, "forward", listening)
        official.Method(0, "cpu").impute(x, categorical)
    assert set(torch.cat(hints).unique().tolist()) == {0.0, 1.0}


def test_the_official_code_rounds_columns_of_few_values_and_the_papers_does_not():
    x, categorical = gaps()
    missing = np.isnan(x[:, -1])
    official, paper = (impute(slug, x, categorical)[missing, -1] for slug in ("gain_official", "gain"))
    assert (official == official.round()).all()
    assert (paper != paper.round()).any()


# Every house method


@pytest.mark.parametrize("slug", HOUSE)
def test_a_house_method_fills_a_table_the_same_way_for_the_same_seed(slug):
    x, categorical = gaps()
    shown = x.copy()
    filled = impute(slug, shown, categorical)
    assert filled.shape == x.shape
    assert filled.dtype == np.float32
    assert np.isfinite(filled).all()
    assert np.array_equal(shown, x, equal_nan=True), "it changed its input"
    assert np.array_equal(filled, impute(slug, x, categorical))


@pytest.mark.parametrize("slug", ["random_draw", "mice", "gain", "gain_official", "autoencoder"])
def test_a_random_house_method_draws_from_its_seed(slug):
    x, categorical = gaps()
    assert not np.array_equal(impute(slug, x, categorical), impute(slug, x, categorical, seed=1))


@pytest.mark.parametrize("slug", HOUSE)
def test_a_house_method_survives_a_sparse_table(slug):
    x, categorical = gaps(n=40, d=3, rate=0.6)
    x[:, 0] = np.where(np.arange(40) < 2, [1.0, 2.0] * 20, np.nan)  # two observed values are all that is promised
    assert np.isfinite(impute(slug, x, categorical)).all()


@pytest.mark.parametrize("slug", HOUSE)
def test_a_house_method_takes_a_column_that_is_constant_as_far_as_it_was_observed(slug):
    x, categorical = gaps(n=40, d=4)
    x[:, 1] = np.where(np.isnan(x[:, 1]), np.nan, 0.0)
    assert np.isfinite(impute(slug, x, categorical)).all()


@pytest.mark.gpu
@pytest.mark.parametrize("slug", sorted(TRAINED))
def test_a_trained_method_runs_on_a_gpu(slug):
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    x, categorical = gaps()
    module = load(slug)
    filled = module.Method(0, "cuda").impute(x, categorical)
    assert filled.shape == x.shape
    assert np.isfinite(filled).all()
