"""The benchmarks of a site come out, whatever they say: `make bench` takes too long for a test."""

import subprocess
import sys

import pytest

from tests.site import ROOT

pytestmark = [pytest.mark.alone, pytest.mark.slow]
TABLES = (
    "A board of 100 rows",
    "One run more on a board of 100 rows",
    "runs that do nothing",
    "hostile uploaders for",
    "/healthz",
)


def test_each_table_of_a_site_comes_out_and_nothing_is_lost():
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--quick"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert [table for table in TABLES if table not in done.stdout] == []
    assert "lost 0, tried again 0, scores missing 0" in done.stdout
    assert "begun, 0 of them lost" in done.stdout
