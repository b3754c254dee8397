"""What was recorded of the house methods, with the whole budget, is what is expected of them."""

import pytest

from tests.papers.recorded import Recorded

SELECTION = Recorded("sample_selection")
UNBIASED = ("upper_bound", "upper_bound_1_5", "upper_bound_always", "loss", "random_p", "exact_norm")


def accuracy(slug, case="digits/noise40"):
    return SELECTION.mean(slug, "final_accuracy", case)


def test_the_papers_method_ends_where_uniform_sampling_does():
    assert accuracy("upper_bound") == pytest.approx(accuracy("uniform"), abs=0.03)
    assert accuracy("upper_bound", "digits/clean") == pytest.approx(accuracy("uniform", "digits/clean"), abs=0.01)


def test_under_noise_the_largest_losses_are_worse_and_discounting_hopeless_ones_is_better():
    assert accuracy("top_k") < accuracy("uniform")
    assert accuracy("rho_loss") >= 0.85
    assert accuracy("small_loss") >= 0.88


@pytest.mark.parametrize("slug", ["easiest", "random_p"])
def test_negative_controls_fail(slug):
    for case in SELECTION.board.ranked_cases:
        assert accuracy(slug, case) <= 0.45
        assert accuracy(slug, case) < accuracy("uniform", case) - 0.2


def test_a_budget_was_worth_as_many_steps_as_it_is():
    for case in SELECTION.board.ranked_cases:
        assert SELECTION.mean("uniform", "steps", case) == 4167
        assert SELECTION.mean("upper_bound_always", "steps", case) == 1563


@pytest.mark.parametrize("slug", UNBIASED)
def test_unbiased_methods_had_no_bias_and_never_less_variance_than_is_possible(slug):
    for play in SELECTION.rows[slug].plays:
        assert play.scores["bias"] < 1e-6
        assert play.scores["variance_ratio"] >= play.scores["optimal_variance"]
