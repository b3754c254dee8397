"""A board as one file that asks no server for anything."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command

from leaderboard.running import house
from papers import catalogue

BOARD = catalogue.board("dp_operators", "quick")


@pytest.fixture
def file(db, tmp_path):
    """The page of a board on which only recorded results stand, as the command writes it."""
    for method in BOARD.task.house:
        house.submit(BOARD.task, method)
    path = tmp_path / "board.html"
    call_command("export", BOARD.task.slug, out=path, site="https://site.example")
    return BeautifulSoup(path.read_text(), "html.parser")


def test_an_exported_board_is_whole(file):
    assert file.h1.text == BOARD.task.title
    rows = [row.th.a.text for row in file.select("table.board tbody tr.method, table.board tbody tr.control")]
    assert rows
    sources = file.select("section[aria-labelledby=provenance] tbody tr")
    assert {row.th.text for row in sources} >= set(rows)
    assert all(re.search(rf"(claimcheck run|python -m runners) {BOARD.task.slug}", row.text) for row in sources)
    figures = {script["id"]: json.loads(script.text) for script in file.select("script[type='application/json']")}
    assert {place["data-figure"] for place in file.select("[data-figure]")} == set(figures)
    matrices = [matrix for figure in figures.values() for matrix in figure.get("matrices", ())]
    assert matrices
    assert all(matrix["bytes"] for matrix in matrices)


def test_an_exported_board_needs_no_server(file):
    assert not file.select("script[src], link, iframe, form, input, nav")
    assert "queued." not in file.main.get_text(), "what is under way when it is written has ended when it is read"
    assert all(picture["src"].startswith("data:") for picture in file.select("img"))
    outside = {link["href"] for link in file.select("a[href]") if not link["href"].startswith("#")}
    assert all(address.startswith(("https://", "http://")) for address in outside)
    assert f"https://site.example/tasks/{BOARD.task.slug}/?tier=quick" in outside
    assert file.select_one("script[data-plotly]")["data-plotly"].startswith("data:text/javascript;base64,")
