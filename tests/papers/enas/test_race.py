"""Raced tables of cells with 4 nodes: the public one, the command that makes it, and private ones."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from papers.data import dataset
from papers.enas.make import race as command
from papers.enas.problem import digits, race, space
from papers.enas.problem.race import Race


def test_the_cap_allows_the_known_numbers():
    assert (race.sizes() <= race.CAP).sum() == 5_554
    assert race.allowed().sum() == 1_363


def shorten(monkeypatch):
    """Three of the ten epochs: this is about keeping, not about precision."""
    for name, value in {"EPOCHS": 3, "LOOKS": (1, 2, 3), "STEPS": 27}.items():
        monkeypatch.setattr(digits, name, value)


def test_a_table_is_made_in_parts_and_every_function_comes_out_the_same(tmp_path, monkeypatch):
    """A race of three functions, two of which go on; stopped after one, as by Ctrl-C, and started again."""
    three = np.flatnonzero(race.allowed())[[5, 600, 1_200]]
    monkeypatch.setattr(race, "allowed", lambda: np.isin(np.arange(len(space.functions(4)[1])), three))
    monkeypatch.setattr(race, "BY_HIDDEN", 2)
    monkeypatch.setattr(race, "BY_ALL", 1)
    shorten(monkeypatch)
    monkeypatch.setattr(race, "FRESH", 2)
    stopped, whole = tmp_path / "stopped.npz", tmp_path / "whole.npz"
    learn = Race.learn

    def learn_one(self, world, function, secret):
        if len(self.waiting) < 3:
            raise KeyboardInterrupt
        learn(self, world, function, secret)

    monkeypatch.setattr(Race, "learn", learn_one)
    assert command.main([str(stopped)]) == 130
    assert len(Race.read(stopped).waiting) == 2
    monkeypatch.setattr(Race, "learn", learn)
    assert command.main([str(stopped)]) == command.main([str(whole)]) == 0
    first, second = Race.read(stopped), Race.read(whole)
    for name in ("validated", "tested", "again"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    assert len(first.waiting) == len(first.racing) == 0
    assert first.again.any(axis=(1, 2)).sum() in (2, 3)


def made_up(rng):
    """A race whose functions have a quality from .3 to .9 and whose copies differ from it by .05."""
    done, which = Race.empty(), np.flatnonzero(race.allowed())
    quality = rng.uniform(0.3, 0.9, size=len(which))

    def counts(copies, images):
        accuracy = quality[:, None] + 0.05 * rng.normal(size=(len(which), copies))
        return np.rint(accuracy * images / 10).astype(np.uint8)[..., None].repeat(10, axis=-1)

    done.validated[which] = counts(race.SHOWN, 700)[:, None]
    done.tested[which] = counts(race.HIDDEN, 797)
    done.seconds[which] = 1.0
    chosen = done.promising()
    done.again[chosen] = counts(race.FRESH, 797)[np.isin(which, chosen)]
    return done


def test_the_best_truth_is_not_the_luckiest_one():
    """Of 1,363 pairs of copies the luckiest has .90 + 3 x .05 / sqrt(2); truths of those near the best come from eight others."""
    done = made_up(np.random.default_rng(0))
    table, (which, _) = done.table(), space.functions(4)
    raced = done.again.any(axis=(1, 2))
    assert raced[which[table.best]]
    assert race.accuracy(done.tested, race.TEST).mean(axis=1).max() > 0.95
    assert table.truth.max() < 0.95
    assert table.truth[~raced[which]].max() < table.truth.max() - 0.05
    assert np.median(table.error[raced[which]]) == pytest.approx(0.05 / np.sqrt(race.FRESH), rel=0.15)
    assert np.median(table.error[table.feasible & ~raced[which]]) == pytest.approx(0.05 / np.sqrt(2), rel=0.15)


def test_a_cell_that_is_too_large_has_chance_as_its_reply():
    table = made_up(np.random.default_rng(1)).table()
    too_large = int(space.number(np.array([3] * 6)))
    assert not table.feasible[too_large]
    assert (table.runs[too_large] == 0.1).all()
    assert table.worth(too_large) == 0.1
    assert table.hours[too_large] == pytest.approx(1 / 3600)


@pytest.fixture(scope="module")
def committed():
    return Race.of(dataset("digits_cell4"))


def test_the_committed_table_is_whole_and_what_the_command_makes(committed):
    """One function of the public world trained again: the same accuracies to a few images."""
    assert len(committed.waiting) == len(committed.racing) == 0
    function, again = int(np.flatnonzero(race.allowed())[700]), Race.empty()
    again.learn(race.public_world(), function)
    assert np.abs(race.accuracy(again.tested - committed.tested.astype(int), race.TEST)[function]).max() < 0.02


def test_the_committed_table_ranks_functions_beyond_its_noise(committed):
    known = race.allowed()
    tested = race.accuracy(committed.tested, race.TEST)[known]
    shown = race.accuracy(committed.validated[:, -1], 700)[known].mean(axis=1)
    assert spearmanr(*tested.T).statistic > 0.7
    assert spearmanr(tested.mean(axis=1), shown).statistic > 0.78


def test_functions_near_the_best_are_few_and_hold_all_that_were_trained_again(committed):
    near = committed.near()
    assert len(near) == 217
    raced = np.flatnonzero(committed.again.any(axis=(1, 2)))
    assert np.isin(raced, near).all()


def test_a_private_race_is_of_the_near_functions_on_digits_that_nobody_has_and_found_again(
    tmp_path, monkeypatch, committed
):
    monkeypatch.setenv("DATA_CACHE", str(tmp_path))
    shorten(monkeypatch)
    near = np.flatnonzero(race.allowed())[[5, 600, 1_200]]
    monkeypatch.setattr(Race, "near", lambda self: near)
    for name, value in {"BY_HIDDEN": 2, "BY_ALL": 1}.items():
        monkeypatch.setattr(race, name, value)
    told = []
    private = race.private(b"a secret of a test", lambda share, text: told.append(text))
    assert "0 of 3 functions trained" in told
    others = np.setdiff1d(np.flatnonzero(race.allowed()), near)
    assert np.array_equal(private.tested[others], committed.tested[others])
    assert (private.tested[near] != committed.tested[near]).any(axis=(1, 2)).all()
    replies, known = (race.accuracy(one.validated[others, -1], digits.VALIDATE) for one in (private, committed))
    learnt = known > 2 * race.LEARNT
    assert (replies - known)[learnt].std() == pytest.approx(race.NOISE, rel=0.15)
    assert (replies == known)[learnt].mean() < 0.1, "a reply that is in the public table tells which cell it belongs to"
    assert private.again.any(axis=(1, 2)).sum() in (2, 3), "no second training of another world counts here"
    monkeypatch.setattr(Race, "learn", None)
    again = race.private(b"a secret of a test", lambda *_: None)
    assert np.array_equal(again.tested, private.tested)
    (kept,) = (tmp_path / "enas").glob("*.npz")
    assert b"a secret of a test".hex() not in kept.name


def test_a_private_world_has_other_images_of_the_same_kind():
    first, second, public = race.private_world(b"one"), race.private_world(b"two"), race.public_world()
    assert not np.array_equal(first.train[0], second.train[0])
    for mine, theirs in zip(
        (first.train, first.validate, first.test), (public.train, public.validate, public.test), strict=True
    ):
        assert mine[0].shape == theirs[0].shape
        assert mine[0].dtype == theirs[0].dtype
        assert mine[1].dtype == theirs[1].dtype
