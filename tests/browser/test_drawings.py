"""Every kind of figure in a real browser: drawn, in both themes and on a telephone, and the slider moves."""

import os
from pathlib import Path

import pytest

from tests.leaderboard.conftest import measured  # noqa: F401  # a fixture
from tests.leaderboard.drawing import FIGURES, declare, put_rows

SHOTS = os.environ.get("CLAIMCHECK_SHOTS")  # a folder: keep what was seen
LOWEST = (
    "() => Math.min(...[...document.querySelectorAll('.plot:not(.small)')].map((place) => place._fullLayout._size.h))"
)
DRAWN = "() => document.querySelectorAll('[data-figure]').length === document.querySelectorAll('[data-drawn]').length"


@pytest.fixture
def address(live_server, transactional_db, monkeypatch, settings, tmp_path, request):
    settings.MEDIA_ROOT = tmp_path
    declare(monkeypatch)
    put_rows(request.getfixturevalue("measured"))
    return live_server.url + "/tasks/imputation/"


def open_page(chromium, address, *, width, scheme):
    """The board with every chart drawn, and what the console complained of."""
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(address)
    for place in page.locator("[data-figure]").all():
        place.scroll_into_view_if_needed()
    page.wait_for_function(DRAWN, timeout=60_000)
    return page, complaints


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_every_kind_is_drawn_and_nothing_is_wider_than_the_page(chromium, address, width, scheme):
    page, complaints = open_page(chromium, address, width=width, scheme=scheme)
    if SHOTS:
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(SHOTS) / f"drawings-{width}-{scheme}.png", full_page=True)
    assert complaints == []
    for figure in FIGURES:
        assert page.get_by_role("heading", name=figure.title, exact=True).is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(LOWEST) >= (240 if width < 1280 else 170), "pixels between the axes"
    page.close()


def test_the_slider_moves_through_frames_and_the_list_through_methods(chromium, address):
    page, complaints = open_page(chromium, address, width=1280, scheme="light")
    figure = page.locator("figure", has=page.get_by_role("heading", name="Density over time"))
    plot = figure.locator("[data-figure]")

    def middle():
        return plot.evaluate("(place) => place.data[0].z[50][50]")

    assert figure.locator("output").inner_text() == "σ = 0"
    first = middle()
    slider = figure.get_by_role("slider", name="Frame")
    slider.focus()
    slider.press("ArrowRight")
    figure.locator("output", has_text="σ = 0.1").wait_for()
    page.wait_for_function("([place, first]) => place.data[0].z[50][50] !== first", arg=[plot.element_handle(), first])
    second = middle()
    figure.get_by_role("combobox", name="Method").select_option("Method 0")
    page.wait_for_function(
        "([place, second]) => place.data[0].z[50][50] !== second", arg=[plot.element_handle(), second]
    )
    assert figure.locator("output").inner_text() == "σ = 0.1", "the frame stays"
    assert complaints == []
    page.close()
