"""The tutorial, run: a new folder is laid out, its conformance failures name each step, and its end is a board."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parent.parent
TUTORIAL = (ROOT / "docs" / "new-paper.md").read_text()
FILES = dict(re.findall(r"^`papers/heavy_mean/([\w/.]+)`:\n\n```python\n(.*?)```$", TUTORIAL, re.M | re.S))
SAID = re.findall(r"^- `(.+)`$", TUTORIAL.partition("it says, among others")[2], re.M)


def python(folder, *words):
    env = {**os.environ, "PAPERS_PATH": str(folder), "DATA_DIR": str(folder / "var"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=250)


def conformance(folder):
    return python(folder, "-m", "pytest", "-q", "tests/test_conformance.py", "-k", "location")


@pytest.mark.slow
def test_the_tutorial_leads_from_an_empty_folder_to_a_finished_board(tmp_path):
    laid = python(
        tmp_path,
        "manage.py",
        "newpaper",
        "heavy_mean",
        "--board",
        "location",
        "--title",
        "Means under heavy tails",
        "--folder",
        str(tmp_path),
    )
    assert laid.returncode == 0, laid.stderr
    first = conformance(tmp_path)
    assert first.returncode == 1
    assert len(SAID) == 3
    for sentence in SAID:
        assert sentence in first.stdout, f"the tutorial promises: {sentence}"
    assert len(FILES) == 10
    for name, text in FILES.items():
        (tmp_path / "heavy_mean" / name).write_text(text)
    last = conformance(tmp_path)
    assert last.returncode == 0, last.stdout
    errors = {}
    for method in ("first", "mean", "median_of_means"):
        path, out = tmp_path / "heavy_mean" / "location" / "methods" / f"{method}.py", tmp_path / f"{method}.json"
        told = python(
            tmp_path, "-m", "runners", "location", str(path), "--no-sandbox", "--case", "heavy", "--json", str(out)
        )
        assert told.returncode == 0, told.stderr
        errors[method] = np.mean([score["value"] for score in json.loads(out.read_text())["scores"]])
    assert max(errors, key=errors.get) == "first", "the control must be worst"


def test_every_command_of_the_tutorial_is_one_that_exists():
    commands = re.findall(r"^python (.+)$", TUTORIAL, re.M)
    assert {command.split()[0] for command in commands} == {"manage.py", "-m"}


@pytest.mark.parametrize("slug", ["Upper", "1st", "a-b", "../escape", "imputation", "gain", "skeleton", ""])
def test_a_slug_that_is_wrong_or_taken_lays_out_nothing(slug, tmp_path):
    (tmp_path / "gain").mkdir()
    with pytest.raises(CommandError):
        call_command("newpaper", slug, folder=str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["gain"]
