"""A metric from which a hidden truth follows is shown as a mean over the seeds only."""

import csv
import io
from dataclasses import replace

import pytest

from papers import catalogue
from tests.leaderboard.test_pages import BOARD, board


@pytest.fixture
def secretive(monkeypatch, measured, alice):
    """The imputation board, on which RMSE by seed would tell a truth."""
    task = catalogue.task("imputation")
    metrics = tuple(replace(metric, gives_away=metric.name == "rmse") for metric in task.metrics)
    monkeypatch.setitem(task.__dict__, "metrics", metrics)
    measured("Earlier", 0.4, author=alice)
    return measured("Mine", 0.5, author=alice)


def test_no_page_export_or_answer_shows_it_by_seed(client, secretive, settings):
    run = secretive.runs.get()
    rows = list(csv.DictReader(io.StringIO(client.get(BOARD + "scores.csv").getvalue().decode())))
    mine = [row for row in rows if row["run"] == str(run.pk)]
    assert {row["seed"] for row in mine if row["metric"] == "skill"} == set("01234")
    assert {row["seed"] for row in mine if row["metric"] == "rmse"} == {""}
    assert float(next(row["value"] for row in mine if row["metric"] == "rmse")) == pytest.approx(0.075)
    answer = client.get(f"/api/v1/runs/{run.pk}").json()
    assert {score["metric"] for score in answer["scores"]} == {"skill"}
    compared = client.get(f"{BOARD}compare/", {"run": [run.pk], "metric": "rmse"})
    assert compared.context["strip_figure"] is None
    assert "Seed by seed" not in compared.content.decode()


def test_how_often_an_author_tried_stands_on_his_row(client, secretive, measured):
    text = board(client).content.decode()
    assert text.count("2 uploads") == 2
    measured("Of the house", 0.2)
    assert board(client).content.decode().count(" uploads</span>") == 2


def test_the_true_distance_is_never_told_by_seed():
    assert "truth" in catalogue.task("wasserstein").gives_away
