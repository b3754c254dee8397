"""The board as a whole: its trust boundary, its controls, and where the house methods land."""

import numpy as np
import pytest

from papers.gain.imputation import play as imputation
from papers.gain.problem.tables import Disguise
from papers.task import AnswerError
from tests.papers.gain.playing import CASES, TASK, Answering, Kept, load, play, seed, skills
from tests.papers.recorded import Recorded

QUICK = TASK.board("quick").ranked_cases
EXPECTED = {  # skill, in the order of QUICK
    "median": (-0.03, -0.03, -0.03, 0.00, 0.02, -0.03, -0.03, -0.04),
    "knn": (0.45, 0.37, 0.15, 0.41, 0.24, 0.23, 0.27, 0.16),
    "iterative_ridge": (0.63, 0.49, 0.13, 0.49, 0.40, 0.17, 0.19, 0.15),
    "mice": (0.56, 0.42, 0.11, 0.41, 0.42, -0.01, -0.01, 0.04),
    "soft_impute": (0.63, 0.53, 0.31, 0.40, 0.18, 0.20, 0.14, 0.03),
    "missforest": (0.58, 0.51, 0.29, 0.49, 0.47, 0.29, 0.27, 0.26),
    "autoencoder": (0.58, 0.51, 0.31, 0.52, 0.54, 0.27, 0.23, 0.26),
    "gain": (0.49, 0.42, 0.18, 0.46, 0.43, 0.18, 0.17, 0.17),
    "gain_official": (0.49, 0.32, -0.89, -0.59, 0.22, 0.05, -0.13, 0.22),
}


def mean_filled(x):
    return np.where(np.isnan(x), np.nanmean(x, axis=0), x).astype(np.float32)


def no_disguise(table, rng):
    d = table.x.shape[1]
    return Disguise(np.arange(d), np.ones(d), np.zeros(d))


# What crosses the boundary


def test_a_method_is_shown_gaps_in_float32_and_nothing_else():
    method = Answering(mean_filled)
    scores = play("breast/mcar-20", method)
    assert method.x.dtype == np.float32
    assert method.x.shape == (455, 30)
    assert abs(np.isnan(method.x).mean() - 0.2) < 0.02
    assert method.categorical.dtype == bool
    assert set(scores) == {"skill", "rmse", "mae", "w1_columns", "energy"}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: x.tolist(), "impute returned a list, expected a float32 array of shape"),
        (lambda x: None, "returned None, expected"),
        (lambda x: x[:-1], r"shape \(454, 30\), expected \(455, 30\)"),
        (lambda x: x.T, r"shape \(30, 455\), expected \(455, 30\)"),
        (lambda x: x.ravel(), r"shape \(13650,\), expected"),
        (lambda x: x.astype(int), "returned an int64 array, expected float32"),
        (lambda x: x.astype(object), "returned an object array"),
        (lambda x: x.astype("U8"), "returned a <U8 array"),
        (lambda x: x.astype(complex), "returned a complex128 array"),
        (lambda x: np.where(np.arange(30) == 3, np.nan, x), r"left 455 of 13650 numbers .* at \[0, 3\]"),
        (lambda x: np.where(np.arange(30) == 3, -np.inf, x), "infinite"),
        (lambda x: np.full(x.shape, 1e30), r"returned 1e\+30 .*expected numbers from -1e\+12 to 1e\+12"),
    ],
    ids=["list", "none", "rows", "transposed", "flat", "int", "object", "text", "complex", "nan", "inf", "huge"],
)
def test_a_malformed_answer_is_refused_with_what_was_expected(spoil, message):
    with pytest.raises(AnswerError, match=message):
        play("breast/mcar-20", Answering(lambda x: spoil(mean_filled(x))))


def test_float64_is_taken_as_well():
    single, double = (play("breast/mcar-20", Answering(lambda x, t=t: mean_filled(x).astype(t))) for t in ("f4", "f8"))
    assert single == double


def test_the_largest_answer_that_is_taken_still_has_finite_scores():
    scores = play("breast/mcar-20", Answering(lambda x: np.full_like(x, 9e11)), tier="full")
    assert np.isfinite(list(scores.values())).all()


def test_changed_observed_cells_are_put_back():
    honest = play("breast/mcar-20", Answering(mean_filled))
    meddling = play("breast/mcar-20", Answering(lambda x: np.where(np.isnan(x), mean_filled(x), 0).astype("f4")))
    assert honest == meddling


def test_the_curve_for_the_pages_holds_quantiles_only():
    report = Kept()
    play("curved/mnar-50", "mean", report=report)
    ((x, series),) = report.curves.values()
    assert len(x) == 41
    assert (series["perfect"] == x).all()
    assert (np.diff(series["imputed"]) >= 0).all()
    again = Kept()
    play("curved/mnar-50", "mean", index=1, report=again)
    assert not again.curves


# What the disguise and the oracle do to scores


