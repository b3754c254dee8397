"""What all tests share: users, which of them run alone, and an account of what was skipped and of what is slow.

With CLAIMCHECK_TEST_EVERYTHING=1, as in CI, a skip for a missing part is a failure; only tests may be skipped that
need a GPU, or the data of a mirror where DATA_MIRROR names none. A test marked `postgresql` is left out on another
database.
"""

import os
from pathlib import Path

os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)  # as evaluations do

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

import papers
from papers import catalogue
from tests.elsewhere import FOLDER

EVERYTHING = os.environ.get("CLAIMCHECK_TEST_EVERYTHING") == "1"
TESTS = Path(__file__).resolve().parent
ALONE = {"browser", "faults", "hostile", "test_far_worker.py", "test_supervisor.py"}  # whole sites, real time
SLOW_SECONDS = 5


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


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses by the marks
def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.path.relative_to(TESTS).parts[0] in ALONE:
            item.add_marker(pytest.mark.alone)
    if connection.vendor != "postgresql":
        elsewhere = [item for item in items if item.get_closest_marker("postgresql")]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


def lacks_slow_mark(report):
    return report.when == "call" and report.duration > SLOW_SECONDS and "slow" not in report.keywords


def missing(report):
    may_lack = "gpu" in report.keywords or "DATA_MIRROR is not set" in str(report.longrepr)
    return report.skipped and not may_lack and not hasattr(report, "wasxfail")


def pytest_terminal_summary(terminalreporter):
    slow = [report for report in terminalreporter.stats.get("passed", []) if lacks_slow_mark(report)]
    if slow:
        terminalreporter.section(f"over {SLOW_SECONDS} s and not marked slow (a busy machine?)")
        for report in slow:
            terminalreporter.write_line(f"{report.duration:.1f} s {report.nodeid}")
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if missing(report)]
    if EVERYTHING and skipped:
        terminalreporter.section("skipped although everything must run", red=True)
        for report in skipped:
            terminalreporter.write_line(f"{report.nodeid}: {report.longrepr[-1]}")


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if EVERYTHING and reporter and any(map(missing, reporter.stats.get("skipped", []))) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
