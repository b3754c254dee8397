"""The board of classes: where its methods land, what crosses the boundary, and what cheating gains."""

import numpy as np
import pytest

from papers import digits
from papers.conditional_neural_processes.one_shot_classification import play as board
from papers.conditional_neural_processes.one_shot_classification import scoring
from papers.conditional_neural_processes.problem import glyphs, signs
from papers.conditional_neural_processes.problem.classes import of_faces, picker
from papers.data import DataError
from papers.metrics import findings
from papers.task import AnswerError
from tests.papers.conditional_neural_processes.asking import (
    CLASSES,
    Contestant,
    Silent,
    classify,
    episodes,
    method,
    pictures,
    play,
    seed,
)
from tests.papers.recorded import Recorded

SIGNS, FIVE, TWENTY = "signs/5way-1shot", "glyphs/5way-1shot", "glyphs/20way-1shot"


class Classifier:
    def __init__(self, predict_proba, fit=lambda images, labels, task: None):
        self.predict_proba, self.fit = predict_proba, fit


def evenly(support_x, support_y, query_x):
    ways = support_y.max() + 1
    return np.full((len(query_x), ways), 1 / ways)


@pytest.mark.parametrize(("case", "ways"), [(SIGNS, 5), (FIVE, 5), (TWENTY, 20)])
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
    x, y = glyphs.draw(rng, [3] * 5)
    ready.fit(None, None, {"ways": 5})
    other = np.array([3, 0, 4, 1, 2])
    first = ready.predict_proba(x[:, None], y, x[:4, None])
    assert np.allclose(first, ready.predict_proba(x[:, None], other[y], x[:4, None])[:, other])


@pytest.mark.parametrize("case", CLASSES.board("quick").ranked_cases)
def test_recorded_prototypes_beat_pixels_and_the_untrained(case):
    recorded = Recorded("one_shot_classification")
    accuracy = {slug: recorded.mean(slug, "accuracy", case) for slug in recorded.rows}
    assert accuracy["prototypes"] > max(accuracy["pixel_nn"], accuracy["untrained"]) + 0.07
    assert accuracy["uniform"] == pytest.approx(1 / CLASSES.board("quick").case(case).params.ways)


@pytest.mark.parametrize("slug", ["cnp", "prototypes", "matching", "untrained"])
def test_every_head_gives_probabilities(slug, monkeypatch):
    monkeypatch.setattr(board, "EPISODES", 100)
    measured = play(CLASSES, SIGNS, slug, fit_seconds=0.3, ask_seconds=60)
    assert 0.1 < measured["accuracy"] < 1
    assert measured["nll"] > 0


@pytest.mark.parametrize("case", CLASSES.board("full").cases, ids=lambda case: case.name)
def test_every_case_of_the_full_tier_can_be_played(case, monkeypatch):
    monkeypatch.setattr(board, "EPISODES", 100)
    monkeypatch.setattr(board, "load", lambda source, rng: pictures(source))
    try:
        measured = play(CLASSES, case.name, "pixel_nn", tier="full")
    except DataError as error:
        pytest.skip(str(error))
    assert measured["accuracy"] > measured["chance"] == 1 / case.params.ways


# What is drawn


@pytest.mark.parametrize("case", [SIGNS, FIVE, TWENTY])
def test_an_episode_is_one_query_whose_class_is_drawn(case):
    ways, drawn = CLASSES.board("quick").case(case).params.ways, episodes(case, 400)
    for one in drawn:
        assert one.query_x.shape == (1, *one.support_x.shape[1:])
        assert sorted(one.support_y) == list(range(ways))
    asked = np.bincount([one.query_y[0] for one in drawn], minlength=ways)
    first = np.bincount([one.support_y[0] for one in drawn], minlength=ways)
    for counts in (asked, first):
        assert counts.min() < counts.max()
        assert ((counts - 400 / ways) ** 2).sum() * ways / 400 < 2.5 * ways  # chi-squared of ways - 1


