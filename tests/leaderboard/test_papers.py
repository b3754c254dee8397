"""Claims, papers, authors, search and about."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leaderboard.boards import claims, standings
from leaderboard.boards.measurements import measurements_of
from leaderboard.models import Standing
from papers import catalogue
from tests.leaderboard.test_pages import XSS


def test_every_claim_of_every_paper_is_listed_with_a_reason(client, measured, unrecorded):
    measured("GAIN (paper)", 0.5, house_slug="gain")
    response = client.get("/claims/")
    listed = response.context["accounts"]
    assert [account.paper for account in listed] == list(catalogue.all_papers())
    evidence = [board.evidence for board in catalogue.all_boards()]
    assert sum(account.total for account in listed) == sum(len(e.claims) + len(e.comparisons) for e in evidence)
    assert all(item.why for account in listed for item in (*account.verdicts, *account.contests))
    text = response.content.decode()
    assert all(claim.where in text for held in evidence for claim in held.claims)
    assert "No method here implements it." in text
    assert "differs, unchecked" in text, "0.075 is measured, 0.0546 printed, 0.008 allowed"
    assert "0.0204 apart; 0.008 is allowed." in text
    assert "nothing is refuted" in text
    assert f"{response.context['family']} comparisons are made here" in text
    assert ">quick, <" in text.replace("\n", "")


def test_claims_are_filtered_by_their_verdict(client, measured, unrecorded):
    measured("GAIN (paper)", 0.5, house_slug="gain")
    text = client.get("/claims/", {"verdict": "differs, unchecked"}).content.decode()
    assert "0.0204 apart" in text
    assert "No method here implements it." not in text
    assert "No method here implements it." in client.get("/claims/", {"verdict": "not measured"}).content.decode()


@pytest.mark.parametrize("query", [{"verdict": XSS}, {"tier": "ful"}, {"kind": "numbers"}, {"area": "x"}])
def test_an_unknown_filter_of_claims_is_told_with_those_there_are(client, db, query):
    response = client.get("/claims/", query)
    assert response.status_code == 404
    text = response.content.decode()
    assert "there are " in text
    assert XSS not in text


def test_claims_take_as_many_queries_with_runs_as_without(client, measured):
    with CaptureQueriesContext(connection) as empty:
        client.get("/claims/")
    for house in catalogue.task("imputation").house:
        measured(house.title, 0.5, house_slug=house.slug, rebuild=False)
    standings.rebuild(catalogue.board("imputation", "quick"))
    with CaptureQueriesContext(connection) as full:
        client.get("/claims/")
    assert max(len(empty), len(full)) <= 5


def test_a_stale_run_is_no_evidence(measured, monkeypatch, unrecorded):
    measured("GAIN (paper)", 0.5, house_slug="gain")
    board = catalogue.board("imputation", "quick")
    assert any(item.measurement for item in claims.number_claims(board, measurements_of([board])))
    monkeypatch.setitem(board.task.__dict__, "version", 99)
    assert not any(item.measurement for item in claims.number_claims(board, measurements_of([board])))


def test_a_papers_page_shows_boards_and_claims_and_leads_to_the_protocol(client, measured):
    measured("GAIN (paper)", 0.5, house_slug="gain")
    text = client.get("/papers/gain/").content.decode()
    for words in ("/tasks/imputation/", "0.0546", "Jinsung Yoon"):
        assert words in text
    assert "Deviations" in client.get("/tasks/imputation/protocol/").content.decode()
    assert client.get("/papers/nothing/").status_code == 404


def test_an_authors_page_shows_where_the_methods_stand(client, measured, alice, bob):
    measured("Mine", 0.5, author=alice)
    measured("Other", 0.6, author=bob)
    hidden = measured("Gone", 0.9, author=alice, disqualified="copied", rebuild=False)
    standings.rebuild(catalogue.board("imputation", "quick"))
    text = client.get("/authors/alice/").content.decode()
    assert "Mine" in text
    assert "Other" not in text
    assert hidden.name not in text
    assert f"rank <strong>{Standing.objects.get(submission__name='Mine').rank}</strong>" in text.replace("1–2", "2")
    client.force_login(alice)
    assert "disqualified" in client.get("/authors/alice/").content.decode()
    assert client.get("/authors/nobody/").status_code == 404


def test_the_search_finds_papers_boards_methods_and_authors(client, measured, alice):
    measured("Forest", 0.5, author=alice, description="many trees")
    for words, expected in [
        ("generative", "/papers/gain/"),
        ("IMPUTATION", "/tasks/imputation/"),
        ("trees", "Forest"),
        ("ali", "/authors/alice/"),
    ]:
        assert expected in client.get("/search/", {"q": words}).content.decode(), words
    assert "Nothing here matches" in client.get("/search/", {"q": "zebra"}).content.decode()
    assert XSS not in client.get("/search/", {"q": XSS}).content.decode()


def test_the_search_does_not_find_what_is_hidden(client, measured, alice):
    measured("Secret idea", 0.5, author=alice, disqualified="copied", rebuild=False)
    assert "Nothing here matches" in client.get("/search/", {"q": "secret idea"}).content.decode()


def test_the_about_page_says_environment_limits_and_how_to_cite(client, db, settings):
    settings.QUOTA_PER_DAY = 17
    text = client.get("/about/").content.decode()
    for words in ("17 runs in 24 hours", "torch", "@misc{claimcheck", "http://testserver/", "Imputation"):
        assert words in text


def test_the_statistics_are_published_with_their_calibration(client, db):
    text = client.get("/about/statistics/").content.decode()
    assert "a coin, ±1" in text
    assert "Holm" in text


@pytest.mark.parametrize("path", ["/claims/", "/papers/gain/", "/search/", "/search/?q=gain", "/about/"])
def test_pages_open_on_an_empty_site(client, db, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "page", ["/about/", "/about/statistics/", "/tasks/imputation/protocol/", "/tasks/imputation/manual/"]
)
def test_a_long_page_begins_with_its_contents_and_each_line_leads_somewhere(client, db, page):
    text = client.get(page).content.decode()
    (contents,) = re.findall(r'<nav class="contents".*?</nav>', text, re.S)
    wanted = re.findall(r'href="#([^"]+)"', contents)
    assert len(wanted) > 3
    for name in wanted:
        assert text.count(f'id="{name}"') == 1, name
    assert "<th></th>" not in text
