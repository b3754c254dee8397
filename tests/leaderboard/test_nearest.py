"""A board whose metric is best nearest a target, and a column that is."""

from dataclasses import replace

import numpy as np
import pytest

from leaderboard.boards import claims, flags, standings
from leaderboard.boards.verdicts import within_tolerance
from leaderboard.figures import charts
from leaderboard.models import Standing
from papers import catalogue
from papers.evidence import Claim
from papers.metrics import Metric
from runners.figures import heatmap, style
from runners.standing.statistics import Estimate
from tests.leaderboard.test_pages import board, names
from tests.leaderboard.test_views_of_a_board import DIRECTIONS

WHERE = catalogue.board("imputation", "quick")
COVERAGE = Metric(name="skill", label="Coverage", better="nearest", target=0.9, description="")


@pytest.fixture
def near(monkeypatch, measured):
    """The imputation board as one of coverage: Close is off by 0.05, Over by 0.3, Under by 0.6."""
    metrics = (COVERAGE, *WHERE.task.metrics[1:])
    monkeypatch.setitem(WHERE.task.__dict__, "metrics", metrics)
    for name, value in (("Over", 1.2), ("Under", 0.3), ("Close", 0.85)):
        measured(name, value, rebuild=False)
    standings.rebuild(WHERE)


def test_the_nearest_ranks_first_and_the_value_stays_in_its_unit(client, near):
    response = board(client)
    assert names(response) == ["Close", "Over", "Under"]
    assert [row.rank for row, _ in response.context["rows"]] == [1, 2, 3]
    text = response.content.decode()
    assert "Coverage → 0.9" in text
    assert "0.050 off" in text
    assert Standing.objects.get(submission__name="Over").value == pytest.approx(1.2, abs=0.01)


def test_a_column_sorts_by_the_distance_in_either_direction(client, near):
    for rule in ("", "worst"):
        assert names(board(client, sort="skill", rule=rule)) == ["Close", "Over", "Under"]
        assert names(board(client, sort="-skill", rule=rule)) == ["Under", "Over", "Close"]
    header = next(column for column in board(client).context["headers"] if column["name"] == "skill")
    assert "sort=skill" in header["link"], "the nearest come first"


@pytest.mark.parametrize("rule", ["worst", "iqm", "rank", "weights"])
def test_every_rule_ranks_by_the_distance(client, near, rule):
    response = board(client, rule=rule)
    assert names(response) == ["Close", "Over", "Under"]
    close = response.context["rows"][0][0].value
    assert close == (1 if rule == "rank" else pytest.approx(0.85, abs=0.01))


def test_scores_on_both_sides_do_not_cancel(client, near, measured):
    """A mean at the target says nothing where every case is far from it."""
    torn = measured("Torn", 0.9, rebuild=False)
    for index, case in enumerate(WHERE.ranked_cases):
        torn.runs.get().scores.filter(case=case, metric="skill").update(value=0.9 + (0.5 if index % 2 else -0.5))
    standings.rebuild(WHERE)
    assert names(board(client)) == ["Close", "Over", "Torn", "Under"]
    row = Standing.objects.get(submission=torn)
    assert (row.value, row.metrics["skill"]["distance"]) == (pytest.approx(0.9, abs=0.05), pytest.approx(0.5))


def test_comparing_says_who_is_nearer(client, near):
    runs = [row.run_id for row in Standing.objects.order_by("position")]
    response = client.get("/tasks/imputation/compare/", {"run": runs})
    assert [duel.verdict for duel in response.context["duels"][0]] == ["", "better", "better"]
    difference = response.context["table"][0].differences[1]
    assert difference.value == pytest.approx(0.25, abs=0.02), "of the distances: lower is better"
    text = response.content.decode()
    assert "Left is better" in text
    assert "distance of Coverage from 0.9" in text


@pytest.mark.parametrize(
    ("metric", "printed", "word"),
    [
        (DIRECTIONS[0], 0.5, "not held"),
        (DIRECTIONS[1], 0.5, "better than printed"),
        (DIRECTIONS[2], 0.5, "better than printed"),
        (DIRECTIONS[2], 0.31, "not held"),
    ],
)
def test_a_printed_number_is_missed_on_the_side_that_the_metric_says(monkeypatch, metric, printed, word):
    monkeypatch.setitem(WHERE.task.__dict__, "metrics", (metric,))
    claim = Claim(
        method="M", case="c", metric="x", value=printed, where="Table 1", status="checked", house="m", tolerance=0.01
    )
    verdict = claims.Verdict(
        board=WHERE,
        run=None,
        reading=within_tolerance(np.full((1, 3), 0.35), printed, 0.01),
        is_decided=True,
        claim=claim,
        measurement=Estimate(0.35, 0.3, 0.4),
        title="M",
        is_played=True,
        tolerance=0.01,
    )
    assert verdict.verdict == word
    unchecked = replace(verdict, claim=replace(claim, status="transcribed, unchecked"))
    assert unchecked.verdict == word.replace("not held", "differs, unchecked")
    assert replace(verdict, is_decided=False).verdict == "undecided"


@pytest.mark.parametrize(
    ("metric", "claimed", "is_refuted"),
    [
        (DIRECTIONS[0], 0.7, True),
        (DIRECTIONS[0], 0.3, False),
        (DIRECTIONS[1], 0.3, True),
        (DIRECTIONS[1], 0.7, False),
        (DIRECTIONS[2], 0.32, True),
        (DIRECTIONS[2], 0.7, False),
    ],
)
def test_an_author_is_refuted_where_no_value_of_the_interval_is_as_good(metric, claimed, is_refuted):
    assert (metric.gain(claimed) > flags.best_gain(metric, 0.4, 0.6)) == is_refuted


def test_no_claim_is_better_than_an_interval_that_holds_the_target():
    assert flags.best_gain(DIRECTIONS[2], 0.2, 0.4) == 0


def test_labels_say_what_is_better():
    assert [style.direction(metric) for metric in DIRECTIONS] == ["↑", "↓", "→ 0.3"]
    context = Metric(name="n", label="Points", better="context", description="", unit="px")
    assert (style.directed_label(context), style.axis_title(context)) == ("Points", "Points (px)")


def test_a_heat_maps_colour_is_the_distance_and_its_text_the_value(near):
    rows = list(Standing.objects.for_board(WHERE))
    assert heatmap.shade(COVERAGE, 1.2) == pytest.approx(0.3)
    assert "distance from 0.9" in heatmap.shade_title(COVERAGE)
    assert charts.score_against_cost(WHERE, rows)["layout"]["yaxis"]["title"]["text"].endswith("→ 0.9")
