"""What a visitor may ask of a board in its address: rules, days, columns, costs, exports, and who doesn't rank."""

import csv
import io
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from leaderboard.boards import recast, standings
from leaderboard.figures import charts
from leaderboard.machine import environment
from leaderboard.models import DriftFlag, Recast, Run, Score, Standing, Submission
from leaderboard.running import aside
from papers import catalogue
from papers.metrics import Metric
from runners.figures import style
from runners.standing import statistics
from tests.leaderboard.test_boards import again
from tests.leaderboard.test_pages import BOARD, board, names

FIRST = "breast/mcar-20"
DIRECTIONS = [
    Metric(name="x", label="X", better="higher", description=""),
    Metric(name="x", label="X", better="lower", description=""),
    Metric(name="x", label="X", better="nearest", target=0.3, description=""),
]


@pytest.fixture
def uneven(measured):
    """One method is better on average, the other in its worst case."""
    steady = measured("Steady", 0.5, spread=0.01, rebuild=False)
    brilliant = measured("Brilliant", 0.7, spread=0.01, rebuild=False)
    brilliant.runs.get().scores.filter(case=FIRST, metric="skill").update(value=0.1)
    standings.rebuild(catalogue.board("imputation", "quick"))
    return steady, brilliant


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({}, ["Brilliant", "Steady"]),
        ({"rule": "worst"}, ["Steady", "Brilliant"]),
        ({"rule": "iqm"}, ["Brilliant", "Steady"]),
        ({"rule": "rank"}, ["Brilliant", "Steady"]),
        ({"rule": "weights", f"w:{FIRST}": "100"}, ["Steady", "Brilliant"]),
        ({"rule": "weights"}, ["Brilliant", "Steady"]),
        ({"rule": "nonsense"}, ["Brilliant", "Steady"]),
        ({"rule": "worst", "sort": "-rmse"}, ["Steady", "Brilliant"]),
        ({"rule": "worst", "sort": "method"}, ["Brilliant", "Steady"]),
        ({"rule": "worst", "q": "brill"}, ["Brilliant"]),
    ],
)
def test_a_viewer_chooses_the_rule_in_the_address(client, uneven, query, order):
    assert names(board(client, **query)) == order


def test_a_chosen_rule_shows_its_own_values_and_intervals(client, uneven):
    worst = board(client, rule="worst").context["rows"][1][0]
    scores = np.array(Standing.objects.get(submission__name="Brilliant").scores)
    expected = statistics.estimates(scores.min(axis=0)[None])[0]
    assert (worst.value, worst.low) == pytest.approx((expected.value, expected.low))
    ranked = board(client, rule="rank")
    assert ranked.context["rows"][0][0].value == pytest.approx(1 + 1 / 8), "ahead on 7 of 8 cases"
    assert "mean rank ↓" in ranked.content.decode()
    assert Standing.objects.get(submission__name="Brilliant").value == pytest.approx(
        ((4 * 0.7 + 0.1) / 5 + 0.7) / 2, abs=0.01
    )


def test_best_per_author_holds_under_every_rule(client, measured, alice):
    for name, value in (("First", 0.2), ("Second", 0.6)):
        measured(name, value, author=alice, rebuild=False)
    measured("House", 0.1, rebuild=False)
    standings.rebuild(catalogue.board("imputation", "quick"))
    for query in ({}, {"rule": "worst"}, {"rule": "iqm", "q": "e"}):
        assert "First" not in names(board(client, authors="best", **query))
        assert "House" in names(board(client, authors="best", **query))


def test_the_board_as_of_a_day_is_that_days(client, measured, alice):
    old = measured("Long here", 0.4, author=alice, rebuild=False)
    old.runs.update(ended=datetime(2026, 1, 5, 12, tzinfo=UTC))
    again(old, 0.9)
    late = measured("Late", 0.6, author=alice, rebuild=False)
    late.runs.update(ended=datetime(2026, 2, 1, tzinfo=UTC))
    standings.rebuild(catalogue.board("imputation", "quick"))
    assert names(board(client)) == ["Long here", "Late"]
    assert names(board(client, asof="2026-02-01")) == ["Late", "Long here"]
    assert names(board(client, asof="2026-01-31")) == ["Long here"]
    assert names(board(client, asof="2026-01-04")) == []
    assert names(board(client, asof="not a day")) == ["Long here", "Late"]
    rows = list(csv.DictReader(io.StringIO(client.get(BOARD + "board.csv", {"asof": "2026-01-31"}).content.decode())))
    assert float(rows[0]["skill"]) == pytest.approx(0.4, abs=0.01)


