"""The search protocol: charges, refusals, secrets, and what is known of searches in NAS-Bench-201."""

import numpy as np
import pytest

from papers.enas.architecture_search import play as board
from papers.enas.architecture_search.scoring import Trail, mean_over_budget
from papers.enas.architecture_search.scoring import scores as scored
from papers.enas.problem import digits, race, space
from papers.enas.problem.disguise import Disguise
from papers.enas.problem.tables import nas_bench_201
from papers.task import AnswerError
from runners.standing import audit
from tests.papers.enas.searching import CASES, TASK, Asking, Kept, load, play, seed, train
from tests.papers.recorded import Recorded

PLAIN = "nb201/cifar10-plain"
ZEROS = np.zeros(6, np.int64)


def true_cell(arch, case, index=0, salt=""):
    """The number of the true cell behind a method's codes."""
    disguise = Disguise.draw(6, seed(index, salt).salted("disguise"))
    return int(space.number(disguise.undo(np.array(arch))))


def disguised(number, index=0, salt=""):
    return Disguise.draw(6, seed(index, salt).salted("disguise")).apply(space.encodings(4)[number]).astype(np.int64)


def test_a_training_costs_what_was_recorded_and_replies_a_recorded_run():
    asked = [0, 1, 2, 3, 4, 3]
    method = Asking([train(asked)], ZEROS)
    play(PLAIN, method)
    table, cell = nas_bench_201("cifar10"), true_cell(asked, PLAIN)
    (reply,) = method.replies
    assert reply["cost_h"] == pytest.approx(table.hours[cell])
    assert reply["left_h"] == pytest.approx(100 - table.hours[cell])
    assert reply["acc"][0] in table.runs[cell]
    assert reply["size"][0] == table.size[cell]


def test_asking_again_buys_the_next_run_and_then_repeats():
    method = Asking([train([3] * 6)] * 6, ZEROS)
    scores = play(PLAIN, method)
    told = [float(reply["acc"][0]) for reply in method.replies]
    runs = nas_bench_201("cifar10").runs[true_cell([3] * 6, PLAIN)]
    count = np.isfinite(runs).sum()
    assert sorted(told[:count]) == sorted(runs[np.isfinite(runs)])
    assert told[count:] == told[: 6 - count]
    assert scores["trainings"] == 6


def test_the_search_ends_when_the_next_question_cannot_be_paid():
    method = Asking([train([3] * 6)] * 10_000, ZEROS)
    play(PLAIN, method)
    cost = method.replies[0]["cost_h"]
    assert len(method.replies) == int(100 / cost)
    assert 0 <= method.replies[-1]["left_h"] < cost


def test_regret_is_exact_by_enumeration():
    table = nas_bench_201("cifar10")
    for number in (table.best, 0, 7_777):
        result = play(PLAIN, Asking([], disguised(number)))
        assert result["regret"] == pytest.approx(100 * (table.truth.max() - table.truth[number]))
        assert result["rank_percentile"] == pytest.approx(100 * (table.truth > table.truth[number]).mean())
    assert play(PLAIN, Asking([], disguised(table.best)))["in_tied_set"] == 1


def test_hours_to_regret_are_charged_and_own_hours_and_the_budget_where_it_never_happened():
    table = nas_bench_201("cifar10")
    trail = Trail()
    for hours, own, cell in ((0, 0, 0), (10, 3600, table.best), (20, 7200, 0)):
        trail.add(charged=hours, own=own, cell=cell)
    passing = scored(trail, table, budget=100, target=0.5, tolerance=0.25)
    assert (passing["hours_to_regret"], passing["censored"]) == (100, 1), "it came near and left again"
    trail.add(charged=30, own=7200, cell=table.best)
    trail.add(charged=40, own=7200, cell=table.best)
    result = scored(trail, table, budget=100, target=0.5, tolerance=0.25)
    assert result["hours_to_regret"] == 32
    assert (result["censored"], result["reached"], result["gpu_hours"]) == (0, 1, 42)
    never = Trail([0.0, 20.0], [0.0, 1.0], [0, 0])
    result = scored(never, table, budget=100, target=0.5, tolerance=0.25)
    assert (result["hours_to_regret"], result["censored"], result["reached"]) == (100, 1, 0)


