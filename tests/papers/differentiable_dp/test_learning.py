"""Taggers and aligners against what is known of them, and what a scorer must not let through."""

from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest

from papers import catalogue
from papers.data import DataError
from papers.differentiable_dp.alignment import play as aligning
from papers.differentiable_dp.problem import segments, warps
from papers.differentiable_dp.problem.hmm import STATES, World
from papers.differentiable_dp.sequence_tagging import play as tagging
from papers.differentiable_dp.sequence_tagging.scoring import judged_marginals, span_f1, spans, token_error
from papers.task import AnswerError, Seed
from tests.papers import contestant
from tests.papers.differentiable_dp.operating import Kept


def play(board, task, case, method, index=0):
    named = catalogue.task(task).board("quick").case(case)
    seed = Seed(index, key=f"tests {case} {index}".encode(), salt=b"salt")
    if isinstance(method, str) and catalogue.task(task).method(method).kind == "oracle":
        method = board.oracle(method, named, seed=seed, device="cpu")
    made = contestant.contestant(task, method, seed=index)
    return board.play(named, seed=seed, device="cpu", method=made, report=Kept())


def tag(case, method, index=0):
    return play(tagging, "sequence_tagging", case, method, index)


@cache
def house_scores(slug, index=0):
    """What a house method scores on hmm/50: learnt once for all tests."""
    return tag("hmm/50", slug, index)


def align(case, method, index=0):
    return play(aligning, "alignment", case, method, index)


def test_the_posterior_is_that_of_all_paths():
    rng = np.random.default_rng(0)
    world, tokens = World.draw(rng), rng.integers(0, 20, 4)
    mass = np.zeros((4, STATES))
    best = (0.0, ())
    for path in product(range(STATES), repeat=4):
        weight = world.start[path[0]] * np.prod([world.transitions[a, b] for a, b in pairwise(path)])
        weight *= np.prod(world.emissions[list(path), tokens])
        mass[np.arange(4), path] += weight
        best = max(best, (weight, path))
    np.testing.assert_allclose(world.posterior(tokens), mass / mass.sum(1, keepdims=True), rtol=1e-10)
    assert world.best_path(tokens).tolist() == list(best[1])


def test_the_posterior_of_a_segment_is_that_of_all_segments():
    rng = np.random.default_rng(3)
    world, tokens = segments.World.draw(rng), rng.integers(0, segments.SYMBOLS, 12)
    contents, looks = np.divmod(tokens, segments.LOOKS)
    mass = np.zeros((12, segments.KINDS))
    for kind, around in product(range(segments.KINDS), repeat=2):
        for size in segments.SEGMENTS if kind != around else ():
            for first in range(12 - size + 1):
                inside = (np.arange(12) >= first) & (np.arange(12) < first + size)
                shown = (
                    world.contents[np.where(inside, kind, around), contents] * world.looks[inside.astype(int), looks]
                )
                mass[np.arange(12), (kind + contents) % segments.KINDS] += shown.prod() / (12 - size + 1)
    np.testing.assert_allclose(world.posterior(tokens), mass / mass.sum(1, keepdims=True), rtol=1e-10)


def test_the_bayes_decoder_errs_as_often_as_measured_before():
    errors = []
    for index in range(24):
        rng = np.random.default_rng(index)
        world = World.draw(rng)
        tokens, tags = world.sample(40, rng)
        errors.append(
            np.mean(np.concatenate([world.posterior(x).argmax(1) != y for x, y in zip(tokens, tags, strict=True)]))
        )
    assert np.mean(errors) == pytest.approx(0.315, abs=0.03)  # three standard errors of 24 worlds


@pytest.mark.slow
def test_taggers_stand_in_the_expected_order_and_none_beats_the_bayes_decoder():
    errors = {
        slug: np.mean([house_scores(slug, index)["normalised_error"] for index in range(2)])
        for slug in ("bayes_marginal", "majority", "independent", "counted_hmm", "crf", "l2_surrogate")
    }
    assert errors["bayes_marginal"] == 0
    assert errors["majority"] == 1
    assert 0 < errors["counted_hmm"] < errors["independent"] < 1
    assert errors["crf"] < errors["independent"]
    assert errors["l2_surrogate"] < errors["independent"]


