"""The pages in a real browser: what can be done by pointer and by keyboard, what axe says, what a page weighs."""

import csv
import io
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from leaderboard.boards import references, standings
from leaderboard.models import Run
from leaderboard.running.runs import start_run
from papers import catalogue, reference
from tests.leaderboard.conftest import fresh, measured, storage  # noqa: F401  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOARD = "/tasks/imputation/"
PUBLIC = [
    "/",
    "/tasks/",
    BOARD,
    f"{BOARD}?rule=weights&asof=2030-01-01",
    f"{BOARD}claims/",
    f"{BOARD}protocol/",
    f"{BOARD}compare/",
    "/claims/",
    "/papers/gain/",
    "/authors/alice/",
    "/search/?q=a",
    "/about/",
    "/about/statistics/",
    "/api/docs/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/nowhere/",
]
PRIVATE = [
    f"{BOARD}submit/",
    f"{BOARD}claims/reply/",
    "/submissions/",
    "/accounts/tokens/",
    "/accounts/",
    "/accounts/name/",
    "/accounts/notices/",
    "/accounts/2fa/",
]
LOOKS = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]
WITHOUT_CHARTS = ["/", "/tasks/", "/claims/", "/search/?q=a", "/about/", "/about/statistics/", "/accounts/login/"]
ONLY_THE_SECOND_IS_LIT = """() => [...document.querySelectorAll("[data-drawn]")].every((place) =>
    place.data.every((trace) => !trace.legendgroup || (trace.opacity < 1) === (trace.legendgroup !== "1")))"""
HOUSE = {"gain": 0.3, "missforest": 0.6, "mean": 0.0, "mice": 0.35}


@pytest.fixture
def full(live_server, measured, django_user_model):  # noqa: F811
    """A site with a full board."""
    alice = django_user_model.objects.create_user("alice", password="correct horse")
    kinds = {house.slug: (house.title, house.kind) for house in catalogue.task("imputation").house}
    for slug, value in HOUSE.items():
        title, kind = kinds[slug]
        measured(title, value, house_slug=slug, kind=kind, spread=0.1, rebuild=False)
    for index in range(8):
        measured(
            f"Method {index}",
            0.1 * index,
            author=alice,
            spread=0.2,
            claimed_value=0.95 if index == 7 else None,
            rebuild=False,
        )
    Run.objects.filter(submission__house_slug="mean").update(isolation="none", seconds=0.5)
    measured("Failed", 0.9, author=alice, rebuild=False).runs.update(status="failed", failure_message="it raised")
    start_run(measured("Waiting", 0.05, author=alice, rebuild=False))
    standings.rebuild(catalogue.board("imputation", "quick"))
    return live_server


def open_page(chromium, site, *, width=1280, scheme="light"):
    context = chromium.new_context(
        base_url=site.url,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: page.complaints.append(said.text) if is_complaint(said) else None)
    return page


def is_complaint(said):
    return said.type == "error" and "404" not in said.text


@pytest.fixture
def desk(chromium, full):
    page = open_page(chromium, full)
    yield page
    page.context.close()
    assert page.complaints == []


def sign_in(page):
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("correct horse")
    page.locator("main form").get_by_role("button").first.click()
    page.wait_for_url(lambda url: "login" not in url)


def names(page):
    return page.locator("table.board tbody th a").all_inner_texts()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_and_nothing_overflows_on_any_page(chromium, full, width, scheme):
    """Every page wide and as on a phone, light and dark; none is wider than its screen, nor than a small phone's."""
    page = open_page(chromium, full, width=width, scheme=scheme)
    sign_in(page)
    found = {}
    submission = Run.objects.filter(submission__name="Method 7").values_list("submission", flat=True)[0]
    for path in [*PUBLIC, *PRIVATE, f"/submissions/{submission}/"]:
        page.goto(path)
        page.wait_for_load_state("load")
        wrong = [*violations(page), *too_wide(page, width)]
        page.set_viewport_size({"width": 360, "height": 900})
        wrong += too_wide(page, 360)
        page.set_viewport_size({"width": width, "height": 900})
        if wrong:
            found[path] = wrong
    page.context.close()
    assert found == {}
    assert page.complaints == []


def violations(page):
    return [one["id"] for one in Axe().run(page).response["violations"]]


def too_wide(page, width):
    is_wide = page.evaluate("document.documentElement.scrollWidth") > width
    return [f"wider than a screen of {width}"] if is_wide else []


