"""The board of classes: where its methods land, what crosses the boundary, and what cheating gains."""

import numpy as np
import pytest

from papers.conditional_neural_processes.one_shot_classification import play as board
from papers.conditional_neural_processes.one_shot_classification import scoring
from papers.conditional_neural_processes.problem import glyphs
from papers.data import DataError
from papers.metrics import findings
from papers.task import AnswerError
from tests.papers.conditional_neural_processes.asking import (
    CLASSES,
    Contestant,
    Silent,
    classify,
    method,
    pictures,
    play,
    scores,
    seed,
)
from tests.papers.recorded import Recorded

DIGITS, FIVE, TWENTY = "digits/5way-1shot", "glyphs/5way-1shot", "glyphs/20way-1shot"


class Classifier:
    def __init__(self, predict_proba, fit=lambda images, labels, task: None):
        self.predict_proba, self.fit = predict_proba, fit


def evenly(support_x, support_y, query_x):
    ways = support_y.max() + 1
    return np.full((len(query_x), ways), 1 / ways)


@pytest.mark.parametrize(("case", "ways"), [(DIGITS, 5), (FIVE, 5), (TWENTY, 20)])
def test_uniform_has_one_in_n(case, ways):
    uniform = classify(case, "uniform", count=20)
    assert abs(uniform["accuracy"] - 1 / ways) < 1e-12
    assert abs(uniform["nll"] - np.log(ways)) < 1e-9
    assert uniform["ece"] < 1e-9


@pytest.mark.parametrize(("case", "published"), [(FIVE, 0.55), (TWENTY, 0.32)])
def test_pixels_tell_glyphs_apart_as_published(case, published):
    assert abs(classify(case, "pixel_nn")["accuracy"] - published) < 0.04


def test_pixels_do_not_care_how_classes_are_numbered():
    ready, rng = method(CLASSES, "pixel_nn"), np.random.default_rng(0)
    x, y = glyphs.draw(rng, 5, 3)
    ready.fit(None, None, {"ways": 5})
    other = np.array([3, 0, 4, 1, 2])
    first = ready.predict_proba(x[:, None], y, x[:4, None])
    assert np.allclose(first, ready.predict_proba(x[:, None], other[y], x[:4, None])[:, other])


@pytest.mark.parametrize("case", CLASSES.board("quick").ranked_cases)
def test_recorded_prototypes_beat_pixels_and_the_untrained(case):
    recorded = Recorded("one_shot_classification")
    accuracy = {slug: recorded.mean(slug, "accuracy", case) for slug in recorded.rows}
    assert accuracy["prototypes"] > max(accuracy["pixel_nn"], accuracy["untrained"]) + 0.1
    assert accuracy["uniform"] == pytest.approx(1 / CLASSES.board("quick").case(case).params.ways)


@pytest.mark.parametrize("slug", ["cnp", "prototypes", "matching", "untrained"])
def test_every_head_gives_probabilities(slug, monkeypatch):
    monkeypatch.setattr(board, "EPISODES", 20)
    measured = play(CLASSES, DIGITS, slug, fit_seconds=0.3, ask_seconds=60)
    assert 0.1 < measured["accuracy"] < 1
    assert measured["nll"] > 0


@pytest.mark.parametrize("case", CLASSES.board("full").cases, ids=lambda case: case.name)
def test_every_case_of_the_full_tier_can_be_played(case, monkeypatch):
    monkeypatch.setattr(board, "EPISODES", 10)
    monkeypatch.setattr(board, "load", lambda source, rng: pictures(source))
    try:
        measured = play(CLASSES, case.name, "pixel_nn", tier="full")
    except DataError as error:
        pytest.skip(str(error))
    assert measured["accuracy"] > measured["chance"] == 1 / case.params.ways


