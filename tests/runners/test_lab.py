"""`claimcheck check` and `serve`: papers in a repository of their own. The tutorial's test lays one out and finishes it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import papers
from papers import catalogue
from runners.commands import exits, lab
from runners.commands.group import main
from runners.conformance import cards, rules
from runners.conformance.checking import checks
from tests.elsewhere import FOLDER

ROOT = Path(__file__).resolve().parents[2]


def command(*words, cwd, **env):
    env = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    words = [sys.executable, "-m", "runners", *words]
    return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, timeout=100)


def test_a_paper_elsewhere_is_checked_by_its_folder_with_its_faults_and_nobody_elses(tmp_path):
    """In a folder that depends on the package only."""
    laid = command("new-paper", "ours", "--board", "our_board", cwd=tmp_path)
    assert laid.returncode == exits.FINE, laid.stderr
    assert f"export PAPERS_PATH={tmp_path}" in laid.stdout
    (tmp_path / "ours" / "notes").mkdir()
    (tmp_path / "ours" / "our_board" / "methods" / "first.py").write_text(
        "import papers.gain.problem\nclass Method: ...\n"
    )
    told = command("check", "ours", cwd=tmp_path)
    assert told.returncode == exits.METHOD
    for fault in (
        "notes has no place in a paper's folder",
        "methods/first.py imports papers.gain.problem",
        "first lacks answer",
        "a board needs a control that must fail",
    ):
        assert fault in told.stdout, told.stdout
    assert "imputation" not in told.stdout
    (tmp_path / "ours" / "__init__.py").write_text("import nothing_like_it\n")
    told = command("check", "--quick", cwd=tmp_path, PAPERS_PATH=str(tmp_path))
    assert (told.returncode, "No module named 'nothing_like_it'" in told.stderr) == (exits.METHOD, True)
    assert "Traceback" not in told.stderr


def test_a_name_that_there_is_not_is_told(capsys):
    assert main(["check", "nothing"]) == exits.USAGE
    assert "there is no paper or board 'nothing'" in capsys.readouterr().err


def test_all_that_holds_is_listed_too(doubling, capsys, monkeypatch):
    monkeypatch.setattr(papers, "__path__", [*papers.__path__])
    assert main(["check", "--quick", "--list"]) in (exits.FINE, exits.METHOD)
    said = capsys.readouterr().out
    assert "✓ doubling/quick: a case is described by a frozen dataclass" in said
    assert "imputation" not in said, "those of PAPERS_PATH, where there are any"
    assert FOLDER in os.environ["PAPERS_PATH"]


def test_an_exception_in_a_paper_is_a_fault_with_its_place(monkeypatch):
    def fail(paper):
        raise ZeroDivisionError("of a card")

    paper = catalogue.all_papers()[0]
    broken = rules.Rule("it_breaks", "paper", plays=False, ask=fail)
    (subject,) = rules.subjects_of(paper, "paper")
    (fault,) = broken.faults(subject)
    assert fault.startswith("ZeroDivisionError: of a card (test_lab.py, line")


def test_every_rule_is_asked_of_something():
    asked = {check.rule.name for check in checks(catalogue.all_papers())}
    assert asked == {rule.name for rule in rules.RULES}
    assert cards.the_card_is_complete.__name__ in asked


def test_where_the_site_is_not_installed_serve_says_how_to_have_it(monkeypatch, capsys):
    monkeypatch.setattr(lab, "SITE_PARTS", ("leaderboard", "nothing_like_it"))
    assert main(["serve"]) == exits.USAGE
    assert "nothing_like_it is missing): pip install 'claimcheck[site]'" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["new-paper", "check", "serve", "docs", "starter", "notebook"])
def test_a_verb_explains_itself(word, capsys):
    assert main([word, "--help"]) == exits.FINE
    assert len(capsys.readouterr().out.split()) > 20
