"""Pins are exact and sorted, what they pull in is pinned too, for both builds of torch, and the page of them is current."""

import re

import pytest

from tests.dependencies import PAGE, ROOT, canonical, pins

FILES = ["requirements-local.txt", "requirements-site.txt", "requirements-dev.txt"]
CONSTRAINTS = [line.partition(" ;")[0].split("==") for line in (ROOT / "constraints.txt").read_text().splitlines()]
AGAIN = "run `make constraints dependencies`"


@pytest.mark.parametrize("file", FILES)
def test_requirements_are_sorted_and_exact(file):
    lines = (ROOT / file).read_text().splitlines()
    lines = [line for line in lines if not line.startswith("#")]
    assert lines == sorted(lines, key=str.casefold)
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+(\[[\w,]+\])?==[\w.]+( ; .+)?", line)] == []


@pytest.mark.parametrize("file", FILES)
def test_every_pin_stands_in_the_constraints(file):
    constrained = {(name, version) for name, version in CONSTRAINTS}
    wanted = {(canonical(name), version) for name, version in pins(ROOT / file).items()}
    assert not wanted - constrained, AGAIN


def test_the_constraints_take_either_build_of_torch():
    names = {name for name, _ in CONSTRAINTS}
    assert not {name for name in names if re.match(r"(nvidia|cuda|triton)\b", name)} - {"nvidia-ml-py"}
    assert not [version for _, version in CONSTRAINTS if "+" in version], "a local version is that of one build"


@pytest.mark.parametrize("file", FILES)
def test_the_page_of_dependencies_names_every_pin(file):
    page = PAGE.read_text()
    assert [name for name, version in pins(ROOT / file).items() if f"| {name} | {version} |" not in page] == [], AGAIN
