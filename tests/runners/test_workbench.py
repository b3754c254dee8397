"""A method's evaluation on its author's machine: the verdict, what is kept, resumed, compared and reported."""

import json
import os
import signal
import subprocess
import sys
import time

import jsonschema_rs
import numpy as np
import pytest

import runners.claimcheck as claimcheck
from papers import reference
from runners.__main__ import main
from runners.commands import exits
from runners.job import ROOT
from runners.standing.digits import with_interval
from runners.standing.statistics import difference
from runners.workbench import references, result, screen, verdict
from runners.workbench.tally import Tally
from tests.elsewhere import FOLDER

HEAD = "class Method:\n    def __init__(self, seed, device):\n        pass\n\n    def double(self, x):\n        "
SCHEMA = jsonschema_rs.validator_for(json.loads((ROOT / "runners/workbench/result.schema.json").read_text()))


class Doubles:
    def __init__(self, seed, device):
        self.seed = seed

    def double(self, x):
        return 2 * x


@pytest.fixture
def run(doubling, tmp_path, monkeypatch, capfd):
    """Evaluate a body in this process; returns exit status, document, and what was said."""
    monkeypatch.chdir(tmp_path)

    def played(body, *options, name="method", here=("--no-sandbox",)):
        (tmp_path / f"{name}.py").write_text(HEAD + body)
        out = () if "--out" in options or "--resume" in options else ("--out", name)
        status = main(["run", "doubling", f"{name}.py", *here, *out, *options])
        path = tmp_path / name / "result.json"
        return status, json.loads(path.read_text()) if path.exists() else None, capfd.readouterr()

    return played


@pytest.fixture
def recorded(doubling, tmp_path, monkeypatch):
    """`exact` and `identity` as they would have been recorded: errors on both cases and five seeds."""
    board = doubling.board("quick")
    rng = np.random.default_rng(0)
    spent = {"seconds": 1.0, "cpu_seconds": 1.0, "gpu_seconds": 0.0, "memory_bytes": 1, "gpu_memory_bytes": None}

    def row(slug, level):
        plays = tuple(
            reference.Play(case=case.name, seed=seed, scores={"error": level + 0.01 * rng.random()}, spent=spent)
            for case, seed in board.plays()
        )
        return reference.Row(slug=slug, fingerprint="", plays=plays, provenance={})

    rows = (row("exact", 0.5), row("identity", 2.0))
    monkeypatch.setattr(reference, "holds", lambda row, board: True)
    monkeypatch.setattr(references, "rows_in", lambda path: rows)
    monkeypatch.setattr(type(board.task.folder), "glob", lambda self, pattern: [self / "quick-cpu.json.gz"])
    forget_references()
    yield board
    forget_references()


def forget_references():
    references.recorded.cache_clear()
    references.scores_of.cache_clear()


def tally_of(board, value):
    """A tally of all plays, of which `value(case, seed)` is the error."""
    spent = {"seconds": 0.1, "cpu_seconds": 0.1, "gpu_seconds": 0.0, "memory_bytes": 1 << 20, "gpu_memory_bytes": None}
    plays = [
        {"type": "play", "case": case.name, "seed": seed, "scores": {"error": value(case.name, seed)}, "spent": spent}
        for case, seed in board.plays()
    ]
    return Tally.of(board, plays)


def test_the_result_is_of_the_documented_format_and_every_ending_has_its_status(run, tmp_path):
    for body, options, ending in (
        ("return 2 * x", (), "finished"),
        ("return 1 // 0", (), "failed"),
        ("raise KeyboardInterrupt", (), "interrupted"),
    ):
        status, document, _ = run(body, *options, name=ending)
        assert (status, document["status"]) == (result.STATUSES[ending], ending)
        SCHEMA.validate(document)
        assert "<title>" in (tmp_path / ending / "report.html").read_text()
    with pytest.raises(jsonschema_rs.ValidationError):
        SCHEMA.validate(document | {"format": 2})


def test_the_value_is_that_of_the_board_and_says_over_what_it_is(run):
    _, document, told = run("return 2 * x + 1", "--seeds", "3")
    values = [score["value"] for score in document["scores"] if score["metric"] == "error"]
    known = document["value"]
    assert known["value"] == pytest.approx(np.mean(values))
    assert (known["cases"], known["seeds"], known["is_whole"]) == (["small", "large"], [0, 1, 2], False)
    assert known["low"] <= known["value"] <= known["high"]
    assert (
        "Error: 1.000 ± 0.000 over 2 ranked cases of 2 and 3 seeds of 5: a part of what the board ranks by." in told.out
    )
    assert "limits: at most" in told.out


