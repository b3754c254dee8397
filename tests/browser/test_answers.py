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
ALIKE = re.compile(r"/(search|compare|starter|artefacts|static)|\?|\.(svg|csv|json|atom|parquet|xml)")

def kind(address):
    """Addresses that differ by board and number only are alike."""
    parts = urlsplit(address)
    names = sorted(pair.partition("=")[0] for pair in parts.query.split("&"))
    return re.sub(r"\d+|(?<=/tasks/)[^/]+|(?<=/papers/)[^/]+", "*", parts.path) + "?" + "&".join(names)
