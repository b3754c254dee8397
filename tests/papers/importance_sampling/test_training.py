"""Samples and what is wrong with them; what a run is charged; the same seed, the same run."""

from math import ceil

import numpy as np
import pytest
import torch
from torch.nn import functional

from papers.importance_sampling.problem import networks, samples
from papers.importance_sampling.problem.setting import Setting
from papers.importance_sampling.problem.training import Descent, Diverged, Training, check, decay
from tests.papers.importance_sampling.selecting import SHORT, case_of, play, seed_of

LABELS = np.arange(50_000) % 10


def begin(index=0, **params):
    return Training.begin(Setting("digits", "dense", units=SHORT, **params), seed_of(index), "cpu")


@pytest.mark.parametrize("noise", [0.2, 0.4])
def test_symmetric_noise_leaves_nine_tenths_of_its_rate_wrong(noise):
    wrong = samples.flipped(LABELS, "symmetric", noise, np.random.default_rng(0)) != LABELS
    share = 0.9 * noise
    assert wrong.mean() == pytest.approx(share, abs=3 * np.sqrt(share * (1 - share) / len(LABELS)))


def test_pair_flips_go_to_the_next_class_only():
    given = samples.flipped(LABELS, "pairflip", 0.4, np.random.default_rng(0))
    assert set(((given - LABELS) % 10).tolist()) == {0, 1}
    assert (given != LABELS).mean() == pytest.approx(0.4, abs=0.01)


def test_imbalance_keeps_a_tenth_of_the_upper_classes():
    x = np.zeros((len(LABELS), 2, 2), np.float32)
    _, y, is_right = samples.spoilt(x, LABELS, "imbalance", 0.0, np.random.default_rng(0))
    counts = np.bincount(y)
    assert counts[:5].tolist() == [5000] * 5
    assert counts[5:] == pytest.approx(500, abs=100)
    assert is_right.all()


def test_duplicates_repeat_half_of_the_set_and_add_images_of_nothing():
    x = np.arange(1000, dtype=np.float32).reshape(-1, 1, 1)
    images, y, is_right = samples.spoilt(x, LABELS[:1000], "duplicates", 0.0, np.random.default_rng(0))
    seen, times = np.unique(images[is_right], return_counts=True)
    assert (len(seen), set(times.tolist())) == (500, {4})
    assert (~is_right).sum() == 200
    assert len(y) == len(images) == 2200


def test_the_test_set_is_clean_and_the_held_out_one_is_not():
    sets = begin(noise=0.4).sets
    assert sets.test.is_right.all()
    assert 1 - sets.holdout.is_right.mean() == pytest.approx(0.36, abs=0.1)
    assert (len(sets.train), len(sets.holdout), len(sets.test)) == samples.DRAWN


def test_another_seed_draws_other_images_and_the_same_one_the_same():
    first, again, other = begin(), begin(), begin(1)
    assert (first.sets.train.x == again.sets.train.x).all()
    assert (first.sets.train.x != other.sets.train.x).any()


def test_every_pass_is_charged():
    training = begin()
    rows = training.candidates(160)
    training.score(rows)
    assert training.used == 160
    training.step(rows[:32], np.ones(32))
    assert training.used == 160 + 3 * 32
    training.gram(rows)
    training.bounds(rows)
    training.test()
    assert training.used == 160 + 3 * 32
    training.auxiliary_loss(960, np.random.default_rng(0))
    assert training.used == 160 + 3 * 32 + 960 + 1000


def test_the_rate_falls_at_half_and_at_four_fifths_of_the_budget():
    assert [decay(share) for share in (0, 0.49, 0.5, 0.79, 0.8, 1)] == [1, 1, 0.2, 0.2, 0.04, 0.04]


def test_the_descent_is_that_of_torch():
    ours, theirs = (networks.build("convnet", (1, 8, 8), seed=0) for _ in range(2))
    batch = begin().sets.train.rows(np.arange(32))
    weights = np.linspace(0, 2, 32)
    descent, optimiser = Descent(ours), torch.optim.SGD(theirs.parameters(), lr=0.05, momentum=0.9)
    for _ in range(5):
        descent.step(batch, weights, 0.05)
        optimiser.zero_grad()
        loss = functional.cross_entropy(theirs(batch.x), batch.y, reduction="none")
        (loss * torch.from_numpy(weights).float()).mean().backward()
        optimiser.step()
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, other)


def test_looking_at_moments_changes_nothing_of_the_run():
    first, second = begin(), begin()
    first.gram(first.probes(160))
    assert (first.candidates(32) == second.candidates(32)).all()


@pytest.mark.parametrize("loss", [[1.0, np.nan], [np.inf], [1e7]])
def test_a_loss_beyond_all_use_ends_the_run(loss):
    with pytest.raises(Diverged):
        check(np.array(loss))


@pytest.mark.parametrize(("slug", "cost"), [("uniform", 3 * 32), ("upper_bound_always", 160 + 3 * 32)])
def test_a_budget_is_worth_so_many_steps(slug, cost):
    scores = play(case_of("digits/clean", SHORT), slug)
    assert scores["steps"] == ceil(SHORT / cost)
    assert scores["units"] == scores["steps"] * cost
    assert {96: 4167, 256: 1563}[cost] == ceil(400_000 / cost)


def test_the_same_seed_gives_the_same_scores_to_the_last_digit():
    runs = [play(case_of("digits/noise40", SHORT), "upper_bound_always") for _ in range(2)]
    for scores in runs:
        del scores["seconds"]
    assert runs[0] == runs[1]