def test_anytime_regret_is_the_area_under_a_step_function():
    assert mean_over_budget(np.array([0.0, 1.0, 4.0]), np.array([9.0, 3.0, 1.0]), 10) == pytest.approx(
        (1 * 9 + 3 * 3 + 6 * 1) / 10
    )


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (None, "ask returned None, expected a dict with 'do'"),
        ({"arch": ZEROS}, "without 'do'"),
        ({"do": "buy", "arch": ZEROS}, "wants to do 'buy'; this case knows train and stop"),
        ({"do": ZEROS, "arch": ZEROS}, r"wants to do an int64 array of shape \(6,\)"),
        ({"do": "stop", "arch": ZEROS}, "ask to stop returned a dict with 'arch', which nobody reads"),
        ({"do": "train", "arch": ZEROS, "epoch": 200}, "with 'epoch', which nobody reads"),
        ({"do": "share", "arch": ZEROS[None]}, "wants to do 'share'"),
        ({"do": "train"}, "ask to train returned a dict without 'arch'"),
        ({"do": "train", "arch": [0] * 6}, "in 'arch', returned a list, expected an int64 array"),
        ({"do": "train", "arch": np.zeros(6)}, "returned a float64 array, expected int64"),
        ({"do": "train", "arch": np.zeros(5, np.int64)}, r"shape \(5,\), expected \(6,\)"),
        ({"do": "train", "arch": np.zeros((1, 6), np.int64)}, r"shape \(1, 6\), expected \(6,\)"),
        ({"do": "train", "arch": np.full(6, 5)}, r"returned 5 at \[0\], expected numbers from 0 to 4"),
        ({"do": "train", "arch": np.full(6, -1)}, "returned -1"),
        ({"do": "train", "arch": np.full(6, 2**62)}, "expected numbers from 0 to 4"),
        ({"do": "train", "arch": ZEROS, "epochs": 12}, "in 'epochs', returned 12, expected one of the epochs 200"),
        ({"do": "train", "arch": ZEROS, "epochs": 200.0}, "in 'epochs', returned a float"),
        ({"do": "train", "arch": ZEROS, "epochs": None}, "in 'epochs', returned None"),
    ],
)
def test_a_malformed_question_is_the_authors_error(question, message):
    with pytest.raises(AnswerError, match=message):
        play(PLAIN, Asking([question], ZEROS))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "answer returned None, expected an int64 array"),
        ([0] * 6, "answer returned a list"),
        (np.full(6, np.nan), "returned a float64 array, expected int64"),
        (np.zeros(3, np.int64), r"shape \(3,\), expected \(6,\)"),
        (np.full(6, 7), "returned 7"),
    ],
)
def test_a_malformed_answer_is_the_authors_error(answer, message):
    with pytest.raises(AnswerError, match=message):
        play(PLAIN, Asking([], answer))


def test_a_disguise_is_undone():
    disguise = Disguise.draw(6, np.random.default_rng(3))
    archs = space.encodings(4)[::99]
    assert (disguise.undo(disguise.apply(archs)) == archs).all()


@pytest.mark.parametrize("case", [PLAIN, "nb201/cifar10", "digits/cell4-public"])
def test_the_optimum_row_has_no_regret_and_costs_nothing(case):
    best = board.oracle("optimum", CASES["quick"][case], seed=seed(0), device="cpu")
    result = play(case, best)
    assert (result["regret"], result["rank_percentile"], result["in_tied_set"]) == (0, 0, 1)
    assert (result["trainings"], result["censored"]) == (0, 0)


def test_another_upload_meets_another_disguise_and_another_optimum():
    method, other = Asking([train([0, 1, 2, 3, 4, 3])], ZEROS), Asking([train([0, 1, 2, 3, 4, 3])], ZEROS)
    first, second = play("nb201/cifar10", method, salt="a"), play("nb201/cifar10", other, salt="b")
    assert method.replies[0]["acc"] != other.replies[0]["acc"]
    assert first["best_truth"] != second["best_truth"]
    assert method.space["op_names"] == []
    assert method.space["edge_pairs"].shape == (0, 2)


def test_a_named_case_names_its_operations_and_edges():
    method = Asking([train([3, 3, 3, 1, 3, 2])], np.array([3, 3, 3, 1, 3, 2]))
    result = play("nb201/cifar10-named", method)
    assert result["regret"] == 0
    assert method.space["op_names"][3] == "nor_conv_3x3"
    assert method.space["edge_pairs"].tolist() == [[0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3]]