def test_columns_are_chosen_in_the_address(client, measured):
    measured("One", 0.5)
    shown = [header["name"] for header in board(client).context["headers"]]
    assert shown == ["method", "skill", "rmse", "cpu", "author", "date"]
    chosen = board(client, col="seconds")
    assert [header["name"] for header in chosen.context["headers"]] == ["method", "skill", "seconds"]
    assert "col=seconds" in chosen.context["by_rank"], "links keep the view"


def test_a_view_is_restored_by_its_own_link(client, measured):
    measured("One", 0.5)
    query = {
        "rule": "weights",
        f"w:{FIRST}": "3",
        "sort": "-rmse",
        "authors": "best",
        "cost": "memory",
        "asof": "2027-01-01",
    }
    view = board(client, **query).context["view"]
    assert client.get(BOARD + view.query()).context["view"] == view
    assert view.weights == ((FIRST, 3.0),)


@pytest.mark.parametrize("weight", ["-1", "nan", "inf", "x", "1e9"])
def test_a_weight_that_is_none_counts_as_one(client, uneven, weight):
    assert names(board(client, rule="weights", **{f"w:{FIRST}": weight})) == ["Brilliant", "Steady"]


def test_those_who_do_not_rank_are_listed_with_their_reason(client, measured, alice):
    measured("Whole", 0.5)
    lacking = measured("Lacking", 0.6, rebuild=False)
    lacking.runs.get().scores.filter(metric="skill", seed=4).delete()
    measured("Former", 0.7, rebuild=False).runs.update(task_version=0)
    for name, fields in {
        "Failing": {"status": "failed", "failure_whose": "author", "failure_message": "it raised"},
        "Unlucky": {"status": "failed", "failure_whose": "ours"},
        "Waiting": {"status": "queued"},
        "Stopped": {"status": "cancelled"},
    }.items():
        Run.objects.filter(submission=measured(name, 0.9, rebuild=False)).update(**fields)
    measured("Cheat", 0.9, disqualified="copied", rebuild=False)
    standings.rebuild(catalogue.board("imputation", "quick"))
    reasons = {run.submission.name: reason for run, reason in board(client).context["unranked"]}
    assert reasons == {
        "Lacking": "incomplete: Skill is missing on a ranked case and seed",
        "Former": "stale: it ran under version 0, now it is 3",
        "Failing": "failed: it raised",
        "Unlucky": "failed by our fault",
        "Waiting": "queued: 45 of 45 plays",
        "Stopped": "cancelled",
    }
    assert "it raised" in board(client).content.decode()
    assert names(board(client)) == ["Whole"]


def test_flags_are_buttons_with_an_explanation(client, measured, alice):
    boastful = measured("Boastful", 0.5, author=alice, claimed_value=0.95)
    measured("Modest", 0.5, author=alice, claimed_value=0.1)
    house = measured("GAIN (paper)", 0.2, house_slug="gain")
    run = house.runs.get()
    Run.objects.filter(pk=run.pk).update(isolation="none")
    DriftFlag.objects.create(run=run, reference=boastful.runs.get(), shifts=[{"metric": "skill"}])
    shown = {row.submission.name: [label for label, _ in flags] for row, flags in board(client).context["rows"]}
    assert shown == {
        "Boastful": ["forecast missed"],
        "Modest": [],
        "GAIN (paper)": ["no isolation", "drift"],
    }
    text = board(client).content.decode()
    assert "Its author expected 0.950" in text
    assert text.count("popovertarget=") == text.count(" popover class") == 3


def test_tie_groups_are_drawn_in_the_ranking_only(client, measured):
    for name, value in (("A", 0.9), ("B", 0.1), ("Also B", 0.1001)):
        measured(name, value, rebuild=False)
    standings.rebuild(catalogue.board("imputation", "quick"))
    text = board(client).content.decode()
    assert text.count('class="group"') == 1, "an entry alone needs no heading"
    assert "Tie group 2" in text
    assert text.count("method leads") == 2
    assert 'class="group"' not in board(client, sort="method").content.decode()


