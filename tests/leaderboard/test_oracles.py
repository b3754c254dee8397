"""Rows that a board makes from the truth: no code, no rank, the house's alone."""

import pytest
from django.db import IntegrityError, transaction

from leaderboard.models import Run, Submission
from leaderboard.running import house
from leaderboard.running.runs import job, start_run
from papers import catalogue
from papers.task import House
from runners.job import Job

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
    Run.objects.filter(pk=start_run(oracle).pk).update(status="finished", provenance={"command": "python -m runners x"})
    text = client.get(oracle.get_absolute_url()).content.decode()
    assert "makes this row from the truth" in text
    assert "/code/" not in text
    assert "python -m runners x" not in text
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