@pytest.mark.slow
def test_nobody_beats_the_bayes_decoder_by_two_standard_errors_unless_tags_leak():
    flag = catalogue.task("sequence_tagging").flags[0]
    for slug in ("independent", "counted_hmm", "perceptron", "crf", "l2_surrogate", "bayes_viterbi"):
        assert np.mean([house_scores(slug, index)["excess_in_errors"] for index in range(2)]) > flag.below
    named = catalogue.task("sequence_tagging").board("quick").case("hmm/50")
    problem = tagging.build(named.params, Seed(0, key=b"tests hmm/50 0", salt=b"salt"))
    answers = {tokens.tobytes(): tags for tokens, tags in zip(problem.test_tokens, problem.test_tags, strict=True)}
    assert tag("hmm/50", Tagger(lambda tokens: answers[tokens.tobytes()]))["excess_in_errors"] < flag.below


@pytest.mark.slow
def test_only_the_squared_norm_gives_exact_zeros():
    assert house_scores("crf")["sparsity"] == 0
    assert house_scores("l2_surrogate")["sparsity"] > 0.1


@pytest.mark.parametrize("op", ["entropy", "l2"])
def test_the_taggers_marginals_are_the_gradient_of_its_value(op):
    module = contestant.load("sequence_tagging", "crf" if op == "entropy" else "l2_surrogate")
    rng = np.random.default_rng(1)
    unary, moves, lengths = rng.normal(size=(2, 6, 4)), rng.normal(size=(4, 4)), np.array([6, 3])
    step, direction = 1e-6, (rng.normal(size=unary.shape), rng.normal(size=moves.shape))
    up, down = (
        module.program(unary + sign * step * direction[0], moves + sign * step * direction[1], lengths)[0].sum()
        for sign in (1, -1)
    )
    _, marginals, pairs = module.program(unary, moves, lengths)
    want = (marginals * direction[0]).sum() + (pairs * direction[1]).sum()
    assert (up - down) / (2 * step) == pytest.approx(want, rel=1e-6)


@pytest.mark.parametrize("op", ["entropy", "l2"])
def test_the_relaxed_loss_has_the_gradient_that_hessian_products_give(op):
    module = contestant.load("sequence_tagging", f"{op}_relaxed")
    rng = np.random.default_rng(2)
    unary, moves, lengths = rng.normal(size=(2, 6, 4)), rng.normal(size=(4, 4)), np.array([6, 3])
    truth = np.eye(4)[rng.integers(0, 4, (2, 6))] * (np.arange(6) < lengths[:, None])[..., None]
    step, direction = 1e-6, (rng.normal(size=unary.shape), rng.normal(size=moves.shape))
    up, down = (
        module.relaxed(unary + sign * step * direction[0], moves + sign * step * direction[1], lengths, truth)[0]
        for sign in (1, -1)
    )
    _, by_unary, by_moves = module.relaxed(unary, moves, lengths, truth)
    want = (by_unary * direction[0]).sum() + (by_moves * direction[1]).sum()
    assert (up - down) / (2 * step) == pytest.approx(want, rel=1e-5)


def test_structured_attention_is_the_marginals_of_a_chain():
    module = contestant.load("sequence_tagging", "structured_attention")
    scores, together = np.random.default_rng(4).normal(size=5), 1.3
    mass, total = np.zeros(5), 0.0
    for states in product((0, 1), repeat=5):
        weight = np.exp(scores @ states + together * sum(a * b for a, b in pairwise(states)))
        mass, total = mass + weight * np.array(states), total + weight
    told = module.structured(module.torch.from_numpy(scores)[None], module.torch.tensor(together))[0]
    np.testing.assert_allclose(told.numpy(), mass / total, rtol=1e-6)


@pytest.mark.slow
def test_who_attends_reads_the_segment_and_who_does_not_cannot():
    errors = {slug: tag("attention/segments", slug)["normalised_error"] for slug in ("crf", "structured_attention")}
    assert 0 < errors["structured_attention"] < 0.4 < 0.6 < errors["crf"]


def test_spans_are_read_strictly():
    assert spans(["B-a", "I-a", "I-b", "O", "I-a"], "IOB2") == {(0, 2, "a"), (2, 3, "b"), (4, 5, "a")}
    assert spans(["B-a", "B-a"], "IOB2") == {(0, 1, "a"), (1, 2, "a")}
    assert spans(["I-a", "I-a", "O"], "IO") == {(0, 2, "a")}
    names = ["O", "B-a", "I-a"]
    truth = [np.array([1, 2, 0, 1])]
    assert span_f1(truth, truth, names, "IOB2") == 1
    assert span_f1([np.array([1, 0, 0, 1])], truth, names, "IOB2") == pytest.approx(0.5)
    assert span_f1([np.zeros(4, int)], truth, names, "IOB2") == 0


