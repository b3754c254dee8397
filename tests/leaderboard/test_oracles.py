"""Rows that a board makes from the truth: no code, no rank, the house's alone."""

import importlib

import pytest
from django.db import IntegrityError, transaction

from leaderboard.boards import standings
from leaderboard.models import Run, Standing, Submission
from leaderboard.running import house
from leaderboard.running.runs import job, start_run
from papers import catalogue
from papers.task import House
from runners.evaluation import evaluate
from runners.job import Job
from tests.leaderboard.test_run_life import say

TRUTH = House(slug="truth", title="The truth", kind="oracle", summary="What was drawn.")


@pytest.fixture
def oracle(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return house.submit(catalogue.task("imputation"), TRUTH)


def test_an_oracle_is_submitted_once_and_without_code(oracle):
    assert (oracle.kind, oracle.code_sha256, oracle.code(), oracle.is_oracle) == ("oracle", "", b"", True)
    assert house.submit(catalogue.task("imputation"), TRUTH) == oracle


def test_the_message_names_the_oracle_in_the_place_of_code(oracle, client):
    run = start_run(oracle)
    message = job(run)
    assert (message["oracle"], message["code_sha256"]) == ("truth", "")
    address = message["attempt_url"].partition("/attempts/")[2]
    told = client.get(f"/attempts/{address}", {"execution": "first"}).json()
    bundle = client.get("/bundles/" + told["code_url"].partition("/bundles/")[2])
    assert bundle.content == b""
    assert Job(task="imputation", tier="quick", code=bundle.content, oracle=message["oracle"]).oracle == "truth"


def test_its_page_shows_no_code_and_no_command(oracle, client):
    Run.objects.filter(pk=start_run(oracle).pk).update(status="finished", provenance={"command": "claimcheck run x"})
    text = client.get(oracle.get_absolute_url()).content.decode()
    assert "makes this row from the truth" in text
    assert "/code/" not in text
    assert "claimcheck run x" not in text
    assert client.get(f"/submissions/{oracle.pk}/code/").status_code == 404
    assert client.get(f"/api/v1/submissions/{oracle.pk}/code").status_code == 404
    card = client.get(f"/runs/{oracle.runs.get().pk}/provenance.json").json()
    assert (card["command"], card["code"]) == ("", "none: the board makes this row from the truth")


def test_only_the_house_has_oracles_and_everything_else_has_code(db, alice):
    for fields in (
        {"author": alice, "kind": "oracle", "code_sha256": ""},
        {"author": alice, "kind": "method", "code_sha256": ""},
        {"is_house": True, "kind": "oracle", "code_sha256": "0" * 64},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Submission.objects.create(task="imputation", name="wrong", **fields)


def test_an_oracle_is_played_and_stands_on_its_board_without_a_rank(db, doubling, client):
    runs = [start_run(house.submit(doubling, method)) for method in (*doubling.house, TRUTH)]
    for run in runs:
        message = job(run)
        mine = Job(
            task="doubling", tier="quick", code=run.submission.code(), oracle=message["oracle"], mode="inprocess"
        )
        assert evaluate(mine, lambda event, run=run: say(run, event))
    rows = {row.submission.name: row for row in Standing.objects.all()}
    assert (rows["The truth"].rank, rows["The truth"].value) == (None, 0.0)
    assert {name: row.rank for name, row in rows.items() if row.rank} == {"Exact": 1, "Identity": 2}
    assert standings.rebuild(catalogue.board("doubling", "quick")) == 3
    assert {row.rank for row in Standing.objects.all()} == {None, 1, 2}
    told = client.get("/api/v1/tasks/doubling/leaderboard").json()["results"]
    assert {row["method"]: row["rank"] for row in told} == {"The truth": None, "Exact": 1, "Identity": 2}
    assert "The truth" in client.get("/tasks/doubling/").content.decode()


def test_an_oracle_that_knows_some_cases_only_finishes_without_the_others(db, doubling, monkeypatch):
    module = importlib.import_module(doubling.play)
    knows = module.oracle
    known = lambda slug, case, **rest: knows(slug, case, **rest) if case.name == "small" else None  # noqa: E731
    monkeypatch.setattr(module, "oracle", known)
    run = start_run(house.submit(doubling, TRUTH))
    told = Job(task="doubling", tier="quick", code=b"", oracle="truth", mode="inprocess")
    assert evaluate(told, lambda event: say(run, event))
    run.refresh_from_db()
    assert (run.status, run.left_out) == ("finished", {}), "nobody else is ranked on fewer cases because of it"
    assert set(run.scores.values_list("case", flat=True)) == {"small"}
