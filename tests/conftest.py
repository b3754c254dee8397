"""What all tests share: users, and an account of what was skipped.

With CLAIMCHECK_TEST_EVERYTHING=1, as in CI, a skip for a missing part is a failure; only `gpu` tests may be skipped.
"""

import os

os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)  # as evaluations do

import pytest
from django.contrib.auth import get_user_model

import papers
from papers import catalogue
from tests.elsewhere import FOLDER

EVERYTHING = os.environ.get("CLAIMCHECK_TEST_EVERYTHING") == "1"


@pytest.fixture
def alice(db):
    return get_user_model().objects.create_user("alice", password="correct horse")


@pytest.fixture
def bob(db):
    return get_user_model().objects.create_user("bob", password="battery staple")


@pytest.fixture
def staff(db):
    return get_user_model().objects.create_superuser("staff", password="long enough too")


@pytest.fixture
def doubling(monkeypatch):
    """The task `doubling`, found in a folder outside the tree."""
    monkeypatch.setattr(papers, "__path__", [*papers.__path__, FOLDER])
    monkeypatch.setenv("PAPERS_PATH", FOLDER)
    forget_papers()
    yield catalogue.task("doubling")
    monkeypatch.undo()
    forget_papers()


def forget_papers():
    """Look for papers anew."""
    for cached in (catalogue.all_papers, catalogue.all_tasks, catalogue.all_boards, catalogue.paper_of):
        cached.cache_clear()


def missing(report):
    return report.skipped and "gpu" not in report.keywords and not hasattr(report, "wasxfail")


def pytest_terminal_summary(terminalreporter):
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if missing(report)]
    if EVERYTHING and skipped:
        terminalreporter.section("skipped although everything must run", red=True)
        for report in skipped:
            terminalreporter.write_line(f"{report.nodeid}: {report.longrepr[-1]}")


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if EVERYTHING and reporter and any(map(missing, reporter.stats.get("skipped", []))) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