def test_a_method_stands_between_those_that_are_better_and_worse_by_the_boards_statistics(recorded):
    rng = np.random.default_rng(1)
    middle = verdict.verdict_of(tally_of(recorded, lambda case, seed: 1.0 + 0.01 * rng.random()), is_public=True)
    assert middle.standing.rank == middle.standing.rank_low == middle.standing.rank_high == 2
    assert (middle.standing.told_apart_ahead, middle.standing.told_apart_behind) == (("Exact",), ("Identity",))
    assert "would stand at 2 of 3 (rank interval 2–2), between Exact and Identity." in middle.sentences[1]
    assert "Told apart: better than Identity." in middle.sentences
    noisy = verdict.verdict_of(tally_of(recorded, lambda case, seed: 20.0 * (seed % 2)), is_public=True)
    assert noisy.standing.rank_low < noisy.standing.rank_high
    other = verdict.verdict_of(tally_of(recorded, lambda case, seed: 1.0), is_public=False)
    assert other.standing is None
    assert "another key" in other.why_not


def test_a_method_of_the_house_is_not_compared_with_itself(recorded):
    known = verdict.verdict_of(tally_of(recorded, lambda case, seed: 1.0), is_public=True, house="exact")
    assert known.standing.ahead == ()
    assert known.standing.behind == ("Identity",)


def test_without_a_terminal_every_play_is_a_line_with_the_references_and_the_time_to_go(recorded, capsys):
    tally = tally_of(recorded, lambda case, seed: 1.0)
    plays = [(case.name, seed) for case, seed in recorded.plays()]
    with screen.screen_for(recorded, tally, plays, is_plain=True) as shown:
        shown.take(tally.plays["small", 0])
        shown.take({"type": "log", "text": "hello\n"})
    line, log = capsys.readouterr().err.splitlines()
    assert line.startswith("[10/10] small, seed 0: Error 1.000 (Exact 0.50")
    assert "Identity 2.0" in line
    assert line.endswith("0.1 CPU-s, about 0 s to go")
    assert log == "hello"


def test_a_narrow_table_leaves_references_out_and_a_low_one_shows_the_case_that_is_played():
    assert screen.visible(list("abcdefgh"), "f", 3) == ["e", "f", "g"]
    assert screen.visible(list("abc"), "", 10) == list("abc")


def test_more_seeds_than_the_tier_has_are_said_and_one_seed_can_be_asked_for(run):
    status, document, told = run("return 2 * x", "--seeds", "9", "--seed", "3", "--case", "small")
    assert status == 0
    assert {score["seed"] for score in document["scores"]} == {3}
    assert "9 seeds were asked for; the quick tier has 5" in told.err
    assert document["notes"]
    assert "A single seed tells nothing apart." in told.out or "nobody to compare it with" in told.out
    status, _, told = run("return 2 * x", "--seed", "5", name="other")
    assert (status, "has the seeds 0–4, not 5" in told.err) == (exits.USAGE, True)


def test_the_command_of_the_result_repeats_it_with_its_seeds_and_its_key(run, tmp_path):
    _, first, _ = run("return x", "--seed", "1", "--case", "large", "--seed-key", "aa" * 32)
    words = first["provenance"]["command"].split()
    assert words[:3] == ["claimcheck", "run", "doubling"]
    assert main([*words[1:], "--out", "again"]) == 0
    assert result.read(tmp_path / "again")["scores"] == first["scores"]
    assert first["scores"]
    _, public, _ = run("return x", "--seed", "1", "--case", "large", name="public")
    assert public["scores"] != first["scores"]
    assert "--seed-key" not in public["provenance"]["command"]


def test_what_was_played_is_kept_and_resumed(run, tmp_path):
    body = "from pathlib import Path\n        calls = Path('calls')\n"
    body += "        calls.write_text((calls.read_text() if calls.exists() else '') + '.')\n"
    body += "        if len(calls.read_text()) == 3: raise KeyboardInterrupt\n"
    status, first, told = run(body + "        return 2 * x", "--seeds", "2")
    assert (status, len(first["costs"])) == (exits.INTERRUPTED, 2)
    assert "--resume goes on" in told.err
    status, _, told = run(body + "        return 2 * x", "--seeds", "2", "--out", "method")
    assert (status, "holds the results of another run" in told.err) == (exits.USAGE, True)
    status, second, _ = run(body + "        return 2 * x", "--seeds", "2", "--resume", "--out", "method")
    assert (status, second["status"], len(second["costs"])) == (0, "finished", 4)
    assert len((tmp_path / "calls").read_text()) == 5, "two, the one that was interrupted, and the two that were left"
    assert second["scores"][:2] == first["scores"][:2]
    status, _, told = run("return 3 * x", "--resume", "--out", "method")
    assert (status, "can't be resumed" in told.err) == (exits.USAGE, True)


def test_a_debugger_stands_at_the_methods_line_and_a_profile_is_said(run, tmp_path, monkeypatch):
    (tmp_path / "method.py").write_text(HEAD + "raise RuntimeError('here')")
    words = [sys.executable, "-m", "runners", "run", "doubling", "method.py", "--debug", "--out", "debugged"]
    env = {**os.environ, "PAPERS_PATH": FOLDER, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        words, cwd=tmp_path, env=env, input="p len(x)\nq\n", capture_output=True, text=True, timeout=120
    )
    assert f"{tmp_path}/method.py(6)double()" in done.stdout
    assert "-> raise RuntimeError('here')" in done.stdout
    assert done.returncode == exits.METHOD
    _, _, told = run("return 2 * x", "--profile", "--case", "small", "--seed", "0", name="profiled")
    assert "(double)" in told.err
    assert (tmp_path / "profiled" / "profile.pstats").exists()