@pytest.mark.parametrize("case", [SIGNS, FIVE])
def test_no_picture_comes_twice(case):
    drawn = episodes(case, 400)
    met = [z.tobytes() for one in drawn for z in (*one.support_x, *one.query_x)]
    learnt = [z.tobytes() for z in pictures(CLASSES.board("quick").case(case).params.source).learnt[0]]
    assert len(set(met + learnt)) == len(met + learnt)


@pytest.mark.parametrize("law", [glyphs, signs])
def test_a_law_draws_what_is_asked_and_other_classes_for_another_seed(law):
    counts = [3, 1, 2]
    (x, y), (again, _), (other, _) = (law.draw(np.random.default_rng(number), counts) for number in (0, 0, 1))
    assert x.shape == (6, law.SIDE, law.SIDE)
    assert x.dtype == np.float32
    assert 0 <= x.min() < 0.5 < x.max() <= 1
    assert y.tolist() == [0, 0, 0, 1, 2, 2]
    assert np.array_equal(x, again)
    assert np.abs(x - other).mean(axis=(1, 2)).min() > 0.01


def test_a_sign_has_one_to_three_ways_that_fill_its_frame():
    drawn = [signs.sign(np.random.default_rng(number)) for number in range(60)]
    assert {len(sign.ways) for sign in drawn} == {1, 2, 3}
    for way in (way for sign in drawn for way in sign.ways):
        assert np.allclose(way.max(axis=0), np.array(signs.FRAME) / 2)
        assert np.allclose(way.min(axis=0), -np.array(signs.FRAME) / 2)


def test_persons_of_an_episode_were_never_shown():
    """Each picture is a grey of its own: a disguise leaves it as it is."""
    persons = np.repeat(np.arange(40), 2)
    greys = np.broadcast_to(3.0 * np.arange(80)[:, None, None], (80, 8, 8))
    classes = of_faces(greys, persons, np.random.default_rng(0))
    x, y = classes.draw(np.random.default_rng(1), [2, 1, 1, 1, 1])
    learnt, new = (np.round(z[:, 0, 0] * 85).astype(int) for z in (classes.learnt[0], x))
    assert np.array_equal(persons[learnt], classes.learnt[1])
    assert not set(persons[new]) & set(persons[learnt])
    assert len(set(new)) == 6
    assert persons[new[0]] == persons[new[1]]
    assert y.tolist() == [0, 0, 1, 2, 3, 4]


def test_what_is_there_is_shown_in_another_disguise_each_time():
    image = np.zeros((1, 16, 16))
    image[0, 4:12, 7:9] = 255
    draw, rng = picker(image, np.zeros(1, int)), np.random.default_rng(0)
    assert len({draw(rng, [1])[0].tobytes() for _ in range(5)}) == 5


# What is refused and flagged


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
        play(CLASSES, SIGNS, Classifier(lambda *episode: answer(evenly(*episode))))


def test_learning_over_the_budget_is_refused():
    with pytest.raises(AnswerError, match="its budget is 1e-05"):
        play(CLASSES, SIGNS, "untrained", fit_seconds=1e-5)


def test_what_is_brought_along_is_flagged():
    raised = {flag.label for flag in findings(CLASSES.flags, {"file_kib": {FIVE: 65.0}, "fit_share": {FIVE: 0.009}})}
    assert raised == {"pre-trained", "does not train"}
    assert not findings(CLASSES.flags, {"file_kib": {FIVE: 63.0}, "fit_share": {FIVE: 0.02}})


def test_a_tie_shares_its_chance():
    proba = np.array([[0.5, 0.5, 0.0], [0.2, 0.2, 0.6]])
    assert np.allclose(scoring.hits(proba, np.array([0, 2])), [0.5, 1])


# What cheating gains


def test_the_order_of_classes_and_episodes_tells_nothing():
    """Guessing that classes are asked in turn, or that the support's first drawing is the likeliest."""
    calls = []

    def in_turn(support_x, support_y, query_x):
        calls.append(support_y)
        return np.eye(5)[[len(calls) % 5]]

    def as_the_first(support_x, support_y, query_x):
        return np.eye(5)[support_y[:1]]

    for guess in (in_turn, as_the_first):
        assert abs(classify(SIGNS, Classifier(guess))["accuracy"] - 0.2) < 0.05