def test_a_page_without_charts_weighs_less_than_100_kb_and_charts_come_when_seen(chromium, full):
    page = open_page(chromium, full)
    page.set_viewport_size({"width": 1280, "height": 500})
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    weights = {}
    for path in WITHOUT_CHARTS:
        sizes.clear()
        page.goto(path, wait_until="networkidle")
        weights[path] = sum(sizes)
    assert {path: weight for path, weight in weights.items() if not 0 < weight < 100_000} == {}
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(BOARD, wait_until="networkidle")
    assert not [url for url in asked if "plotly" in url]
    page.locator("[data-figure=cost]").scroll_into_view_if_needed()
    page.locator("[data-figure=cost][data-drawn]").wait_for()
    assert [url for url in asked if "plotly" in url]
    page.context.close()


def test_charts_shift_nothing(desk):
    desk.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const e of list.getEntries()) window.shift += e.value; })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    for path in (BOARD, f"{BOARD}compare/"):
        desk.goto(path)
        for place in desk.locator("[data-figure]").all():
            place.scroll_into_view_if_needed()
        desk.locator("[data-figure][data-drawn]").first.wait_for()
        desk.wait_for_timeout(500)
        assert desk.evaluate("window.shift") < 0.1, path


def test_the_board_is_filtered_and_sorted_and_the_address_keeps_it(desk):
    desk.goto(BOARD)
    everything = names(desk)
    desk.keyboard.press("/")
    desk.keyboard.type("method")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**q=method*")
    assert names(desk) == [name for name in everything if name.startswith("Method")]
    for expected in ("ascending", "descending", "none"):
        desk.locator("table.board").get_by_role("columnheader", name="RMSE").get_by_role("link").click()
        desk.wait_for_load_state()
        assert (
            desk.locator("table.board").get_by_role("columnheader", name="RMSE").get_attribute("aria-sort") == expected
        )
        assert "q=method" in desk.url
    desk.get_by_label("best per author").check()
    desk.wait_for_url("**authors=best*")
    assert names(desk) == ["Method 7"]
    address, shown = desk.url, names(desk)
    desk.goto("/")
    desk.goto(address)
    assert names(desk) == shown


def test_rule_and_columns_are_chosen_by_hand(desk):
    desk.goto(BOARD)
    desk.get_by_label("Rank by").select_option("worst")
    desk.wait_for_url("**rule=worst*")
    assert desk.get_by_role("columnheader", name="Skill, worst case").count() == 1
    desk.get_by_text("Columns", exact=True).click()
    desk.get_by_role("checkbox", name="Author", exact=True).uncheck()
    desk.get_by_role("checkbox", name="CPU", exact=True).check()
    desk.get_by_role("button", name="Apply").click()
    desk.wait_for_url("**col=cpu*")
    assert desk.locator("table.board").get_by_role("columnheader", name="CPU").count() == 1
    assert desk.locator("table.board").get_by_role("columnheader", name="Author").count() == 0


def test_chosen_rows_are_compared_and_one_is_lit_in_every_chart(desk):
    desk.goto(BOARD)
    for name in ("Method 6", "Method 3", "Column mean"):
        desk.get_by_role("checkbox", name=f"Compare {name}").check()
    desk.get_by_role("button", name="Compare the chosen").click()
    desk.wait_for_url("**/compare/?run=*")
    assert desk.locator("table.matrix tbody th").all_inner_texts() != []
    for place in desk.locator("[data-figure]").all():
        place.scroll_into_view_if_needed()
        desk.wait_for_function("(place) => place.dataset.drawn", arg=place.element_handle())
    desk.locator("tr[data-entry='1']").first.hover()
    desk.wait_for_function(ONLY_THE_SECOND_IS_LIT)
    assert desk.locator("tr[data-entry='0'].dimmed").count() > 0
    desk.mouse.move(0, 0)
    desk.wait_for_function("() => document.querySelectorAll('.dimmed').length === 0")
    desk.get_by_label("Remove Method 3").click()
    desk.wait_for_load_state()
    assert "Method 3" not in desk.locator("table").first.inner_text()
    desk.get_by_label("Add").select_option(index=1)
    desk.wait_for_function("() => document.querySelectorAll('table')[0].tBodies[0].rows.length === 3")


