"""Cases that a run could not play, and cases that have no primary metric: nobody is punished, and the page says so."""

import csv
import io

import pytest
from django.utils import timezone

from leaderboard.boards import standings
from leaderboard.models import Run, Standing
from papers import catalogue
from tests.leaderboard.test_boards import again, leave_out
from tests.leaderboard.test_pages import BOARD, board, csv_of, names

WHERE = catalogue.board("imputation", "quick")
HARD = "breast/mcar-80"


@pytest.fixture
def uneven(measured):
    """One method is better on every case but one; the other could not play that one."""
    brave = measured("Brave", 0.6, rebuild=False)
    brave.runs.get().scores.filter(case=HARD, metric="skill").update(value=-5)
    lucky = measured("Lucky", 0.5, rebuild=False)
    leave_out(lucky.runs.get(), HARD)
    standings.rebuild(WHERE)
    return brave, lucky


def test_all_are_ranked_on_the_cases_that_nobody_left_out(client, uneven):
    response = board(client)
    assert names(response) == ["Brave", "Lucky"]
    text = response.content.decode()
    assert "All are ranked on the same cases" in text
    assert f"<strong>{HARD}</strong>: its data are missing here" in text
    assert Standing.objects.get(submission__name="Brave").value == pytest.approx(0.6, abs=0.01)
    assert HARD not in Standing.objects.get(submission__name="Brave").cases


def test_the_case_counts_again_when_its_run_does_no_longer(client, uneven):
    _, lucky = uneven
    standings.update(again(lucky, 0.5, cases=[HARD]))
    assert names(board(client)) == ["Lucky", "Brave"]
    assert "All are ranked on the same cases" not in board(client).content.decode()


def test_other_rules_and_days_rank_on_the_same_cases(client, uneven):
    for query in ({"rule": "worst"}, {"rule": "rank"}, {"asof": timezone.now().date().isoformat()}):
        assert names(board(client, **query)) == ["Brave", "Lucky"], query
    rows = list(csv.DictReader(io.StringIO(csv_of(client, rule="worst"))))
    assert float(rows[0]["skill"]) == pytest.approx(0.6, abs=0.01)


def test_where_no_case_is_left_nobody_ranks_and_the_page_says_so(client, measured):
    measured("Whole", 0.5)
    leave_out(measured("Nothing", 0.5, rebuild=False).runs.get(), *WHERE.ranked_cases)
    standings.rebuild(WHERE)
    response = board(client)
    assert names(response) == []
    assert "Nobody ranks" in response.content.decode()
    assert {reason for _, reason in response.context["unranked"]} == {
        "it could play no ranked case here",
        "incomplete: Skill is missing on a ranked case and seed",
    }
    for query in ({"rule": "worst"}, {"asof": timezone.now().date().isoformat()}):
        assert names(board(client, **query)) == []


def test_who_is_off_the_board_leaves_nothing_out(client, uneven):
    _, lucky = uneven
    lucky.disqualified = "copied"
    lucky.save()
    assert standings.left_out(WHERE) == {}


def test_comparing_runs_leaves_out_what_one_of_them_did(client, uneven):
    runs = [submission.runs.get().pk for submission in uneven]
    response = client.get(BOARD + "compare/", {"run": runs})
    assert response.context["duels"][0][1].verdict == "better"
    assert response.context["left_out"] == [HARD]
    assert HARD in response.content.decode()


def test_an_unranked_case_needs_no_primary_metric(client, measured):
    submission = measured("One", 0.5, rebuild=False)
    run = submission.runs.get()
    run.scores.filter(case="breast-twin/drawn", metric="skill").delete()
    standings.rebuild(WHERE)
    assert names(board(client)) == ["One"]
    page = client.get(f"/submissions/{submission.pk}/").content.decode()
    assert "breast-twin/drawn" in page
    lines = client.get(BOARD + "compare/", {"run": run.pk}).context["table"]
    assert "breast-twin/drawn" not in [line.case for line in lines]
    lines = client.get(BOARD + "compare/", {"run": run.pk, "metric": "rmse"}).context["table"]
    assert "breast-twin/drawn" in [line.case for line in lines]
    assert len(csv_of(client).splitlines()) == 2
    assert "breast-twin/drawn,0,rmse" in client.get(BOARD + "scores.csv").getvalue().decode()


def test_a_case_that_is_not_left_out_but_missing_is_incomplete(client, measured):
    measured("Whole", 0.1, rebuild=False)
    measured("Gap", 0.9, rebuild=False).runs.get().scores.filter(case=HARD).delete()
    standings.rebuild(WHERE)
    assert names(board(client)) == ["Whole"]
    assert Run.objects.filter(left_out={}).count() == 2
