"""A result in other people's documents."""

import xml.etree.ElementTree as ET

import pytest

from leaderboard.models import Standing
from leaderboard.running import house
from leaderboard.views import citing
from tests.leaderboard.test_references import WHERE, measure


@pytest.fixture
def standing(db):
    for method in WHERE.task.house:
        house.submit(WHERE.task, method)
    measure("hard_dtw")
    return Standing.objects.get()


def texts_of(response):
    return [part.text for part in ET.fromstring(response.content).iter("{http://www.w3.org/2000/svg}text")]


def test_a_badge_says_the_rank(client, standing):
    response = client.get(f"/submissions/{standing.submission_id}/badge.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert texts_of(response) == [WHERE.task.title, f"{standing.submission.name}: rank 1 of 1"]
    assert client.get(f"/submissions/{standing.submission_id}/badge.svg?tier=full").status_code == 404


def test_a_badge_says_whether_a_claim_held(client, standing):
    paper = client.get("/papers/differentiable_dp/")
    assert "/papers/differentiable_dp/badge.svg" in paper.context["citations"]["Badge, Markdown"]
    texts = texts_of(client.get("/papers/differentiable_dp/badge.svg"))
    headline = paper.context["entry"].headline
    assert texts == [f"claim {headline.word}", headline.sentences[0]]
    assert client.get("/papers/nowhere/badge.svg").status_code == 404


def test_a_result_is_offered_to_be_cited(client, standing):
    response = client.get(f"/submissions/{standing.submission_id}/")
    offered = response.context["citations"]
    assert offered["BibTeX"].startswith(f"@misc{{claimcheck-run-{standing.run_id},")
    assert offered["BibTeX"].count("{") == offered["BibTeX"].count("}")
    assert f"http://testserver/submissions/{standing.submission_id}/" in offered["BibTeX"]
    assert offered["LaTeX"].count(r"\pm") == len(standing.cases) + 2  # the mean, and what it means
    assert "badge.svg?tier=quick" in offered["Badge, Markdown"]


def test_names_are_text_in_latex(standing):
    standing.submission.name = r"50% {of} \this_& that"
    offered = citing.citation(standing, "https://site.example/")
    assert r"50\% \{of\} \textbackslash{}this\_\& that" in offered["LaTeX"]