def test_classes_of_an_episode_were_never_seen():
    for source in ("digits", "glyphs"):
        drawn = pictures(source)
        assert drawn.learnt[0].shape[1:] == drawn.new[0].shape[1:]
        assert 0 <= drawn.new[0].min() < drawn.new[0].max() <= 1
    digits = pictures("digits")
    assert not set(digits.learnt[1]) & set(digits.new[1])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda p: p * 1.5, "numbers from 0 to 1|rows that sum to"),
        (lambda p: p[:, :-1], "expected"),
        (lambda p: p - 0.3, "numbers from 0"),
        (lambda p: np.full_like(p, np.nan), "NaN"),
        (lambda p: p.argmax(axis=1), "expected"),
    ],
    ids=["sum", "classes", "negative", "nan", "labels"],
)
def test_a_malformed_answer_is_refused(answer, message):
    with pytest.raises(AnswerError, match=message):
        play(CLASSES, DIGITS, Classifier(lambda *episode: answer(evenly(*episode))))


def test_learning_over_the_budget_is_refused():
    with pytest.raises(AnswerError, match="its budget is 1e-05"):
        play(CLASSES, DIGITS, "untrained", fit_seconds=1e-5)


def test_what_is_brought_along_is_flagged():
    raised = {flag.label for flag in findings(CLASSES.flags, {"file_kib": {FIVE: 65.0}, "fit_share": {FIVE: 0.009}})}
    assert raised == {"pre-trained", "does not train"}
    assert not findings(CLASSES.flags, {"file_kib": {FIVE: 63.0}, "fit_share": {FIVE: 0.02}})


def test_a_tie_shares_its_chance():
    proba = np.array([[0.5, 0.5, 0.0], [0.2, 0.2, 0.6]])
    assert np.allclose(scoring.hits(proba, np.array([0, 2])), [0.5, 1])


def test_the_order_of_classes_and_queries_tells_nothing():
    """Guessing that queries come class by class, or that the first class is the likeliest."""

    def in_order(support_x, support_y, query_x):
        ways = support_y.max() + 1
        return 0.98 * np.eye(ways)[np.arange(len(query_x)) * ways // len(query_x)] + 0.02 / ways

    assert abs(play(CLASSES, DIGITS, Classifier(in_order))["accuracy"] - 0.2) < 0.03


def test_state_kept_between_episodes_gains_nothing():
    """Who adds the support of earlier episodes by their labels mixes classes: labels are given anew in each."""
    honest, earlier = method(CLASSES, "pixel_nn"), []
    honest.fit(None, None, {"ways": 5})

    def remember(support_x, support_y, query_x):
        earlier.append((support_x, support_y))
        xs, ys = zip(*earlier[-3:], strict=True)
        return honest.predict_proba(np.concatenate(xs), np.concatenate(ys), query_x)

    assert play(CLASSES, DIGITS, Classifier(remember))["accuracy"] < scores(CLASSES, DIGITS, "pixel_nn")["accuracy"]


def test_glyphs_of_a_public_seed_are_none_of_the_boards():
    """Who carries a thousand drawings and finds the query's class among them is no better than without any."""
    known, numbers = glyphs.draw(np.random.default_rng(0), 100, 10)
    flat = known.reshape(len(known), -1)

    def by_heart(support_x, support_y, query_x):
        near = [numbers[((z.ravel() - flat) ** 2).sum(axis=1).argmin()] for z in (*support_x, *query_x)]
        same = np.array(near[len(support_x) :])[:, None] == np.array(near[: len(support_x)])[np.argsort(support_y)]
        weights = same + 0.1
        return weights / weights.sum(axis=1, keepdims=True)

    known_by_heart = classify(FIVE, Classifier(by_heart), count=40)["accuracy"]
    assert known_by_heart < classify(FIVE, "pixel_nn", count=40)["accuracy"] - 0.05


def test_a_play_shows_calibration_once():
    class Kept(Silent):
        names = []

        def curve(self, name, *_, **__):
            self.names.append(name)

    board.play(
        CLASSES.board("quick").case(DIGITS), seed=seed(), device="cpu", method=Contestant(method(CLASSES, "pixel_nn")),
        report=Kept(),
    )  # fmt: skip
    assert Kept.names == ["Calibration"]