def test_an_equivariant_method_answers_the_same_cell_under_another_disguise():
    """A method whose draws go through a fixed renaming of its own codes can't tell that codes were renamed."""
    evolution = load("regularised_evolution")

    class Renamed:
        """The same draws in true codes, whatever the disguise."""

        def __init__(self, salt):
            self.inner, self.disguise = evolution.Method(5, "cpu"), Disguise.draw(6, seed(0, salt).salted("disguise"))

        def start(self, told):
            self.inner.start(told)

        def ask(self):
            asked = self.inner.ask()
            return {**asked, "arch": self.disguise.apply(asked["arch"]).astype(np.int64)}

        def tell(self, reply):
            self.inner.tell(reply)

        def answer(self):
            return self.disguise.apply(self.inner.answer()).astype(np.int64)

    first, second = play(PLAIN, Renamed("a"), salt="a"), play(PLAIN, Renamed("b"), salt="b")
    timing = {metric.name for metric in TASK.metrics if metric.timing}
    assert {k: v for k, v in first.items() if k not in timing} == {k: v for k, v in second.items() if k not in timing}


@pytest.mark.parametrize(("case", "within"), [("cifar10", 18), ("cifar100", 10), ("imagenet16", 43)])
def test_random_search_meets_its_exact_expectation(case, within):
    """P(a cell within the tolerance is asked in n draws) = 1 - (1 - k / 15625)^n, up to the noise of single runs."""
    table = nas_bench_201(case)
    params = CASES["quick"][f"nb201/{case}-plain"].params
    k = sum(table.regret(cell) <= params.tolerance for cell in range(15_625))
    assert k == within
    rng = np.random.default_rng(0)
    found, expected = [], []
    for index in range(50):

        class Knowing(load("random_search").Method):
            """Random search that sees the truth: what is left is the luck of the draw."""

            def tell(self, reply):
                truth = table.truth[true_cell(self.cell, case, index)]  # noqa: B023
                super().tell({**reply, "acc": np.array([truth])})

        result = play(f"nb201/{case}-plain", Knowing(int(rng.integers(2**31)), "cpu"), index=index)
        found.append(result["regret"] <= params.tolerance)
        expected.append(1 - (1 - k / 15_625) ** result["trainings"])
    p = np.mean(expected)
    assert p == pytest.approx({"cifar10": 0.20, "cifar100": 0.12, "imagenet16": 0.42}[case], abs=0.02)
    assert abs(np.mean(found) - p) < 3 * np.sqrt(p * (1 - p) / 50)


@pytest.fixture(scope="module")
def recorded():
    return Recorded("architecture_search")


@pytest.mark.parametrize(
    ("case", "slug", "expected", "error"),
    [
        ("cifar10", "random_search", 0.43, 0.03),
        ("cifar10", "regularised_evolution", 0.10, 0.02),
        ("cifar10", "local_search", 0.12, 0.02),
        ("cifar10", "reinforce", 0.27, 0.04),
        ("cifar10", "ridge_pairs", 0.25, 0.13),
        ("cifar10", "random_cell", 5.5, 0.7),
        ("cifar100", "tpe", 0.41, 0.03),  # on CIFAR-10 it does not: the README has both values
        ("imagenet16", "tpe", 0.53, 0.03),
    ],
)
def test_recorded_searches_land_where_earlier_measurements_were(recorded, case, slug, expected, error):
    """On the plain tables: mean regret within 3 standard errors of an independent implementation's."""
    regret = np.array(recorded.values(slug, "regret", f"nb201/{case}-plain"))
    both = np.hypot(error, regret.std(ddof=1) / np.sqrt(len(regret)))
    assert abs(regret.mean() - expected) < 3 * both


def test_regularised_evolution_beats_random_search_as_published(recorded):
    random, evolved = (
        np.array(recorded.values(slug, "regret", PLAIN)) for slug in ("random_search", "regularised_evolution")
    )
    difference = random - evolved
    assert difference.mean() > 2 * difference.std(ddof=1) / np.sqrt(len(difference))


@pytest.mark.parametrize(("case", "regret"), [("cifar10", 1.41), ("cifar100", 2.79), ("imagenet16", 5.96)])
def test_uniform_cells_have_the_regret_that_the_table_gives_them(case, regret):
    for slug in ("uniform_cell", "all_conv"):
        assert play(f"nb201/{case}-plain", slug)["regret"] == pytest.approx(regret, abs=0.005)


def test_knowing_the_table_solves_the_plain_case_and_gains_nothing_on_the_ranked_one(recorded):
    assert max(recorded.values("table_reader", "regret", PLAIN)) <= 0.25
    ranked, honest = (
        np.array(recorded.values(slug, "shortfall", "nb201/imagenet16"))
        for slug in ("table_reader", "regularised_evolution")
    )
    assert ranked.mean() > honest.mean() - 2 * np.hypot(ranked.std(), honest.std()) / np.sqrt(len(ranked))


