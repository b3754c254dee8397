"""`claimcheck`: what an author runs before an upload."""

import json
import os
import platform
import pty
import subprocess
import sys
import termios

import pytest

from papers import catalogue
from runners import local, packages
from runners.__main__ import main
from runners.commands.verbs import VERBS
from runners.job import ROOT
from runners.workbench.result import document, table
from runners.workbench.tally import Tally
from tests.elsewhere import FOLDER

HEAD = "class Method:\n    def __init__(self, seed, device):\n        pass\n\n    def double(self, x):\n        "


@pytest.fixture
def ran(doubling, tmp_path, capfd):
    """Evaluate a method with this body; returns exit status, document and output."""

    def run(body, *options):
        method, out = tmp_path / "method.py", tmp_path / "out.json"
        method.write_text(HEAD + body)
        status = main(["doubling", str(method), "--json", str(out), "--out", str(tmp_path / "out"), *options])
        return status, json.loads(out.read_text()) if out.exists() else None, capfd.readouterr()

    return run


@pytest.mark.sandbox
@pytest.mark.parametrize("options", [(), ("--no-sandbox",)])
def test_a_finished_evaluation_is_written_whole_and_exits_with_0(ran, options):
    status, document, told = ran("return 2 * x", "--seeds", "2", *options)
    assert status == 0
    assert (document["task"], document["tier"], document["status"]) == ("doubling", "quick", "finished")
    assert {(score["case"], score["seed"]) for score in document["scores"]} == {
        (case, seed) for case in ("small", "large") for seed in (0, 1)
    }
    assert set(document["scores"][0]) == {"case", "seed", "metric", "value"}
    assert document["cost"]["seconds"] > 0
    assert document["provenance"]["code_sha256"]
    assert "finished: 4 plays" in told.out


@pytest.mark.sandbox
def test_a_failed_evaluation_says_where_and_exits_with_1(ran):
    status, document, told = ran("return 1 // 0")
    assert (status, document["status"]) == (1, "failed")
    assert document["message"].startswith("small, seed 0: ZeroDivisionError")
    assert 'File "method.py", line 6, in double' in document["message"]
    assert str(ROOT) not in document["message"]
    assert "failed: small, seed 0" in told.out


@pytest.mark.sandbox
def test_a_method_of_the_house_is_played_by_its_name(doubling, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out.json"
    words = [
        "doubling",
        "--house",
        "identity",
        "--seeds",
        "1",
        "--case",
        "small",
        "--device",
        "cpu",
        "--json",
        str(out),
    ]
    assert main(words) == 0
    document = json.loads(out.read_text())
    assert document["flags"][0]["label"] == "not doubled"
    assert document["provenance"]["command"] == (
        "claimcheck run doubling --house identity --tier quick --device cpu --seeds 1 --case small"
    )


def test_a_narrow_terminal_shows_a_metric_a_line(doubling):
    rows = {"small": {"error": 0.5, "luck": 2.0}}
    wide, narrow = table(doubling, rows, "quick", width=80), table(doubling, rows, "quick", width=30)
    assert wide.splitlines()[1].split() == ["small", "0.5000", "2.0000"]
    assert [line.split() for line in narrow.splitlines()] == [["small"], ["error", "0.5000"], ["luck", "2.0000"]]
    assert max(map(len, narrow.splitlines())) <= 30


def test_a_house_method_that_fails_by_a_limit_is_played_once_more(doubling, monkeypatch):
    job = local.job_of(doubling.board("quick"), doubling.method("exact"))
    limit = {"type": "failed", "whose": "author", "reason": "limit"}
    ends = [[{"type": "started"}, {"type": "play", "case": "small", "seed": 0}, limit], [{"type": "started"}, limit]]
    jobs = []

    def happenings(job):
        jobs.append(job)
        yield from ends[len(jobs) - 1]

    monkeypatch.setattr(local, "happenings", happenings)
    assert [event["type"] for event in local.patiently(job)] == ["started", "play", "failed"]
    assert [job.done for job in jobs] == [(), (("small", 0),)]


def test_no_task_is_named_like_a_word_of_the_command(doubling, monkeypatch):
    assert set(catalogue.VERBS) == set(VERBS)
    monkeypatch.setattr(catalogue, "VERBS", ("record", "doubling"))
    catalogue.all_papers.cache_clear()
    with pytest.raises(ValueError, match="can't be named doubling"):
        catalogue.all_papers()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["doublin", "METHOD"], "did you mean doubling?"),
        (["doubling"], "name a task and a method's file"),
        (["doubling", "METHOD", "--house", "exact"], "name a task and a method's file"),
        (["doubling", "--house", "exakt"], "no house method 'exakt', only exact, identity"),
        (["recrd", "doubling"], "did you mean record?"),
        (["record", "doubling", "--method", "exakt"], "no house method exakt"),
        (["record", "doubling", "--seeds", "0"], "x>=1"),
        (["record", "doubling", "--case", "huge", "--folder", "FOLDER"], "no such case: huge"),
        (["doubling", "/nonexistent.py"], "No such file"),
        (["doubling", "METHOD", "--case", "huge"], "no such case: huge; quick has large, small"),
        (["doubling", "METHOD", "--seeds", "0"], "x>=1"),
        (["doubling", "METHOD", "--seed-key", "xyz"], "hexadecimal"),
        (["doubling", "METHOD", "--json", "/nonexistent/out.json"], "can't be written to"),
        (["doubling", "DEEP"], "nested too deeply"),
        (["doubling", "LATIN"], "not UTF-8"),
        (["doubling", "BROKEN"], "line 1"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence_and_exits_with_2(doubling, tmp_path, capsys, words, said):
    files = {"METHOD": HEAD + "return x", "DEEP": "-" * 200_000 + "1", "LATIN": "é", "BROKEN": "def f(:"}
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="latin-1")
    paths = {"FOLDER": str(tmp_path / "FOLDER")} | {name: str(tmp_path / f"{name}.py") for name in files}
    status = main([paths.get(word, word) for word in words])
    assert status == 2
    assert said in capsys.readouterr().err