def test_charts_are_exported_as_png_svg_and_csv(desk):
    desk.goto(f"{BOARD}compare/")
    figure = desk.locator("figure", has=desk.locator("[data-figure=differences-plot]"))
    content = {}
    for kind in ("PNG", "SVG", "CSV"):
        with desk.expect_download() as download:
            figure.get_by_role("button", name=kind).click()
        assert download.value.suggested_filename == f"differences.{kind.lower()}"
        content[kind] = download.value.path().read_bytes()
    assert content["PNG"].startswith(b"\x89PNG")
    assert b"<svg" in content["SVG"][:200]
    rows = list(csv.DictReader(io.StringIO(content["CSV"].decode())))
    assert len(rows) == 2 * len(catalogue.board("imputation", "quick").cases)
    assert all(float(row["low"]) < float(row["x"]) < float(row["high"]) for row in rows)


def test_rows_and_raw_scores_are_downloaded_from_the_board(desk):
    desk.goto(BOARD)
    for label in ("Rows as CSV", "Raw scores as CSV", "Raw scores as JSON"):
        desk.get_by_text("Export", exact=True).click() if not desk.get_by_text(label).is_visible() else None
        with desk.expect_download() as download:
            desk.get_by_role("link", name=label).click()
        assert download.value.path().stat().st_size > 500


def test_the_keyboard_reaches_the_board_and_its_flags_explain_themselves(desk):
    desk.goto(BOARD)
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.className") == "skip"
    desk.keyboard.press("Enter")
    flag = desk.get_by_role("button", name="forecast missed").first
    for _ in range(120):
        desk.keyboard.press("Tab")
        if flag.evaluate("(button) => button === document.activeElement"):
            break
    tip = desk.locator(f"#{flag.get_attribute('popovertarget')}")
    assert tip.is_visible()
    desk.keyboard.press("Escape")
    assert not tip.is_visible()
    desk.get_by_role("button", name="no isolation").hover()
    assert desk.get_by_text("It ran without a sandbox").is_visible()


def test_dark_mode_is_kept_and_charts_follow(desk):
    desk.goto(f"{BOARD}compare/")
    place = desk.locator("[data-figure=profile-plot]")
    place.scroll_into_view_if_needed()
    desk.wait_for_function("(place) => place.dataset.drawn", arg=place.element_handle())
    light = place.evaluate("(place) => place.layout.font.color")
    desk.get_by_label("Switch between light and dark").click()
    desk.wait_for_function("([place, was]) => place.layout.font.color !== was", arg=[place.element_handle(), light])
    desk.goto("/claims/")
    assert desk.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


@pytest.fixture
def phone(chromium, live_server, fresh):  # noqa: F811
    """A small screen before a site with recorded references alone."""
    page = open_page(chromium, live_server, width=390)
    yield page
    page.context.close()
    assert page.complaints == []


def test_the_methods_stay_in_sight_beside_many_cases_recorded_in_part(phone, monkeypatch):
    board = catalogue.board("alignment", "full")
    whole = reference.read(reference.path_of(catalogue.board("alignment", "quick"), "cpu")).row("hard_dtw")
    some = replace(whole, plays=tuple(replace(whole.plays[0], case=case) for case in board.ranked_cases))
    monkeypatch.setattr(references, "recorded", lambda board: {"hard_dtw": references.Recorded(-1, some)})
    phone.goto("/tasks/alignment/?tier=full")
    method = phone.get_by_role("region", name="Recorded in part").get_by_role("rowheader")
    before = method.bounding_box()["x"]
    moved = method.evaluate("(cell) => { const place = cell.closest('.scroll'); return place.scrollLeft = 80; }")
    assert moved == 80
    assert method.bounding_box()["x"] == pytest.approx(before, abs=1)


def test_a_short_tag_is_one_line_on_a_phone(phone):
    phone.goto("/tasks/alignment/")
    tags = phone.locator("table.board tbody th .tag:not(.warn)")
    assert "reference · CPU" in tags.all_inner_texts()
    assert set(tags.evaluate_all("(tags) => tags.map((tag) => tag.getClientRects().length)")) == {1}


def test_the_counts_of_verdicts_are_on_a_phones_screen(phone):
    phone.goto("/claims/")
    table = phone.locator("table.overview")
    assert not table.get_by_text("It claims").is_visible()
    last = table.locator("thead th").last.bounding_box()
    assert last["x"] + last["width"] <= 390