def test_the_disguise_does_not_change_what_column_means_score(monkeypatch):
    disguised = play("breast/mnar-50", "mean")
    monkeypatch.setattr(imputation.Disguise, "draw", staticmethod(no_disguise))
    plain = play("breast/mnar-50", "mean")
    assert {name: plain[name] for name in plain} == pytest.approx(disguised, abs=1e-4)


@pytest.mark.parametrize("case", ["curved/mcar-50", "curved/mar-50"])
def test_where_the_mask_tells_nothing_both_oracles_agree(case):
    scores = play(case, "mean")
    assert scores["oracle_skill"] == scores["ignorable_skill"]


def test_under_mnar_the_full_oracle_is_the_better_one():
    for index in range(3):
        scores = play("curved/mnar-50", "mean", index=index)
        assert scores["oracle_skill"] > scores["ignorable_skill"] > 0.4


@pytest.mark.parametrize("case", ["curved/mcar-50", "curved/mnar-50"])
def test_the_oracle_row_answers_the_optimum_through_the_disguise(case):
    best = imputation.oracle("oracle", CASES["quick"][case], seed=seed(0, case), device="cpu")
    scores, other = play(case, best), play(case, "mean")
    assert scores["skill"] == pytest.approx(scores["oracle_skill"], abs=1e-9)
    assert scores["oracle_skill"] == other["oracle_skill"]


def test_no_oracle_is_known_for_a_real_table():
    for case in ("breast/mcar-50", "breast-twin/drawn"):
        assert imputation.oracle("oracle", CASES["quick"][case], seed=seed(0, case), device="cpu") is None


# Controls and published values


@pytest.mark.parametrize("case", QUICK)
def test_column_means_have_no_skill(case):
    assert play(case, "mean")["skill"] == pytest.approx(0, abs=1e-6)


def test_the_negative_control_fails_as_it_must():
    for case in (case for case in QUICK if "mcar" in case):
        assert skills(case, "random_draw", plays=5) == pytest.approx(1 - np.sqrt(2), abs=0.06)
    for case in QUICK:
        assert skills(case, "random_draw", plays=2) < 0


# What the house methods score, as it was recorded


@pytest.fixture(scope="module")
def recorded():
    return Recorded("imputation")


def test_nobody_beats_the_full_oracle(recorded):
    for slug in recorded.rows:
        for case in (case for case in QUICK if case.startswith("curved")):
            pairs = zip(*(recorded.values(slug, metric, case) for metric in ("skill", "oracle_skill")), strict=True)
            assert all(skill < oracle + 0.02 for skill, oracle in pairs), (slug, case)


@pytest.mark.parametrize("slug", EXPECTED)
def test_house_methods_land_where_they_did_in_process(recorded, slug):
    """EXPECTED was measured in this project's first loops over `play`, without a sandbox and on other draws."""
    for case, expected in zip(QUICK, EXPECTED[slug], strict=True):
        wide = 3 if slug == "gain_official" and "mcar" not in case else 1
        allowed = wide * (0.08 if case.startswith("curved") else 0.06)
        assert recorded.mean(slug, "skill", case) == pytest.approx(expected, abs=allowed), case


def test_the_papers_losses_hold_under_mnar_where_the_official_code_falls(recorded):
    paper, official = (recorded.mean(slug, "skill", "breast/mnar-50") for slug in ("gain", "gain_official"))
    assert paper - official > 0.1


def test_gain_needs_its_reconstruction_and_under_mar_its_hint(recorded):
    """Its own loss L_G is worth nothing beside these: a result."""
    whole, without = (
        {slug: recorded.mean(slug, "skill", case) for slug in ("gain", "gain_no_hint", "gain_no_reconstruction")}
        for case in ("breast/mcar-50", "breast/mar-50")
    )
    assert whole["gain_no_reconstruction"] < 0 < whole["gain"]
    assert without["gain_no_hint"] < without["gain"] - 0.1


# The card and its page


def test_the_full_tier_has_the_papers_tables_and_every_mechanism():
    assert len(QUICK) * TASK.board("quick").seeds == 40
    names = set(TASK.board("full").ranked_cases)
    assert {f"{t}/mcar-20" for t in ("breast", "spam", "letter", "credit", "news-part", "factor", "curved")} <= names
    assert {"credit/mcar-80", "letter/mnar-cut-25", "breast/mnar-logit-50"} <= names
    assert len(names) == 7 * 6 + 6 + 3 * 2


def test_the_papers_own_row_belongs_to_the_papers_equations():
    claims = TASK.board("full").evidence.claims
    (claim,) = [c for c in claims if (c.method, c.case, c.metric) == ("GAIN", "letter/mcar-20", "rmse")]
    assert (claim.value, claim.house, claim.tolerance) == (0.1198, "gain", 0.006)
    assert all(claim.status == "transcribed, unchecked" for claim in claims)
    assert not [claim for claim in claims if "news" in claim.case], "a part of a table has no claim beside it"


def test_the_starter_is_a_method_that_a_newcomer_can_read():
    assert len(TASK.code(TASK.method(TASK.starter)).splitlines()) < 30
    assert load(TASK.starter).Method.impute.__doc__
