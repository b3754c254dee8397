"""Runs side by side: what is compared with what, and what is refused."""

import numpy as np
import pytest
from scipy import stats

from leaderboard.boards import compare, standings
from leaderboard.models import Run
from leaderboard.templatetags.show import inside
from papers import catalogue
from tests.leaderboard.test_pages import figures

PAGE = "/tasks/imputation/compare/"


@pytest.fixture
def trio(measured):
    made = [measured(name, value, rebuild=False) for name, value in (("Best", 0.9), ("Middle", 0.5), ("Twin", 0.5))]
    standings.rebuild(catalogue.board("imputation", "quick"))
    return [submission.runs.get() for submission in made]


def page(client, runs, **query):
    return client.get(PAGE, {"run": [run.pk for run in runs]} | query)


def test_differences_are_paired_by_seed_and_stand_in_table_and_figure(client, trio):
    response = page(client, trio[:2])
    first, second = (
        np.array(
            run.scores.filter(case="breast/mcar-20", metric="skill").order_by("seed").values_list("value", flat=True)
        )
        for run in trio[:2]
    )
    low, high = stats.ttest_rel(second, first).confidence_interval(0.95)
    found = response.context["table"][0].differences[1]
    assert (found.low, found.high) == pytest.approx((low, high))
    (trace,) = figures(response)["differences-plot"]["data"]
    assert trace["name"] == "Middle"
    assert trace["x"][0] == pytest.approx((second - first).mean())
    assert "−0.4" in response.content.decode()


def test_where_methods_met_different_problems_the_page_says_so_and_compares_unpaired(client, trio, monkeypatch):
    case = "breast/mcar-20"
    monkeypatch.setitem(vars(catalogue.task("imputation")), "salted_cases", (case,))
    response = page(client, trio[:2])
    first, second = (
        np.array(run.scores.filter(case=case, metric="skill").order_by("seed").values_list("value", flat=True))
        for run in trio[:2]
    )
    low, high = stats.ttest_ind(second, first, equal_var=False).confidence_interval(0.95)
    found = response.context["table"][0].differences[1]
    assert (found.low, found.high) == pytest.approx((low, high))
    assert f"paired by seed, but on {case}: each upload draws those problems for itself" in response.content.decode()
    board = client.get("/tasks/imputation/").content.decode()
    assert f"but on {case}: there each upload draws its problems for itself" in board


def test_the_matrix_says_who_beats_whom_in_either_direction(client, trio):
    for metric in ("skill", "rmse"):
        duels = page(client, trio, metric=metric).context["duels"]
        assert [duel.verdict for duel in duels[0]] == ["", "better", "better"], metric
        assert duels[1][0].verdict == "worse"
        assert duels[1][0].advantage.value == pytest.approx(-duels[0][1].advantage.value)
    assert page(client, trio).context["duels"][1][2].verdict == "undecided"


def test_the_reference_and_the_metric_are_chosen_in_the_address(client, trio):
    response = page(client, trio, to=trio[1].pk, metric="rmse")
    assert response.context["reference"].name == "Middle"
    assert "minus that of Middle" in figures(response)["differences-plot"]["layout"]["xaxis"]["title"]["text"]
    assert response.context["metric"].name == "rmse"


def test_every_chart_knows_the_entries_by_the_same_group(client, trio):
    for figure in figures(page(client, trio)).values():
        assert {trace["name"]: trace["legendgroup"] for trace in figure["data"]}.items() <= {
            "Best": "0",
            "Middle": "1",
            "Twin": "2",
        }.items()


def test_without_a_choice_the_best_three_are_shown_and_an_empty_board_says_so(client, db, trio):
    assert {entry.name for entry in client.get(PAGE).context["entries"]} == {"Best", "Middle", "Twin"}
    assert "nothing to compare" in client.get(PAGE, {"tier": "full"}).content.decode()


def test_at_most_eight_are_shown_and_what_is_left_out_is_said(client, measured):
    runs = [measured(f"m{i}", i / 10, rebuild=False).runs.get() for i in range(9)]
    standings.rebuild(catalogue.board("imputation", "quick"))
    response = page(client, runs)
    assert len(response.context["entries"]) == compare.MOST
    assert "“m8” is left out: 8 at a time." in response.context["refused"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"status": "failed"}, "it is failed"), ({"tier": "full"}, "full tier"), ({"task_version": 7}, "it is stale")],
)
def test_what_can_not_be_compared_is_left_out_with_its_reason(client, trio, change, reason):
    Run.objects.filter(pk=trio[1].pk).update(**change)
    response = page(client, trio)
    assert [entry.name for entry in response.context["entries"]] == ["Best", "Twin"]
    assert reason in response.content.decode()


@pytest.mark.parametrize("run", ["999", "x", "", "-1", "9" * 40, "1 OR 1=1"])
def test_a_run_that_is_not_there_is_no_error(client, trio, run):
    response = client.get(PAGE, {"run": [run, trio[0].pk]})
    assert response.status_code == 200
    assert [entry.name for entry in response.context["entries"]] == ["Best"]


def test_a_disqualified_submission_is_not_compared(client, trio):
    submission = trio[0].submission
    submission.disqualified = "copied"
    submission.save()
    assert [entry.name for entry in page(client, trio).context["entries"]] == ["Middle", "Twin"]


def test_a_case_that_an_entry_lacks_has_no_difference_and_no_verdict_over_all(client, trio):
    trio[1].scores.filter(case="breast/mcar-20", seed=1).delete()
    response = page(client, trio)
    assert response.context["table"][0].differences[1] is None
    assert response.context["duels"][0][1].advantage is None
    assert response.context["table"][1].differences[1] is not None


def test_every_seed_comes_as_csv(client, trio):
    lines = client.get(PAGE + "scores.csv", {"run": [run.pk for run in trio]}).content.decode().splitlines()
    assert lines[0] == "run,method,case,seed,skill"
    assert len(lines) == 1 + 3 * len(catalogue.board("imputation", "quick").plays())


def test_the_page_makes_as_many_queries_for_eight_as_for_two(client, measured, django_assert_max_num_queries):
    runs = [measured(f"m{i}", i / 10, rebuild=False).runs.get() for i in range(8)]
    standings.rebuild(catalogue.board("imputation", "quick"))
    with django_assert_max_num_queries(8):
        page(client, runs)


def test_names_are_escaped(client, measured):
    run = measured("<script>alert(1)</script>", 0.5).runs.get()
    assert "<script>alert" not in page(client, [run]).content.decode()


@pytest.mark.parametrize(
    ("label", "told"),
    [("Mean log gap", "mean log gap"), ("NLL", "NLL"), ("Span F1", "span F1"), ("W₁", "W₁"), ("", "")],
)
def test_a_label_keeps_its_capitals_inside_a_sentence(label, told):
    assert inside(label) == told