@pytest.mark.sandbox
def test_evaluators_side_by_side_score_the_same_and_ctrl_c_leaves_none(run, isolated, tmp_path):
    _, alone, _ = run("return x")
    (tmp_path / "slow.py").write_text(HEAD + "import time\n        time.sleep(0.5 * len(x))\n        return x")
    words = [sys.executable, "-m", "runners", "run", "doubling", "slow.py", "--jobs", "2", "--out", "slow"]
    env = {**os.environ, "PAPERS_PATH": FOLDER, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(words, cwd=tmp_path, env=env, start_new_session=True, stdout=subprocess.PIPE)
    journal, deadline = tmp_path / "slow" / "events.jsonl", time.monotonic() + 120
    while time.monotonic() < deadline and not (journal.exists() and '"play"' in journal.read_text()):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == exits.INTERRUPTED
    document = json.loads((tmp_path / "slow" / "result.json").read_text())
    assert document["status"] == "interrupted"
    assert document["scores"]
    assert all(score in alone["scores"] for score in document["scores"])


def test_flags_come_with_their_reasons_and_unranked_cases_are_marked(run, doubling, monkeypatch):
    _, document, told = run("return 2 * x + (10 if len(x) > 3 else 0)", "--seeds", "2")
    (flag,) = document["flags"]
    assert (flag["label"], flag["metric"], flag["case"]) == ("not doubled", "error", "large")
    assert flag["value"] == pytest.approx(10)
    assert "flag: not doubled: error is 10 on large. Some number is not twice as large." in told.out
    table = [
        {
            "case": "large",
            "seed": 0,
            "name": "Symptoms",
            "kind": "table",
            "data": {"columns": ["a"], "rows": [["slow", 1.5]]},
        }
    ]
    assert "  slow                      1.5" in result.symptoms(document | {"artefacts": table})
    monkeypatch.setattr(type(doubling.board("quick")), "ranked_cases", ["small"])
    assert "large (not ranked)" in result.table(doubling, {"large": {"error": 1.0}}, "quick", width=80)
    assert "-0.0000" not in result.table(doubling, {"large": {"error": -1e-9}}, "quick", width=80)


def test_results_are_compared_by_paired_differences(run, tmp_path, capfd):
    run("return 2 * x", name="good")
    run("return 2 * x + 1 + 0.01 * len(x)", name="bad")
    assert main(["compare", "good", "bad/result.json", "--html", "plots.html"]) == 0
    said = capfd.readouterr().out
    documents = [json.loads((tmp_path / name / "result.json").read_text()) for name in ("good", "bad")]
    errors = [
        np.array([[one["value"] for one in document["scores"] if one["case"] == "small" and one["metric"] == "error"]])
        for document in documents
    ]
    found = difference(errors[1], errors[0])
    assert f"+{with_interval(found.value, found.low, found.high, 3)} [" in said
    assert "good.py is better than bad.py" in said
    assert "Plotly" in (tmp_path / "plots.html").read_text()
    assert main(["compare", "good"]) == exits.USAGE
    run("return x", "--seed-key", "bb" * 32, name="keyed")
    capfd.readouterr()
    assert main(["compare", "good", "keyed"]) == exits.USAGE
    assert "different seed keys" in capfd.readouterr().err


def test_a_report_holds_the_boards_own_figures_and_nothing_that_ends_its_script(run, doubling, tmp_path):
    run("return 2 * x + 1", name="named")
    page = (tmp_path / "named" / "report.html").read_text()
    for figure in doubling.board("quick").figures:
        assert f"<h2>{figure.title}</h2>" in page
    assert "https://" not in page.split('<script type="application/json"')[0]
    figures = page.split('id="figures">')[1].split("</script>")[0]
    assert json.loads(figures)


def test_a_class_a_factory_and_a_file_are_evaluated_from_python(doubling, tmp_path):
    def make(seed, device):
        return Doubles(seed, device)

    whole = claimcheck.evaluate("doubling", Doubles, seeds=2)
    made = claimcheck.evaluate("doubling", make, seeds=2)
    (tmp_path / "method.py").write_text(HEAD + "return 2 * x")
    file = claimcheck.evaluate("doubling", tmp_path / "method.py", seeds=2, sandbox=False)
    assert whole.status == made.status == file.status == "finished"
    assert whole.value == made.value == file.value == 0
    assert "Doubles" in whole.document["method"]["name"]
    shown = whole._repr_html_()
    assert "<table" in shown
    assert "Error: 0.000" in shown
    assert "Error: 0.000" in repr(whole)
    whole.save(tmp_path / "saved.json")
    assert result.read(tmp_path / "saved.json") == whole.document
    for wrong in (lambda: None, type("Bare", (), {})):
        with pytest.raises(ValueError, match=r"must take \(seed, device\)"):
            claimcheck.evaluate("doubling", wrong)
    with pytest.raises(ValueError, match="no such case"):
        claimcheck.evaluate("doubling", Doubles, cases=["huge"])