def text(case):
    """A problem of the full tier; skipped where its data are not at hand."""
    try:
        return tagging.build(
            catalogue.task("sequence_tagging").board("full").case(case).params, Seed(0, b"tests", b"salt")
        )
    except DataError as error:
        pytest.skip(str(error))


@pytest.mark.slow
def test_the_commonest_tag_of_a_word_is_right_as_often_as_measured_before():
    problem = text("pos/ewt")
    counts = defaultdict(Counter)
    for words, tags in zip(problem.tokens, problem.tags, strict=True):
        for word, tag in zip(words, tags, strict=True):
            counts[word][int(tag)] += 1
    known = {word: tags.most_common(1)[0][0] for word, tags in counts.items()}
    noun = problem.task["names"].index("NOUN")
    tags = [np.array([known.get(word, noun) for word in words]) for words in problem.test_tokens]
    assert 1 - token_error(tags, problem.test_tags) == pytest.approx(0.862, abs=0.003)
    assert 1 - problem.error(problem.trivial) == pytest.approx(0.164, abs=0.003)


def longest_matches(words, known, names):
    """Tags (T,) of the longest runs of words that are known entities."""
    tags, place = ["O"] * len(words), 0
    while place < len(words):
        for end in range(len(words), place, -1):
            if kind := known.get(tuple(words[place:end])):
                tags[place:end] = [f"B-{kind}"] + [f"I-{kind}"] * (end - place - 1)
                place = end - 1
                break
        place += 1
    return np.array([names.index(tag) for tag in tags])


@pytest.mark.slow
def test_a_gazetteer_finds_as_little_in_new_tweets_as_measured_before():
    problem = text("ner/wnut17")
    names, counts = problem.task["names"], defaultdict(Counter)
    for words, tags in zip(problem.tokens, problem.tags, strict=True):
        for first, after, kind in spans([names[tag] for tag in tags], "IOB2"):
            counts[tuple(word.lower() for word in words[first:after])][kind] += 1
    known = {entity: kinds.most_common(1)[0][0] for entity, kinds in counts.items()}
    tags = [longest_matches([word.lower() for word in words], known, names) for words in problem.test_tokens]
    assert span_f1(tags, problem.test_tags, names, "IOB2") == pytest.approx(0.030, abs=0.005)


def test_log_loss_is_bounded_where_a_zero_is_wrong():
    told = judged_marginals(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([1, 0]))
    assert told["nll"] == pytest.approx((-np.log(1e-6) - np.log(0.5)) / 2)
    assert told["sparsity"] == 0.25


class Tagger:
    def __init__(self, tags, marginals=None):
        self.answer, self.rows = tags, marginals

    def fit(self, task, tokens, tags):
        self.size = task["tags"]

    def predict(self, tokens):
        return [self.answer(sequence) for sequence in tokens]


class Sure(Tagger):
    def marginals(self, tokens):
        return [np.full((len(sequence), self.size), 0.5) for sequence in tokens]


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (Tagger(lambda x: np.zeros(len(x) + 1, int)), "shape"),
        (Tagger(lambda x: np.full(len(x), 9)), "from 0 to 4"),
        (Sure(lambda x: np.zeros(len(x), int)), "do not sum to 1"),
    ],
)
def test_answers_that_are_no_tags_are_refused(method, message):
    with pytest.raises(AnswerError, match=message):
        tag("hmm/50", method)


def test_a_tempo_rises_from_end_to_end():
    position = warps.tempo(40, 47, np.random.default_rng(2))
    assert position[0] == 0
    assert position[-1] == pytest.approx(39)
    assert (np.diff(position) > 0).all()


def test_aligners_stand_in_the_expected_order():
    raw, learnt = align("warp/metric", "hard_dtw"), align("warp/metric", "hard_dtw_metric")
    assert align("warp/metric", "exact")["normalised_error"] == 0
    assert align("warp/metric", "diagonal")["normalised_error"] == pytest.approx(1, abs=1e-6)
    assert learnt["normalised_error"] <= 0.25 < raw["normalised_error"]
    assert align("warp/metric", "soft_dtw_metric")["normalised_error"] <= 0.25


def test_a_position_outside_the_score_is_refused():
    class Beyond:
        def fit(self, a, b, positions):
            pass

        def align(self, a, b):
            return np.full(len(b), float(len(a)))

    with pytest.raises(AnswerError, match="align returned"):
        align("warp/noise3", Beyond())