def test_tasks_tiers_and_cases_are_listed(doubling, capsys):
    assert main(["list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert "imputation: Imputation (version 3)" in listed
    assert "    breast/mcar-50" in listed
    assert any(line.startswith("  full: ") for line in listed)
    assert f"numpy {packages.versions()['numpy']}" in listed[-2]
    assert platform.python_version() in listed[-2]
    assert "4294967295" in listed[-1]


@pytest.mark.sandbox
def test_a_terminal_shows_progress_by_case(tmp_path):
    (tmp_path / "method.py").write_text(HEAD + "return 2 * x")
    screen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 100))
    command = [sys.executable, "-m", "runners", "doubling", "method.py", "--seeds", "1"]
    env = {**os.environ, "PAPERS_PATH": FOLDER, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=terminal, stdout=subprocess.DEVNULL):
        os.close(terminal)
        shown = "".join(iter(lambda: read_from(screen), ""))
    os.close(screen)
    assert "Error ↓" in shown
    assert "2 of 2 plays (100 %)" in shown


def read_from(screen):
    """What a terminal shows next; "" once nobody writes to it any more."""
    try:
        return os.read(screen, 1 << 16).decode(errors="replace")
    except OSError:
        return ""


def test_a_method_that_was_played_twice_tells_all_that_it_cost(doubling):
    spent = {"seconds": 1.0, "cpu_seconds": 2.0, "gpu_seconds": 0.0, "memory_bytes": 5, "gpu_memory_bytes": 0}
    play = {"type": "play", "case": "small", "scores": {"error": 0.0}, "spent": spent}
    told = [
        {"type": "started", "provenance": {}, "left_out": {}},
        {**play, "seed": 0, "data": {"first": "11"}},
        {**play, "seed": 1, "data": {"second": "22"}},
        {"type": "finished", "plays": 1, "spent": spent, "data": {"second": "22"}},
    ]
    job = local.job_of(doubling.board("quick"), doubling.method("exact"))
    result = document(job, Tally.of(job.board, told), status="finished")
    assert (result["cost"]["cpu_seconds"], result["cost"]["memory_bytes"]) == (4.0, 5)
    assert result["provenance"]["data"] == {"first": "11", "second": "22"}