def test_no_row_of_the_pareto_front_is_beaten_in_both():
    rng = np.random.default_rng(0)
    gains, spent = (dict(enumerate(rng.normal(size=60).tolist())) for _ in range(2))
    kept = set(charts.pareto(gains, spent))
    for run in gains:
        beaten = any(gains[other] >= gains[run] and spent[other] <= spent[run] for other in gains if other != run)
        assert (run in kept) == (not beaten)


def test_the_cost_is_chosen_and_fronts_stay_within_a_device_class(measured):
    for index, (seconds, device) in enumerate([(1, "cpu"), (2, "cpu"), (0.1, "cuda"), (0.2, "cuda")]):
        measured(f"m{index}", index / 5, rebuild=False).runs.update(
            seconds=seconds, memory_bytes=1 << 20, device=device
        )
    standings.rebuild(catalogue.board("imputation", "quick"))
    where = catalogue.board("imputation", "quick")
    rows = list(Standing.objects.for_board(where))
    figure = charts.score_against_cost(where, rows, "seconds")
    fronts = {"Pareto front, cpu", "Pareto front, cuda"}
    assert {trace["name"] for trace in figure["data"]} == fronts | {"m0", "m1", "m2", "m3"}
    memory = charts.score_against_cost(where, rows, "memory")
    assert [trace["x"] for trace in memory["data"]] == [[1.0]] * 4
    low, high = memory["layout"]["xaxis"]["range"]
    assert (low + high) / 2 == pytest.approx(0)
    assert high - low > 1, "equal costs lie in the middle of a decade, not on a magnified nothing"


def test_the_charts_show_the_rows_that_the_table_shows_in_the_metric_that_it_is_sorted_by(client, measured):
    for index in range(10):
        measured(f"Method {index}", index / 10, kind="baseline" if index % 2 else "method", rebuild=index == 9)

    def drawn(**query):
        context = board(client, **query).context
        cost, profile = context["cost_figure"], context["profile_figure"]
        return {one["name"]: one for one in cost["data"]}, {one["name"]: one for one in profile["data"]}, context

    cost, profile, context = drawn()
    assert len(cost) == 10
    assert all(cost[name]["marker"]["color"] == profile[name]["marker"]["color"] for name in profile), "one colour"
    assert {cost[name]["marker"]["symbol"] for name in ("Method 1", "Method 9")} == {"square"}, "one shape for a kind"
    assert {cost[name]["marker"]["symbol"] for name in ("Method 0", "Method 2")} == {"circle"}
    assert cost["Method 0"]["marker"]["color"] == style.GREY, "the ninth and tenth have no colour of their own"
    assert "lines" not in profile["Method 9"]["mode"], "cases have no order"
    cost, profile, _ = drawn(q="method 3")
    assert set(cost) == set(profile) == {"Method 3"}
    cost, _, context = drawn(sort="rmse")
    assert cost["Method 9"]["y"] == pytest.approx([0.1 - 0.9 / 20])
    assert context["score_label"].startswith("RMSE")
    cost, _, context = drawn(rule="rank")
    assert cost["Method 9"]["y"] == [1]
    assert context["score_label"] == "Skill, mean rank ↓"
    assert context["better_is"] == "Down"
    assert board(client, asof="2020-01-01").context["cost_figure"] is None


def test_raw_scores_come_as_csv_and_json(client, measured):
    measured("=cmd()", 0.5, rebuild=False)
    measured("Failed", 0.5, rebuild=False).runs.update(status="failed")
    standings.rebuild(catalogue.board("imputation", "quick"))
    rows = list(csv.DictReader(io.StringIO(client.get(BOARD + "scores.csv").getvalue().decode())))
    assert len(rows) == 90
    assert rows[0]["method"] == "'=cmd()"
    told = json.loads(client.get(BOARD + "scores.json").getvalue())
    assert len(told["rows"]) == 90
    assert {tuple(row[3:6]): row[6] for row in told["rows"]} == {
        (score.case, score.seed, score.metric): score.value for score in Score.objects.filter(run=rows[0]["run"])
    }
    assert json.loads(client.get(BOARD + "scores.json", {"tier": "full"}).getvalue())["rows"] == []


