"""The board: answers that are refused, cheats that gain nothing, and what the house methods come to."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from papers.importance_sampling.sample_selection import play as protocol
from papers.task import AnswerError
from tests.papers.contestant import load
from tests.papers.importance_sampling.selecting import SHORT, Scoring, Silent, case_of, first, play, seed_of

NOISY = case_of("digits/noise40", SHORT)
INFO = {"batch": 32, "max_candidates": 256, "budget": 400_000}


def without_time(scores):
    return {name: value for name, value in scores.items() if name != "seconds"}


@pytest.mark.parametrize("seed", range(5))
def test_tau_is_the_root_of_one_plus_the_squared_variation(seed):
    tau_of = load("sample_selection", "upper_bound").tau_of
    scores = np.random.default_rng(seed).exponential(size=160) ** 2
    g, u = scores / scores.sum(), 1 / 160
    printed = (1 - ((g - u) ** 2).sum() / (g**2).sum()) ** -0.5
    assert tau_of(scores) == pytest.approx(printed, rel=1e-12)
    assert tau_of(scores) == pytest.approx(np.sqrt(1 + (scores.std() / scores.mean()) ** 2), rel=1e-12)


def test_tau_is_one_of_equal_scores_and_the_root_of_n_of_a_single_one():
    tau_of = load("sample_selection", "upper_bound").tau_of
    assert tau_of(np.ones(9)) == pytest.approx(1)
    assert tau_of(np.eye(9)[0]) == pytest.approx(3)
    assert tau_of(np.zeros(9)) == 1


@pytest.mark.parametrize(("batch", "ratio", "threshold"), [(128, 5, 8 / 3), (32, 3, 2.0), (32, 5, 8 / 3)])
def test_the_threshold_follows_the_papers_formula(batch, ratio, threshold):
    module = load("sample_selection", "upper_bound")
    module.RATIO = ratio
    method = module.Method(0, "cpu")
    assert method.prepare(INFO | {"batch": batch, "max_candidates": 8 * batch}) == (0, 0)
    assert method.threshold == pytest.approx(threshold)


def test_the_switch_goes_on_when_scores_promise_enough():
    method = load("sample_selection", "upper_bound").Method(0, "cpu")
    method.prepare(INFO)
    equal, uneven = np.ones(32), np.eye(32)[0]
    assert [method.observe(None, None, equal, equal) for _ in range(20)] == [0] * 20
    wanted = [method.observe(None, None, uneven, uneven) for _ in range(20)]
    assert wanted[0] == 0
    assert wanted[-1] == 160


@pytest.mark.parametrize("slug", ["upper_bound_always", "loss", "random_p"])
def test_weights_of_unbiased_methods_are_within_what_is_allowed_for_any_scores(slug):
    method = load("sample_selection", slug).Method(0, "cpu")
    method.prepare(INFO)
    scores = np.zeros(160, np.float32)
    scores[0] = 1
    answer = method.select(np.arange(160), None, scores, scores, None, None)
    plan = protocol.plan_of(answer, n=160, batch=32)
    assert plan.p * plan.w == pytest.approx(1 / 160)


@pytest.mark.parametrize(
    ("call", "answer", "words"),
    [
        ("prepare", (0, 16), "candidates returned 16"),
        ("prepare", (0, 257), "candidates returned 257"),
        ("prepare", (-1, 0), "units returned -1"),
        ("prepare", (SHORT, 0), "units returned"),
        ("prepare", (0.5, 0), "float"),
        ("observe", 31, "observe returned 31"),
        ("observe", None, "observe returned None"),
    ],
)
def test_counts_that_cannot_be_are_refused(call, answer, words):
    method = Scoring()
    setattr(method, call, lambda *told: answer)
    method.n = 160
    with pytest.raises(AnswerError, match=words):
        play(NOISY, method)


U = np.full(160, 1 / 160)
ONE = np.ones(160)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((U, ONE), "2 values"),
        ((U, ONE, 1), "replace"),
        ((U * np.nan, ONE, True), "NaN"),
        ((U, ONE * np.nan, True), "NaN"),
        ((U, ONE * np.inf, True), "infinite"),
        ((2 * U, ONE, True), "sum to 2"),
        ((U[:-1], ONE, True), "shape"),
        ((np.r_[-0.5, 1.5, np.zeros(158)], ONE, True), "-0.5"),
        ((U, -ONE, True), "-1"),
        ((U, 0 * ONE, True), "nowhere"),
        ((np.eye(160)[0], np.r_[0, np.ones(159)], True), "nowhere"),
        ((np.r_[1e-4, np.full(159, (1 - 1e-4) / 159)], np.eye(160)[0], True), "times their mean"),
        ((np.eye(160)[0], ONE, False), "at least 32"),
        ((np.arange(160) / np.arange(160).sum(), ONE, False), "must be equal"),
    ],
)
def test_plans_that_cannot_be_are_refused(answer, words):
    with pytest.raises(AnswerError, match=words):
        protocol.plan_of(answer, n=160, batch=32)


@pytest.mark.parametrize("scale", [1e-9, 90.0])
def test_weights_are_no_step_size(scale):
    """Neither larger steps, nor ending the training early by weights of nearly nothing, can be had."""

    class Scaling(Scoring):
        def select(self, *told):
            p, w, again = super().select(*told)
            return p, scale * w, again

    assert without_time(play(NOISY, Scaling())) == pytest.approx(without_time(play(NOISY, Scoring())), rel=1e-4)


def test_who_stops_by_zero_weights_is_refused_and_who_never_scores_isnt():
    class Stopping(Scoring):
        def select(self, ids, *told):
            return np.full(len(ids), 1 / len(ids)), np.zeros(len(ids)), True

    with pytest.raises(AnswerError, match="nowhere"):
        play(NOISY, Stopping())
    assert play(NOISY, "uniform")["scored_steps"] == 0


def test_what_is_scored_is_what_is_charged():
    class Varying(Scoring):
        scored = trained = 0

        def select(self, ids, *told):
            self.scored += len(ids)
            return super().select(ids, *told)

        def observe(self, ids, *told):
            self.trained += len(ids)
            return [0, 32, 160, 256][self.trained // 32 % 4]

    method = Varying()
    scores = play(NOISY, method)
    assert scores["units"] == method.scored + 3 * method.trained
    assert 0.6 < scores["scored_steps"] < 0.9


@pytest.mark.parametrize("by", ["order", "id"])
def test_neither_order_nor_ids_tell_which_labels_are_right(by):
    class Peeking(Scoring):
        def select(self, ids, *told):
            return first(-np.arange(len(ids)) if by == "order" else -ids, self.b)

    shares = [play(NOISY, Peeking(), index=index)["wrong_share"] for index in range(3)]
    assert np.mean(shares) == pytest.approx(0.36, abs=0.07)


class Watching(Scoring):
    """Keeps what it meets, and the work that the board does between its calls: functions called, Python's and C's."""

    def __init__(self):
        self.met, self.work, self.calls = [], [], 0

    def count(self, frame, event, argument):
        self.calls += event in ("call", "c_call")

    def keep(self, told):
        sys.setprofile(None)
        self.met += [part.tobytes() for part in told]
        self.work.append(self.calls)
        self.calls = 0

    def prepare(self, info):
        return SHORT // 8, super().prepare(info)[1]

    def select(self, *told):
        self.keep(told)
        answer = super().select(*told)
        sys.setprofile(self.count)
        return answer

    def observe(self, *told):
        self.keep(told)
        answer = super().observe(*told)
        sys.setprofile(self.count)
        return answer


def watched(flags):
    """A run whose right labels are others, `flags` of the true ones; the labels as given are the same."""
    training = protocol.Training.begin(NOISY.params, seed_of(), "cpu")
    sets = training.sets
    training.sets = replace(sets, train=replace(sets.train, is_right=flags(sets.train.is_right)))
    run = protocol.Steered(training, Watching(), np.arange(1000))
    run.prepare(seed_of())
    try:
        protocol.follow(run, protocol.Record(NOISY.params), Silent())
    finally:
        sys.setprofile(None)
    return run.method


def test_a_method_meets_the_same_whatever_labels_are_right():
    """Order, ids, losses, the irreducible one too, and the time between calls: nothing depends on what is wrong."""
    watched(lambda is_right: is_right)  # what is loaded and cached by the first run
    first_run, second_run = watched(lambda is_right: is_right), watched(lambda is_right: ~is_right)
    assert len(first_run.met) > 200
    assert first_run.met == second_run.met
    assert min(first_run.work[1:]) > 50
    assert first_run.work == second_run.work


def test_an_id_learnt_in_one_run_is_another_sample_in_the_next():
    runs = [seed_of(0, salt).salted("ids").permutation(1000) for salt in (b"one", b"two")]
    assert (runs[0] == runs[1]).mean() < 0.02


def test_an_irreducible_loss_that_nothing_was_spent_on_says_nothing():
    training = protocol.Training.begin(NOISY.params, seed_of(), "cpu")
    loss = training.auxiliary_loss(1, np.random.default_rng(0))
    assert abs(np.corrcoef(loss, training.sets.train.is_right)[0, 1]) < 0.15


def test_samples_keep_their_ids_and_labels_through_a_run():
    class Remembering(Scoring):
        def __init__(self):
            self.seen = {}

        def select(self, ids, labels, *told):
            for one, label in zip(ids.tolist(), labels.tolist(), strict=True):
                assert self.seen.setdefault(one, label) == label
            assert len(set(ids.tolist())) == len(ids)
            return super().select(ids, labels, *told)

    method = Remembering()
    play(NOISY, method)
    assert len(method.seen) > 900
    assert set(method.seen.values()) == set(range(10))


def test_a_run_that_diverges_ends_and_is_said_to():
    class Shattering(Scoring):
        """Breaks the model when it is asked for the first time, which no method in a sandbox could."""

        def select(self, *told):
            with torch.no_grad():
                next(run.training.net.parameters()).mul_(1e30)
            return super().select(*told)

    training = protocol.Training.begin(NOISY.params, seed_of(), "cpu")
    run, record = protocol.Steered(training, Shattering(), np.arange(1000)), protocol.Record(NOISY.params)
    run.prepare(seed_of())
    assert protocol.follow(run, record, Silent())
    assert len(record.accuracy) == len(record.loss) == 20
    assert record.accuracy[-1] < 0.4
    assert np.isfinite(list(record.scores(training.steps).values())).all()
    assert training.used < SHORT / 10


def test_curves_cover_the_whole_budget_also_where_the_auxiliary_model_took_the_first_part():
    curves = {}
    report = SimpleNamespace(
        progress=lambda *told: None, curve=lambda name, x, series, **labels: curves.update({name: (x, series)})
    )
    play(NOISY, "rho_loss", report=report)
    assert set(curves) == {"Accuracy", "Training loss", "Wrong labels", "Variance"}
    for name in ("Accuracy", "Training loss", "Wrong labels"):
        x, series = curves[name]
        assert len(x) == 20
        assert x[-1] == SHORT
        assert all(len(values) == 20 for values in series.values())


def test_the_bound_of_the_paper_follows_the_true_norm_and_lowers_the_variance():
    scores = play(case_of("digits/clean", 4 * SHORT), "upper_bound_always")
    assert scores["bound_correlation"] > 0.5
    assert scores["optimal_variance"] <= scores["variance_ratio"] < 1
    assert scores["bias"] < 1e-6


def test_the_oracle_follows_the_run_and_has_the_least_variance():
    case = case_of("digits/clean", SHORT)
    oracle = protocol.oracle("exact_norm", case, seed=seed_of(), device="cpu")
    scores = play(case, oracle)
    assert oracle.twin.used == scores["units"]
    assert scores["variance_ratio"] == pytest.approx(scores["optimal_variance"], rel=0.1)


@pytest.mark.slow
def test_a_quarter_of_the_budget_comes_to_what_is_expected_under_noise():
    case = case_of("digits/noise40", 100_000)
    slugs = ("uniform", "upper_bound", "rho_loss", "easiest")
    accuracy = {slug: play(case, slug)["final_accuracy"] for slug in slugs}
    assert accuracy["upper_bound"] == pytest.approx(accuracy["uniform"], abs=0.05)
    assert accuracy["rho_loss"] > accuracy["uniform"] + 0.1
    assert accuracy["easiest"] <= 0.45


@pytest.mark.slow
def test_small_losses_are_of_right_labels():
    scores = play("digits/noise40", "small_loss")
    assert scores["final_accuracy"] >= 0.85
    assert scores["wrong_share"] < 0.1
