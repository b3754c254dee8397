"""A whole site and a browser to look at it."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.site import Site


@pytest.fixture(scope="module")  # not longer: it goes on filling its boards, which costs the tests after it a core
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium: install it (apt-get install chromium) to run the browser tests")
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread; the ORM need not mind
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
    patch.undo()


def is_complaint(message):
    """Chromium reports a refused form as a failed resource: that one is meant."""
    return message.type == "error" and "status of 422" not in message.text


@pytest.fixture
def page(chromium, site):
    """A fresh page; anything that the console complains of fails the test."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    page.set_default_timeout(20_000)
    yield page
    context.close()
    assert complaints == []