def test_an_empty_board_takes_every_view(client, db):
    for query in ({"rule": "worst"}, {"rule": "rank", "sort": "-skill"}, {"cost": "gpu"}):
        assert "Nothing has been measured" in board(client, **query).content.decode()
    assert "Nothing had been measured here by then" in board(client, asof="2026-01-01").content.decode()


def test_a_lower_is_better_board_turns_nothing_around(client, db, doubling):
    submissions = [
        Submission.objects.create(task="doubling", is_house=True, name=n, code_sha256="0" * 64) for n in "AB"
    ]
    for submission, error in zip(submissions, (0.1, 0.5), strict=True):
        run = Run.objects.create(
            submission=submission,
            task="doubling",
            tier="quick",
            task_version=doubling.version,
            status="finished",
            ended=timezone.now(),
        )
        Score.objects.bulk_create(
            Score(run=run, case=case.name, seed=seed, metric=doubling.primary.name, value=error + seed / 100)
            for case, seed in doubling.board("quick").plays()
        )
    standings.rebuild(doubling.board("quick"))
    is_higher = doubling.primary.better == "higher"
    for rule in ("mean", "worst", "iqm", "rank"):
        assert names(client.get("/tasks/doubling/", {"rule": rule})) == (["B", "A"] if is_higher else ["A", "B"])


def test_a_column_stays_where_the_best_row_lacks_its_metric(client, measured):
    measured("One", 0.5)
    best = measured("Best", 0.9, rebuild=False)
    best.runs.get().scores.filter(metric="rmse", seed=4).delete()
    standings.rebuild(catalogue.board("imputation", "quick"))
    response = board(client)
    assert names(response) == ["Best", "One"]
    assert "rmse" in [header["name"] for header in response.context["headers"]]


def test_a_board_under_a_chosen_rule_is_made_once_until_it_changes(client, measured, monkeypatch):
    made = []
    make = recast.recast_rows
    monkeypatch.setattr(recast, "recast_rows", lambda view: made.append(view) or make(view))
    measured("First", 0.5)
    for query in ("?rule=worst", "?rule=worst&sort=cpu&q=First", "?rule=worst&authors=best&col=memory"):
        assert "First" in client.get(f"{BOARD}{query}").content.decode()
    assert len(made) == 1
    client.get(f"{BOARD}?rule=rank")
    assert len(made) == 2
    measured("Second", 0.6)
    assert "Second" in client.get(f"{BOARD}?rule=worst").content.decode()
    assert len(made) == 3
    assert Recast.objects.count() == 2, "what was made before the change is forgotten"


def test_a_long_board_is_made_by_a_task_once_and_until_then_its_reader_is_told_so(client, measured, monkeypatch):
    tasks = []
    monkeypatch.setattr(recast, "SHORT", 0)
    monkeypatch.setattr(aside, "send", lambda name, /, **kwargs: tasks.append(kwargs) or True)
    measured("First", 0.5)
    for path in ("?rule=worst", "?rule=worst&sort=cpu", "board.csv?rule=worst"):
        response = client.get(f"{BOARD}{path}")
        assert (response.status_code, response["Refresh"]) == (503, str(recast.SECONDS))
        assert "being computed" in response.content.decode()
    assert len(tasks) == 1
    for _ in range(2):  # the second delivery does nothing
        recast.make(**tasks[0])
    response = client.get(f"{BOARD}?rule=worst&sort=cpu")
    assert ("Refresh" in response, names(response)) == (False, ["First"])
    measured("Second", 0.6)
    behind = client.get(f"{BOARD}?rule=worst")
    assert (names(behind), behind["Refresh"]) == (["First"], str(recast.SECONDS))
    assert "They are being computed anew" in behind.content.decode()
    recast.make(**tasks[1])
    assert names(client.get(f"{BOARD}?rule=worst")) == ["Second", "First"]
    assert len(tasks) == 2


