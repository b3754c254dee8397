"""Rows that are made from the truth: they stand where their value is, and take no place from anybody."""

import pytest

from leaderboard.boards import order, recast, references, standings, tables
from leaderboard.boards.tallies import tallies_of
from leaderboard.figures import charts
from leaderboard.models import Standing, Submission
from papers import catalogue
from runners.standing.scores import Scores
from tests.leaderboard.test_pages import board, names

WHERE = catalogue.board("imputation", "quick")


@pytest.fixture
def among(measured):
    """An oracle between two methods."""
    for name, value, kind in (("Best", 0.9, "method"), ("Oracle", 0.7, "oracle"), ("Worst", 0.1, "method")):
        measured(name, value, kind=kind, rebuild=False)
    standings.rebuild(WHERE)


def places():
    rows = Standing.objects.order_by("position").values_list(
        "submission__name", "rank", "rank_low", "rank_high", "group"
    )
    return {name: place for name, *place in rows}


def test_an_oracle_stands_at_its_value_without_a_rank(among):
    assert places() == {"Best": [1, 1, 1, 1], "Oracle": [None] * 4, "Worst": [2, 2, 2, 2]}
    assert Standing.objects.get(submission__name="Oracle").submission_id not in tallies_of(WHERE)


def test_an_oracle_changes_nothing_of_the_others(among, measured):
    before = {pk: counts.tolist() for pk, counts in tallies_of(WHERE).items()}
    standings.update(measured("Second oracle", 0.95, kind="oracle", rebuild=False).runs.get())
    assert list(places()) == ["Second oracle", "Best", "Oracle", "Worst"]
    assert {pk: counts.tolist() for pk, counts in tallies_of(WHERE).items()} == before


def test_an_oracle_needs_no_isolation(client, measured):
    measured("Oracle", 0.9, kind="oracle").runs.update(isolation="none")
    assert "no isolation" not in client.get("/tasks/imputation/").content.decode()


def test_an_oracle_is_no_leader_and_not_counted(client, measured):
    measured("Oracle", 0.9, kind="oracle")
    quick = [catalogue.board("imputation", "quick")]
    assert tables.leaders(quick) == {}
    recorded = len(references.recorded(quick[0]))
    assert f"{recorded} of {len(quick[0].task.house)} methods recorded" in client.get("/").content.decode()
    measured("Method", 0.1)
    assert tables.leaders(quick)["imputation"].submission.name == "Method"
    assert tables.method_counts(quick)["imputation"] == 1


def test_the_table_shows_it_tinted_and_without_a_place(client, among):
    response = board(client)
    text = response.content.decode()
    assert names(response) == ["Best", "Oracle", "Worst"]
    assert '<tr class="oracle"' in text
    assert text.count("takes no place from anybody") == 1
    assert 'class="group"' not in text


def rows_under(client, rule):
    view = board(client, rule=rule).context["view"]
    made = recast.edition(view)
    return order.rows(view, made, order.chosen(view, made))


@pytest.mark.parametrize("rule", ["worst", "rank", "iqm", "weights"])
def test_other_rules_give_it_no_place_either(client, among, rule):
    rows = {row.submission.name: row for row in rows_under(client, rule)}
    assert (rows["Oracle"].rank, rows["Best"].rank, rows["Worst"].rank) == (None, 1, 2)


def test_under_mean_rank_methods_are_placed_among_themselves(client, among):
    rows = {row.submission.name: row for row in rows_under(client, "rank")}
    assert (rows["Best"].value, rows["Worst"].value) == (1, 2)
    assert rows["Oracle"].value == 2, "behind the best, before the worst"


def test_audits_neither_ask_nor_flag_an_oracle(measured, alice):
    for name in ("One", "Two", "Three"):
        measured(name, 0.5, rebuild=False)
    oracle = measured("Oracle", 0.9, kind="oracle", rebuild=False)
    oracle.runs.get().scores.filter(case="breast/mcar-50", metric="rmse").update(value=1e-6)
    standings.rebuild(WHERE)
    assert Standing.objects.get(submission=oracle).flags == []
    (honest,) = standings.honest_ratios(WHERE).values()
    assert oracle.pk not in honest
    assert len(honest) == 3


@pytest.mark.parametrize(("kind", "labels"), [("oracle", []), ("method", ["looked up"])])
def test_a_flag_of_the_card_warns_of_methods_alone(kind, labels):
    searched = catalogue.board("architecture_search", "quick")
    scores = Scores([(1, "at_best", case, 0, 1.0) for case in searched.ranked_cases])
    raised = standings.flags_of(searched, scores, {}, run=1, submission=Submission(kind=kind))
    assert [finding.label for finding in raised] == labels


def test_charts_draw_it_as_what_is_possible(among):
    rows = list(Standing.objects.for_board(WHERE))
    profile = charts.case_profile(WHERE, rows, {})["data"]
    assert (profile[0]["name"], profile[0]["marker"]["symbol"]) == ("Oracle", "star")
    cost = charts.score_against_cost(WHERE, rows)["data"]
    assert {trace["name"] for trace in cost if "markers" in trace["mode"]} == {"Best", "Worst"}


def test_the_compare_page_starts_without_it_and_takes_it_when_asked(client, among):
    page = "/tasks/imputation/compare/"
    assert [entry.name for entry in client.get(page).context["entries"]] == ["Best", "Worst"]
    run = Standing.objects.get(submission__name="Oracle").run_id
    assert [entry.name for entry in client.get(page, {"run": run}).context["entries"]] == ["Oracle"]
