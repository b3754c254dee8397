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


def losses(a, g, x, mask, b, binary):
    """L_D, L_G and L_M as the paper prints them, by the logits of D and G."""
    d, guess = a.sigmoid(), g.sigmoid()
    told = (1 - b) * (mask * d.log() + (1 - mask) * (1 - d).log())
    fooled = (1 - b) * (1 - mask) * d.log()
    entropy = -x * guess.log() - (1 - x) * (1 - guess).log()
    lost = mask * torch.where(binary, entropy, (x - guess) ** 2)
    return -told.sum(1).mean(), -fooled.sum(1).mean(), lost.sum(1).mean()


def minibatch_of(gain, rows, columns):
    x, mask = torch.rand(rows, columns), masks_of(rows, columns, share=0.6)
    binary = torch.arange(columns) < 2
    x[:, :2] = x[:, :2].round()
    return x, mask, gain.hidden_cells(mask), binary


def test_the_slopes_are_the_gradients_of_the_papers_losses(gain):
    x, mask, b, binary = minibatch_of(gain, 30, 5)
    a, g = (torch.randn(30, 5, requires_grad=True) for _ in range(2))
    of_d, of_g, of_m = losses(a, g, x, mask, b, binary)
    by_hand = (
        (of_d, a, gain.discriminator_slope(a.sigmoid(), mask, b)),
        (of_g, a, gain.generator_slope(a.sigmoid(), mask, b)),
        (of_m, g, gain.reconstruction_slope(g.sigmoid(), x, mask, binary)),
    )
    for loss, by, slope in by_hand:
        (exact,) = torch.autograd.grad(loss, by, retain_graph=True)
        assert exact.abs().max() > 0.001
        assert torch.allclose(slope, exact, atol=1e-7)


def watched(net):
    """What a net answers when torch records it, and its weights."""
    weights = [part.clone().requires_grad_() for layer in net.layers for part in layer]

    def answer(inputs):
        for weight, bias in zip(weights[:4:2], weights[1:4:2], strict=True):
            inputs = torch.tanh(inputs @ weight + bias)
        return inputs @ weights[4] + weights[5]

    return answer, weights


def flattened(slopes):
    return torch.cat([slope.flatten() for slope in slopes])


@pytest.mark.parametrize(
    ("columns", "constants"),
    [
        (5, {}),
        (2, {}),
        (1, {}),
        (5, {"ADVERSARY": 0.3}),
        (5, {"ADVERSARY": 0.0}),
        (5, {"ALPHA": 0.0}),
        (5, {"HINT": False}),
    ],
    ids=["wide", "narrow", "one column", "little of L_G", "no L_G", "no L_M", "no hint"],
)
def test_both_nets_learn_along_the_gradients_of_their_losses(gain, columns, constants):
    gain.NOISE = 0.0
    for name, value in constants.items():
        setattr(gain, name, value)
    x, mask, b, binary = minibatch_of(gain, 30, columns)
    generator, discriminator = gain.Net(columns, "cpu"), gain.Net(columns, "cpu")
    for net in (generator, discriminator):
        net.vector += 0.3 * torch.randn_like(net.vector)
    answer_g, weights_g = watched(generator)
    answer_d, weights_d = watched(discriminator)
    g = answer_g(torch.cat([mask * x, mask], 1))
    xhat = mask * x + (1 - mask) * g.sigmoid()
    a = answer_d(torch.cat([xhat, gain.hint(mask, b)], 1))
    of_d, of_g, of_m = losses(a, g, x, mask, b, binary)

    gain.teach_discriminator(discriminator, generator, x, mask, b)
    exact = flattened(torch.autograd.grad(of_d, weights_d, retain_graph=True))
    assert torch.allclose(discriminator.slope, exact, atol=1e-6)

    gain.teach_generator(generator, discriminator, x, mask, b, binary)
    exact = flattened(torch.autograd.grad(gain.ADVERSARY * of_g + gain.ALPHA * of_m, weights_g))
    assert torch.allclose(generator.slope, exact, atol=1e-5)


def test_its_adam_is_torchs(gain):
    net = gain.Net(4, "cpu")
    weights = torch.nn.Parameter(net.vector.clone())
    adam = torch.optim.Adam([weights], lr=gain.RATE)
    for _ in range(20):
        net.slope.normal_()
        weights.grad = net.slope.clone()
        net.step()
        adam.step()
    assert torch.allclose(net.vector, weights, atol=1e-6)


def test_the_discriminator_learns_nothing_from_where_the_mask_was_told(gain):
    mask = masks_of(50, 5, share=0.5)
    b = gain.hidden_cells(mask)
    p = torch.rand(50, 5) * 0.8 + 0.1
    slope = gain.discriminator_slope(p, mask, b)
    assert (slope[b == 1] == 0).all()
    assert (slope[b == 0].sign() == (p - mask)[b == 0].sign()).all()


def test_the_generator_learns_from_untold_missing_cells_only(gain):
    mask = masks_of(50, 5, share=0.5)
    b = gain.hidden_cells(mask)
    slope = gain.generator_slope(torch.rand(50, 5) * 0.8 + 0.1, mask, b)
    counts = (b == 0) & (mask == 0)
    assert counts.any()
    assert (slope[counts] < 0).all()
    assert (slope[~counts] == 0).all()


def test_a_binary_column_is_best_guessed_by_its_share(gain):
    x = (torch.arange(100) < 30).float()[:, None]
    slopes = [
        float(gain.reconstruction_slope(torch.full((100, 1), g), x, torch.ones(100, 1), torch.tensor([True])).sum())
        for g in (0.2, 0.3, 0.4, 0.999)
    ]
    assert slopes == pytest.approx([-0.1, 0, 0.1, 0.699], abs=1e-6)


def test_observed_cells_pass_and_only_missing_ones_are_generated(gain):
    x, mask = torch.rand(10, 4), masks_of(10, 4, share=0.5)
    whole = gain.completed(x, mask, torch.full((10, 4), 7.0))
    assert (whole[mask == 1] == x[mask == 1]).all()
    assert (whole[mask == 0] == 7).all()


def test_against_the_truth_the_best_discriminator_only_knows_the_observed_share(gain):
    share = 0.8
    x, mask = torch.rand(4000, 5), masks_of(4000, 5, share)
    gain.RATE = 3e-3
    discriminator = gain.Net(5, "cpu")
    for _ in range(800):
        rows = torch.randint(4000, (256,))
        b = gain.hidden_cells(mask[rows])
        p = gain.probability(discriminator, x[rows], gain.hint(mask[rows], b))
        discriminator.backward(gain.discriminator_slope(p, mask[rows], b))
        discriminator.step()
    fresh_x, fresh = torch.rand(20_000, 5), masks_of(20_000, 5, share)
    b = gain.hidden_cells(fresh)
    p = gain.probability(discriminator, fresh_x, gain.hint(fresh, b))
    loss, *_ = losses(p.logit(), torch.zeros(20_000, 5), fresh_x, fresh, b, torch.zeros(5, dtype=torch.bool))
    assert float(loss) == pytest.approx(entropy(share), abs=0.02)
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
    assert (gain.discriminator_slope(torch.full((20, 5), 0.5), mask, b).abs() == 0.5 / 20).all()


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
