"""How people and programs find what is here: search with facets, feeds, the map of the site, the page of the API."""

import html
import re
from datetime import timedelta
from xml.etree import ElementTree

from django.urls import resolve

from leaderboard.figures import charts
from leaderboard.models import Standing
from papers import catalogue
from tests.leaderboard.test_pages import BOARD, board

WHERE = catalogue.board("imputation", "quick")
ATOM = "{http://www.w3.org/2005/Atom}"


def groups(client, **query):
    return {kind: [hit.title for hit in hits] for kind, hits in client.get("/search/", query).context["groups"]}


def test_a_search_finds_cases_data_sets_and_claims_and_facets_narrow_it(client, measured, alice):
    measured("Breast forest", author=alice)
    found = groups(client, q="breast")
    assert "breast/mcar-20" in found["cases"]
    assert found["methods"] == ["Breast forest"]
    assert groups(client, q="breast", kind="cases") == {"cases": found["cases"]}
    assert "papers" not in found
    assert any("beats" in title for title in groups(client, q="GAIN beats")["claims"])
    assert "omniglot_small" in groups(client, q="omniglot")["data sets"]
    area = client.get("/search/", {"q": "breast"}).context["areas"][0]
    assert client.get("/search/", {"q": "breast", "kind": "nonsense"}).status_code == 404
    narrowed = client.get("/search/", {"q": "breast", "area": area}).context
    assert all(hit.area == area for _, hits in narrowed["groups"] for hit in hits)
    for kind, count, link in narrowed["facets"][1:]:
        assert client.get(f"/search/{link}").status_code == 200
        assert count == len(dict(narrowed["groups"]).get(kind, []))


def test_a_board_has_a_feed_of_its_new_rows(client, measured):
    measured("Old", 0.3, rebuild=False)
    measured("New <b>", 0.5)
    address = re.search(r'type="application/atom\+xml"[^>]*href="([^"]+)"', client.get(BOARD).content.decode())[1]
    feed = ElementTree.fromstring(client.get(address).content)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["New <b>: rank 1, Skill 0.5000", "Old: rank 2, Skill 0.2997"]
    assert client.get("/tasks/nothing/board.atom").status_code == 404


def test_search_engines_find_the_map_and_every_page_on_it_is_there(client, db, settings):
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in client.get("/robots.txt").content.decode()
    pages = re.findall(r"<loc>http://testserver([^<]+)</loc>", client.get("/sitemap.xml").content.decode())
    assert {"/", BOARD, "/papers/gain/", f"{BOARD}claims/"} <= set(pages)
    assert client.get("/favicon.ico").url.endswith("favicon.svg")
    page = client.get(BOARD).content.decode()
    assert f'property="og:url" content="{settings.SITE_URL}{BOARD}"' in page
    assert 'property="og:title" content="Imputation"' in page


def test_every_link_within_the_site_leads_somewhere(client, measured, alice):
    """All resolve; of each kind of page the first is opened, and what it links to is looked at in turn."""
    measured("Mine", author=alice, rebuild=False)
    measured("Theirs")
    waiting, seen, opened = ["/", BOARD], set(), {}
    while waiting:
        path = waiting.pop()
        name = resolve(path.partition("?")[0]).view_name
        if name in opened:
            continue
        response = opened[name] = client.get(path)
        assert response.status_code in (200, 302), path
        if "text/html" in response.get("Content-Type", "") and response.status_code == 200:
            links = {html.unescape(link) for link in re.findall(r'href="(/[^"#]*)', response.content.decode())}
            found = {link for link in links if not link.startswith("/static/")}
            waiting += sorted(found - seen)
            seen |= found
    assert {"task", "task_claims", "task_protocol", "paper", "author", "submission", "statistics"} <= set(opened)


def test_no_link_of_a_document_leads_into_the_code(client, db):
    page = client.get("/about/statistics/").content.decode()
    assert "statistics.py" in page
    assert not re.findall(r'href="\.\./[^"]*"', page)


def test_the_page_of_the_api_is_the_sites_own_and_names_every_operation(client, db):
    page = client.get("/api/docs/").content.decode()
    described = client.get("/api/openapi.json").json()["paths"]
    assert "How sure they are" in page, "the frame"
    for path, operations in described.items():
        for method in operations:
            assert f"{method.upper()} {path}" in page
    assert "list of Row" in page
    assert "token needed" in page


def test_the_line_of_the_leaders_passes_by_controls_and_flagged_rows(client, measured):
    names = ["First", "Worse", "Better"]
    for name, value in zip(names, (0.3, 0.2, 0.5), strict=True):
        measured(name, value, rebuild=False)
    measured("Trivial", 0.9, kind="control")
    figure = board(client).context["time_figure"]
    line = next(trace for trace in figure["data"] if trace["name"] == "best so far")
    assert [name for name in line["text"] if name] == ["First", "Better"]
    assert line["x"] == sorted(line["x"])
    assert {trace["name"] for trace in figure["data"]} == {*names, "Trivial", "best so far"}


def test_what_was_measured_at_one_time_is_not_drawn_over_time(measured):
    for name in ("One", "Other"):
        measured(name)
    rows = list(Standing.objects.for_board(WHERE))
    since = {row.submission_id: rows[0].run.ended for row in rows}
    assert charts.score_over_time(WHERE, rows, since)["data"] == []
    since[rows[1].submission_id] += timedelta(days=1)
    assert charts.score_over_time(WHERE, rows, since)["data"]