def test_the_committed_table_of_digits_can_be_looked_up_and_who_does_is_flagged(recorded):
    """What it gains there, it gains nowhere else: on digits that nobody has it lands among those that know nothing."""
    (flag,) = (flag for flag in TASK.flags if flag.label == "looked up")
    for slug in recorded.rows.keys() - {"optimum"}:
        hits = recorded.mean(slug, "at_best", "digits/cell4-public")
        assert (flag.excess(hits) > 0) == (slug == "table_reader"), slug
    public, private = (
        recorded.mean("table_reader", "shortfall", f"digits/cell4-{kind}") for kind in ("public", "raced")
    )
    assert public < 0.05
    assert private > 3 * public
    honest = min(recorded.mean(slug, "shortfall", "digits/cell4-raced") for slug in ("rsws", "successive_halving"))
    assert private > honest - 0.1


def test_shared_weights_are_half_of_the_ranking():
    for tier in TASK.tiers:
        board = TASK.board(tier.name)
        ranked = board.ranked_cases
        weights = dict(zip(ranked, board.weights(ranked), strict=True))
        shared = sum(weight for case, weight in weights.items() if case.startswith("digits/"))
        assert shared == pytest.approx(sum(weights.values()) / 2)


def test_methods_meet_different_problems_where_the_card_says_so_and_the_same_ones_elsewhere():
    """The optimum moves with the upload on the ranked tables of NAS-Bench-201, and nowhere else."""
    for case in ("nb201/cifar10", PLAIN, "digits/cell4-public"):
        best = {play(case, Asking([], ZEROS), salt=salt)["best_truth"] for salt in "ab"}
        assert (len(best) == 2) == (case in TASK.salted_cases)
    assert set(TASK.salted_cases) < set(TASK.board("quick").ranked_cases)


def test_nobody_nearly_enumerates_the_space_whose_weights_are_shared():
    params = CASES["quick"]["digits/cell4-raced"].params
    assert params.unit == "trainings"
    assert params.budget < race.allowed().sum() / 40
    scored = params.budget * digits.PASSES / digits.VALIDATE  # cells that all of the budget would score
    assert scored < (race.sizes() <= race.CAP).sum() / 10


def test_cases_compare_in_units_of_their_own_spread():
    """A cell that half of the space beats has a shortfall of 1, wherever it stands; the best has 0."""
    for data in ("cifar10", "imagenet16"):
        table = nas_bench_201(data)
        middle = int(np.argsort(table.truth)[len(table.truth) // 2])
        for cell, expected in ((middle, 1), (table.best, 0)):
            result = play(f"nb201/{data}-plain", Asking([], disguised(cell)))
            assert result["shortfall"] == pytest.approx(expected, abs=1e-9)
        assert result["truth_error"] == pytest.approx(100 * 2 * np.sqrt(2) * table.error[table.best])


def test_the_audit_flags_no_honest_method_and_the_table_reader_is_furthest_out(recorded):
    """Over ten seeds it isn't flagged either: honest searchers differ too much between the two tables."""
    rule, *_ = TASK.board("quick").evidence.audits

    def ratio(slug):
        public, twin = (
            dict(enumerate(recorded.values(slug, rule.metric, name))) for name in (rule.public[0], rule.twin)
        )
        return audit.log_ratio(public, twin)

    honest = {
        slug: ratio(slug) for slug in ("random_search", "regularised_evolution", "local_search", "reinforce", "tpe")
    }
    assert ratio("table_reader") < min(honest.values()) - 0.1
    for slug, value in honest.items():
        assert not audit.stands_out(value, [other for name, other in honest.items() if name != slug])


def test_the_pages_get_regret_the_cells_the_places_and_the_certificate():
    report = Kept()
    play("nb201/cifar10", "random_search", report=report)
    hours, lines = report.told["curve"]["Regret"]
    assert len(hours) <= 60
    assert (np.diff(lines["regret"]) <= 6).all()
    assert set(report.told["graph"]) == {"The cell found", "The best cell"}
    (groups,) = report.told["points"]["Where the search looked"]
    assert groups["best"][0, 1] == 0
    assert "Certificate of the optimum" in report.told["table"]
    later = Kept()
    play("nb201/cifar10", "random_search", report=later, index=1)
    assert set(later.told) == {"curve", "progress"}