def test_without_a_broker_or_after_a_task_that_was_lost_the_next_reader_has_it_made(client, measured, monkeypatch):
    monkeypatch.setattr(recast, "SHORT", 0)
    measured("First", 0.5)

    assert client.get(f"{BOARD}?rule=worst").status_code == 503
    assert not Recast.objects.exists()
    tasks = []
    monkeypatch.setattr(aside, "send", lambda name, /, **kwargs: tasks.append(kwargs) or True)
    client.get(f"{BOARD}?rule=worst")
    Recast.objects.update(began=timezone.now() - recast.LOST, started=timezone.now())
    client.get(f"{BOARD}?rule=worst")
    assert len(tasks) == 2
    recast.make(**tasks[1])
    assert names(client.get(f"{BOARD}?rule=worst")) == ["First"]


def test_a_price_of_an_hour_makes_a_column_and_an_axis(client, measured, settings):
    settings.PAGE_SECONDS = 0  # the setting is no change that pages know of
    cheap, dear = measured("Cheap", 0.3, rebuild=False), measured("Dear", 0.5)
    dear.runs.update(device="cuda", cpu_seconds=1.0, seconds=36.0)
    assert ">Money<" not in board(client, sort="money").content.decode(), "no price, no column"
    settings.DEVICE_PRICES = {"cpu": 4.0, "cuda": 100.0}
    assert (cheap.runs.get().money, dear.runs.get().money) == (0.01, 1.0), (
        "a core by its CPU time, a GPU while it is held"
    )
    for rule in ("", "worst"):
        assert names(board(client, sort="money", rule=rule)) == ["Cheap", "Dear"]
        assert names(board(client, sort="-money", rule=rule)) == ["Dear", "Cheap"]
    page = board(client, cost="money")
    assert "0.01 EUR" in page.content.decode()
    points = {one["name"]: one["x"] for one in page.context["cost_figure"]["data"]}
    assert (points["Cheap"], points["Dear"]) == ([0.01], [1.0])


@pytest.mark.parametrize("wrong", ["cpu", "cpu=x", "tpu=1", "cpu=-1", "cpu=nan"])
def test_a_price_that_is_none_stops_the_start(monkeypatch, wrong):
    monkeypatch.setenv("DEVICE_PRICES", wrong)
    with pytest.raises(ImproperlyConfigured, match=r"cpu=0\.04,cuda=2\.5"):
        environment.prices("DEVICE_PRICES")


@pytest.mark.parametrize(
    "page",
    [
        "",
        "claims/",
        "protocol/",
        "compare/",
        "compare/scores.csv",
        "board.csv",
        "scores.csv",
        "scores.json",
        "plays.parquet",
        "board.atom",
    ],
)
def test_a_tier_that_is_not_there_is_404_and_names_those_that_are(client, db, page):
    response = client.get(f"{BOARD}{page}?tier=ful")
    assert response.status_code == 404
    assert "There is no tier &#x27;ful&#x27; of imputation; there are quick and full." in response.content.decode()


def test_an_empty_tier_is_the_first(client, db):
    assert board(client, tier="").context["view"].tier == "quick"


def test_the_badge_of_a_tier_that_is_not_there_names_those_that_are(client, measured):
    page = client.get(f"/submissions/{measured('One').pk}/badge.svg?tier=ful")
    assert (page.status_code, "there are quick and full" in page.content.decode()) == (404, True)


def test_an_address_without_a_page_is_told_in_the_sites_own_words(client, db):
    assert "There is nothing at this address." in client.get("/nowhere/").content.decode()
    assert "There is nothing at this address." in client.get("/authors/nobody/").content.decode()


def score_ranges(client):
    """Of the axes of scores in the charts of a board, None where the browser finds one."""
    context = board(client).context
    axes = [("cost_figure", "yaxis"), ("time_figure", "yaxis"), ("profile_figure", "xaxis")]
    return [context[figure]["layout"][axis].get("range") for figure, axis in axes]


def test_no_chart_of_a_board_magnifies_rounding_noise(client, measured):
    for name in ("One", "Other"):
        measured(name, 0.5, spread=1e-7, rebuild=False)
    standings.rebuild(catalogue.board("imputation", "quick"))
    digits = catalogue.task("imputation").primary.digits
    for low, high in score_ranges(client):
        assert high - low >= 10 * 10.0**-digits
        assert low < 0.5 < high


def test_scores_that_differ_are_given_no_range(client, measured):
    measured("One", 0.5, rebuild=False)
    measured("Other", 0.2)
    assert score_ranges(client)[1:] == [None, None]
