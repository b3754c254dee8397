"""What a reader asks of the pages, by pointer, by keyboard and on a phone: the verdict, the first row, the words, the filters."""

import re
from urllib.parse import urljoin, urlsplit

import pytest

from leaderboard.running.runs import start_run
from papers import catalogue
from tests.browser.test_pages import BOARD, desk, full, open_page, sign_in  # noqa: F401  # fixtures
from tests.leaderboard.conftest import measured, storage  # noqa: F401  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"width": 390, "height": 844}
ON_ITS_PAGE = "(one) => { const r = one.getBoundingClientRect(); return [r.top, r.bottom, r.left, r.right]; }"
ALIKE = re.compile(r"/(search|compare|starter|artefacts)|\?|\.(svg|csv|json|atom|parquet|xml)")


@pytest.fixture
def phone(chromium, full):  # noqa: F811
    context = chromium.new_context(base_url=full.url, viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def test_home_says_of_every_paper_whether_its_claim_held(desk):  # noqa: F811
    desk.goto("/", timeout=90_000)  # all papers' claims are read anew
    text = desk.locator("main").inner_text()
    for paper in catalogue.all_papers():
        assert paper.title in text
        assert paper.claim in text
    assert desk.locator(".verdict").count() >= len(catalogue.all_papers())
    assert "bubblewrap" not in text
    assert "queued" not in text.lower()


def test_a_board_begins_with_its_verdict_and_has_four_tabs_with_addresses(desk):  # noqa: F811
    desk.goto(BOARD)
    told = desk.locator(".headline").bounding_box()
    assert told["y"] < desk.locator("table.board").bounding_box()["y"]
    for name, end in (("Claims", "claims/"), ("Protocol", "protocol/"), ("Leaderboard", "")):
        desk.get_by_role("link", name=name, exact=True).last.click()
        desk.wait_for_url(lambda url, end=end: urlsplit(url).path == BOARD + end)
        assert desk.locator("[aria-current=page]").filter(has_text=name).count()


def test_a_phone_shows_the_first_row_within_one_screen(phone):
    phone.goto(BOARD)
    _, bottom, left, right = phone.locator("table.board tbody tr th").first.evaluate(ON_ITS_PAGE)
    assert bottom <= PHONE["height"], f"the first row ends at {bottom:.0f} of {PHONE['height']}"
    assert 0 <= left < right <= PHONE["width"]
    _, _, left, right = phone.locator("table.board tbody td.main strong").first.evaluate(ON_ITS_PAGE)
    assert 0 <= left < right <= PHONE["width"], "its score is seen without scrolling sideways"


def test_on_a_phone_a_plot_is_high_enough_and_has_no_bar_of_modes(phone):
    phone.goto(BOARD)
    place = phone.locator("[data-figure=cost]")
    place.scroll_into_view_if_needed()
    phone.locator("[data-figure=cost][data-drawn]").wait_for()
    assert place.evaluate("(one) => one.querySelector('.nsewdrag').getBoundingClientRect().height") >= 240
    assert phone.locator(".modebar-btn").count() == 0


def test_charts_follow_the_table(desk):  # noqa: F811
    titles = []
    for query in ("", "?sort=rmse", "?q=Method 1"):
        desk.goto(BOARD + query)
        desk.locator("[data-figure=cost]").scroll_into_view_if_needed()
        desk.locator("[data-figure=cost][data-drawn]").wait_for()
        titles.append(desk.locator("[data-figure=cost] .ytitle").text_content())
    assert titles[0].startswith("Skill")
    assert titles[1].startswith("RMSE")
    drawn = desk.locator("[data-figure=cost]").text_content()
    assert "Method 1" in drawn
    assert "Method 2" not in drawn


def test_every_header_explains_itself_and_is_large_enough_to_hit(desk):  # noqa: F811
    desk.goto(BOARD)
    headers = desk.locator("table.board thead th a")
    assert headers.count() > 4
    for header in headers.all():
        box = header.bounding_box()
        assert min(box["height"], box["width"]) >= 24, header.inner_text()
        header.focus()
        tip = desk.locator("#told:popover-open")
        assert tip.count() == 1, header.inner_text()
        assert len(tip.inner_text()) > 10


def test_a_menu_closes_on_escape_and_outside_and_stays_in_the_window(desk):  # noqa: F811
    for width in (1280, 390):
        desk.set_viewport_size({"width": width, "height": 844})
        desk.goto(BOARD)
        for name in ("Columns", "Export"):
            if (options := desk.get_by_role("button", name="Options")).is_visible() and name == "Columns":
                options.click()
            summary = desk.locator("summary").filter(has_text=name)
            panel = desk.locator("details.menu").filter(has=summary).locator(".panel")
            summary.click()
            _, _, left, right = panel.evaluate(ON_ITS_PAGE)
            assert 0 <= left < right <= width, (name, width)
            desk.keyboard.press("Escape")
            assert not panel.is_visible()
            summary.click()
            desk.locator("h1").click()
            assert not panel.is_visible()


def test_a_board_fits_a_wide_screen_with_the_columns_of_the_first_look(desk):  # noqa: F811
    desk.goto(BOARD)
    table = desk.locator("div.scroll:has(table.board)")
    assert table.evaluate("(one) => one.scrollWidth <= one.clientWidth")


def test_claims_are_filtered_and_no_heading_stands_over_nothing(desk):  # noqa: F811
    desk.goto("/claims/")
    everything = desk.locator("main section").count()
    desk.locator("select[name=kind]").select_option("comparisons")
    desk.wait_for_url(lambda url: "kind=comparisons" in url)
    desk.get_by_role("navigation", name="Verdicts").get_by_role("link").filter(has_text="held").first.click()
    desk.wait_for_url(lambda url: "verdict=" in url)
    assert "kind=comparisons" in desk.url
    assert 0 < desk.locator("main section").count() <= everything
    for section in desk.locator("main section").all():
        assert section.locator("tbody tr").count() > 0, section.inner_text()
    colours = {
        desk.locator(f".verdict.{name}").first.evaluate("(one) => getComputedStyle(one).color") for name in ("held",)
    }
    desk.goto("/claims/")
    for name in ("better-than-printed", "not-held"):
        if desk.locator(f".verdict.{name}").count():
            colours.add(desk.locator(f".verdict.{name}").first.evaluate("(one) => getComputedStyle(one).color"))
    assert len(colours) > 1


def test_the_form_asks_who_may_read_the_code_and_says_when_the_next_run_is_free(desk, settings):  # noqa: F811
    settings.QUOTA_PER_DAY = 1
    sign_in(desk)
    desk.goto(f"{BOARD}submit/")
    group = desk.get_by_role("group", name=re.compile("Who may read the code"))
    assert group.get_by_role("radio").count() == 2
    assert group.locator(":checked").count() == 0, "nobody chooses for an author"
    assert "runs used in the last 24 hours" in desk.locator("main").inner_text()


def test_a_pseudonym_is_chosen_with_the_keyboard_and_stands_in_the_authors_place(desk):  # noqa: F811
    sign_in(desk)
    desk.goto("/accounts/name/")
    desk.get_by_label(re.compile("Show me to others by a pseudonym")).focus()
    desk.keyboard.press("Space")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    desk.wait_for_url(lambda url: url.endswith("/accounts/"))
    desk.goto(BOARD)
    assert "alice" not in desk.locator("table.board").inner_text()


def test_an_administrator_pauses_a_queue_and_the_author_is_told_why(chromium, full, measured, django_user_model):  # noqa: F811
    alice = django_user_model.objects.get(username="alice")
    run = start_run(measured("Held up", author=alice, rebuild=False), requester=alice)
    django_user_model.objects.create_superuser("root-of-all", password="correct horse")
    page = open_page(chromium, full)
    page.goto("/accounts/login/?next=/admin/queues/")
    page.get_by_label("Username").fill("root-of-all")
    page.get_by_label("Password").fill("correct horse")
    page.locator("main form").get_by_role("button").first.click()
    page.get_by_label("cpu, mode").select_option("paused")
    page.get_by_label("cpu, reason").fill("a new disk")
    page.get_by_role("button", name="Set cpu").click()
    page.get_by_text("The queue cpu is paused").wait_for()
    page.get_by_label(f"run {run.pk}").check()
    page.get_by_label("Put the chosen runs").select_option("first")
    page.get_by_role("button", name="Put", exact=True).click()
    page.get_by_text("1 run put first").wait_for()
    page.goto(f"{run.submission.get_absolute_url()}?run={run.pk}")
    assert "paused by an administrator (a new disk)" in page.locator("main").inner_text()
    page.context.close()


def test_no_link_of_the_site_leads_nowhere(full, client):  # noqa: F811
    """Every page that can be reached without signing in, once; of long lists the first of a kind."""
    queue, seen, broken = ["/"], {"/"}, []
    while queue:
        page = queue.pop()
        answer = client.get(page)
        if answer.status_code not in (200, 302):
            broken.append((page, answer.status_code))
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        for link in re.findall(r'href="([^"#]+)', answer.content.decode()):
            address = urljoin(page, link.replace("&amp;", "&"))
            is_ours = not urlsplit(address).netloc and address.startswith("/") and not address.startswith("/static/")
            if is_ours and address not in seen and not (ALIKE.search(address) and kind(address) in seen):
                seen |= {address, kind(address)}
                queue.append(address)
    assert broken == []
    assert len(seen) > 100


def kind(address):
    """Addresses that differ by board and number only are alike."""
    parts = urlsplit(address)
    names = sorted(pair.partition("=")[0] for pair in parts.query.split("&"))
    return re.sub(r"\d+|(?<=/tasks/)[^/]+|(?<=/papers/)[^/]+", "*", parts.path) + "?" + "&".join(names)