def balanced(proba):
    """Equally many queries of each class: probabilities scaled until rows sum to 1 and columns to the same (Sinkhorn)."""
    for _ in range(100):
        proba = proba / proba.sum(axis=0) * len(proba) / proba.shape[1]
        proba = proba / proba.sum(axis=1, keepdims=True)
    return proba


@pytest.mark.parametrize("case", [SIGNS, FIVE, TWENTY])
def test_who_answers_each_class_equally_often_gains_nothing(case):
    """With five queries of each class in a call it gained .07 to .09; of one query balancing leaves nothing, whoever answered."""
    honest = method(CLASSES, "pixel_nn")
    honest.fit(None, None, {"ways": CLASSES.board("quick").case(case).params.ways})
    cheat = Classifier(lambda *episode: balanced(honest.predict_proba(*episode)))
    assert classify(case, cheat)["accuracy"] <= classify(case, "pixel_nn")["accuracy"]


def by_name(known, names):
    """A cheat that carries drawings of known classes: a query has the class whose drawing has the same name."""
    flat = known.reshape(len(known), -1)

    def predict_proba(support_x, support_y, query_x):
        near = [names[((z.ravel() - flat) ** 2).sum(axis=1).argmin()] for z in (*support_x, *query_x)]
        same = np.array(near[len(support_x) :])[:, None] == np.array(near[: len(support_x)])[np.argsort(support_y)]
        weights = same + 0.1
        return weights / weights.sum(axis=1, keepdims=True)

    return Classifier(predict_proba)


@pytest.mark.parametrize(
    ("case", "draw"),
    [
        (SIGNS, lambda rng: digits.draw(rng, 2000, side=8)),
        (SIGNS, lambda rng: signs.draw(rng, [10] * 200)),
        (FIVE, lambda rng: glyphs.draw(rng, [10] * 100)),
    ],
    ids=["digits", "signs", "glyphs"],
)
def test_classes_of_a_public_seed_are_none_of_the_boards(case, draw):
    """Who carries drawings and finds the query's class among them is no better than without any: .96 when digits were asked."""
    known_by_heart = classify(case, by_name(*draw(np.random.default_rng(0))))["accuracy"]
    assert known_by_heart < classify(case, "pixel_nn")["accuracy"] - 0.05


def by_learnt_distance(images, labels):
    """Differences are normal, with one covariance within a class and another between any two pictures: the likelier class."""
    flat = images.reshape(len(images), -1).astype(float)
    means = np.stack([flat[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
    ridge = 0.02 * np.eye(flat.shape[1])
    same, any_two = (np.linalg.inv(np.cov(z.T) + ridge) for z in (flat - means[labels], flat))

    def predict_proba(support_x, support_y, query_x):
        apart = (support_x[np.argsort(support_y)] - query_x).reshape(len(support_x), -1)
        return np.eye(len(support_x))[[((apart @ (same - any_two)) * apart).sum(axis=1).argmin()]]

    return Classifier(predict_proba)


def test_who_draws_signs_of_the_law_learns_no_more_than_from_those_that_are_given():
    given = classify(SIGNS, by_learnt_distance(*pictures("signs").learnt), 1000)["accuracy"]
    own = classify(SIGNS, by_learnt_distance(*signs.draw(np.random.default_rng(0), [6] * 2500)), 1000)["accuracy"]
    assert given > classify(SIGNS, "pixel_nn", 1000)["accuracy"]
    assert own < given + 0.03


def test_a_play_shows_calibration_once(monkeypatch):
    monkeypatch.setattr(board, "EPISODES", 50)

    class Kept(Silent):
        names = []

        def curve(self, name, *_, **__):
            self.names.append(name)

    board.play(
        CLASSES.board("quick").case(SIGNS), seed=seed(), device="cpu", method=Contestant(method(CLASSES, "pixel_nn")),
        report=Kept(),
    )  # fmt: skip
    assert Kept.names == ["Calibration"]
