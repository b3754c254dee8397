"""One person's way through the whole system, in a real browser, over real processes."""

import signal
import time

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

PASSWORD = "a-long-enough-passphrase-7"


def sign_up(page, name):
    page.goto("/")
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("Username").fill(name)
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
    page.locator("main form").get_by_role("button").first.click()
    page.wait_for_url(lambda url: "signup" not in url)


def upload(page, name, content):
    page.goto("/tasks/imputation/submit/")
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=file]").set_input_files(
        {"name": "method.py", "mimeType": "text/x-python", "buffer": content}
    )
    page.get_by_role("radio", name="Everybody: it stands").check()
    page.locator("main form button[type=submit]").click()


def test_boards_fill_by_themselves_side_by_side_with_measured_house_methods(site):
    site.wait_for(lambda: sum(bool(site.board(task)) for task in site.tasks()) >= 3, 420)
    boards = {task: site.board(task) for task in site.tasks()}
    assert all(row["low"] <= row["value"] <= row["high"] for rows in boards.values() for row in rows if row["rank"])


def test_a_new_user_uploads_the_starter_file_and_sees_it_ranked(site, page):
    sign_up(page, "newcomer")
    page.goto("/tasks/imputation/submit/")
    with page.expect_download() as download:
        page.get_by_role("link", name="starter").first.click()
    starter = download.value.path().read_bytes()
    assert b"class Method" in starter
    upload(page, "My first method", starter)
    page.wait_for_url("**/submissions/*/")
    page.get_by_text("Finished", exact=False).first.wait_for(timeout=420_000)
    page.goto("/tasks/imputation/")
    row = page.locator("table tbody tr", has_text="My first method").first
    row.wait_for()
    assert "newcomer" in row.inner_text()
    assert any(entry["method"] == "My first method" for entry in site.board())


def test_a_method_that_fails_tells_its_author_where(site, page):
    sign_up(page, "stumbler")
    code = (
        b"class Method:\n    def __init__(self, seed, device):\n        pass\n\n    def impute(self, x, categorical):\n"
    )
    upload(page, "It divides by zero", code + b"        return x / len([]) + 1 // 0\n")
    page.wait_for_url("**/submissions/*/")
    page.get_by_text("ZeroDivisionError").first.wait_for(timeout=420_000)
    text = page.locator("main").inner_text()
    assert "method.py" in text
    assert "line 6" in text


def test_a_file_that_is_no_method_is_refused_beside_its_field(site, page):
    sign_up(page, "hasty")
    upload(page, "Not Python", b"class Method(:\n    pass\n")
    error = page.locator("form").get_by_text("line 1").first
    error.wait_for()
    assert page.url.endswith("/submit/")


def test_killing_the_supervisor_outright_leaves_nothing_and_a_second_start_keeps_everything(site):
    """The last here: it ends the site of the others."""
    assert len(site.processes()) > 5
    site.wait_for(lambda: values(site), 300)
    before = values(site)
    site.process.send_signal(signal.SIGKILL)
    site.process.wait()
    deadline = time.monotonic() + 15
    while site.processes() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert site.processes() == []
    site.lines.clear()
    site.start()
    assert before.items() <= values(site).items()
    site.stop()
    assert site.processes() == []


def values(site):
    """What stands on the site's boards: {submission: value}."""
    return {row["submission"]: row["value"] for task in site.tasks() for row in site.board(task)}
