"""The tutorial, run: a new folder is laid out, its conformance failures name each step, and its end is a board."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from runners.commands.verbs import VERBS

ROOT = Path(__file__).resolve().parent.parent
TUTORIAL = (ROOT / "docs" / "new-paper.md").read_text()
FILES = dict(re.findall(r"^`papers/heavy_tails/([\w/.]+)`:\n\n```(?:python|csv)\n(.*?)```$", TUTORIAL, re.M | re.S))
PROMISES = re.findall(r"^- `(.+)`$", TUTORIAL.partition("it says, among others")[2], re.M)
TREE = re.findall(r"^ +([\w./]+\.(?:py|md)) ", TUTORIAL.partition("papers/heavy_tails/\n")[2].partition("```")[0], re.M)


def python(folder, *words):
    env = {**os.environ, "PAPERS_PATH": str(folder), "DATA_DIR": str(folder / "var"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=250)


def conformance(folder):
    return python(folder, "-m", "runners", "check", "heavy_tails")


def errors_of(folder, method, case):
    """Mean error of a method of the finished board, and the data that its run read."""
    path, out = folder / "heavy_tails" / "heavy_mean" / "methods" / f"{method}.py", folder / f"{method}.json"
    where = ("--json", str(out), "--out", str(folder / f"{method}-{case}".replace("/", "-")))
    words = ("-m", "runners", "heavy_mean", str(path), "--no-sandbox", "--case", case, *where)
    command = python(folder, *words)
    assert command.returncode == 0, command.stderr
    return np.mean([score["value"] for score in json.loads(out.read_text())["scores"]]), out.read_text()


@pytest.mark.slow
def test_the_tutorial_leads_from_an_empty_folder_to_a_finished_board(tmp_path):
    words = ("--board", "heavy_mean", "--title", "Means under heavy tails", "--folder", str(tmp_path))
    laid = python(tmp_path, "-m", "runners", "new-paper", "heavy_tails", *words)
    assert laid.returncode == 0, laid.stderr
    paper = tmp_path / "heavy_tails"
    assert sorted(path.name for path in paper.rglob("*.*") if path.is_file()) == sorted(
        Path(name).name for name in TREE
    )
    first = conformance(tmp_path)
    assert first.returncode == 1
    assert len(PROMISES) == 4
    for sentence in PROMISES:
        assert sentence in first.stdout, f"the tutorial promises: {sentence}"
    assert len(FILES) == 13
    for name, text in FILES.items():
        (paper / name).parent.mkdir(exist_ok=True)
        (paper / name).write_text(text)
    last = conformance(tmp_path)
    assert last.returncode == 0, last.stdout
    errors = {method: errors_of(tmp_path, method, "heavy")[0] for method in ("first", "mean", "median_of_means")}
    assert max(errors, key=errors.get) == "first", "the control must be worst"
    sha256 = hashlib.sha256(FILES["made/islands.csv"].encode()).hexdigest()
    assert sha256 in errors_of(tmp_path, "mean", "islands")[1], "a paper elsewhere brings its own data"


def test_every_command_of_the_tutorial_is_one_that_exists():
    assert set(re.findall(r"^claimcheck ([\w-]+)", TUTORIAL, re.M)) <= set(VERBS)
    assert "python -m" not in TUTORIAL


@pytest.mark.parametrize(
    "slug", ["Upper", "1st", "a-b", "../escape", "gain", "imputation", "skeleton", "digits", "task", ""]
)
def test_a_slug_that_is_wrong_or_taken_lays_out_nothing(slug, tmp_path):
    with pytest.raises(CommandError):
        call_command("newpaper", slug, folder=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("board", ["Upper", "imputation", "problem", "data", "record"])
def test_a_board_that_is_wrong_or_taken_lays_out_nothing(board, tmp_path):
    with pytest.raises(CommandError):
        call_command("newpaper", "heavy_tails", board=board, folder=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_left_alone(tmp_path):
    (tmp_path / "heavy_tails").mkdir()
    with pytest.raises(CommandError, match="taken"):
        call_command("newpaper", "heavy_tails", folder=str(tmp_path))
    assert list((tmp_path / "heavy_tails").iterdir()) == []


def test_what_is_laid_out_is_formatted(tmp_path):
    call_command("newpaper", "heavy_tails", board="heavy_mean", title='A "quoted" title', folder=str(tmp_path))
    for words in (("format", "--check"), ("check",)):
        command = [sys.executable, "-m", "ruff", *words, "--config", str(ROOT / "pyproject.toml"), str(tmp_path)]
        ruff = subprocess.run(command, capture_output=True, text=True)
        assert ruff.returncode == 0, ruff.stdout
