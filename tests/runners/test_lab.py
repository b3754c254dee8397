"""`claimcheck check` and `serve`: papers in a repository of their own. The tutorial's test lays one out and finishes it."""

import importlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import papers
from papers import catalogue
from papers.evidence import Comparison, Contrast, Evidence, Relation
from papers.metrics import Flag
from papers.task import Board
from runners.commands import exits, lab
from runners.commands.group import main
from runners.conformance import cards, plays, rules
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


def test_a_relation_that_names_what_there_is_not_is_told(doubling):
    relations = (
        Relation(text="a", house="nobody", value=0.0),
        Relation(text="b", house="exact", below="somebody", cases=("tiny",)),
        Relation(text="c", house="exact", flag="luck"),
        Relation(text="d", house="exact", value=0.0),
    )
    assert list(cards.a_relation_names_what_the_board_has(replace(doubling, relations=relations))) == [
        "the relation 'a' names nobody, no house method",
        "the relation 'b' names somebody, no house method",
        "the relation 'b' names tiny, no case",
        "the relation 'c' names the flag 'luck', which the board has not",
    ]


def test_a_trial_that_there_is_not_is_told(doubling):
    (fault,) = [each for each in faults_of_the_house(replace(doubling, trial="tiny")) if "trial" in each]
    assert fault.startswith("trial tiny: the name of a case of the quick tier")
    assert not [each for each in faults_of_the_house(doubling) if "trial" in each]


def test_a_metric_that_there_is_not_is_told(doubling):
    comparison = Comparison(
        text="a", house="exact", than="identity", metric="eror", cases=("tiny",), where="here", status="checked"
    )
    contrast = Contrast(label="b", of="small", against="tiny", metric="eror")
    tier = replace(doubling.board("quick").tier, evidence=Evidence(comparisons=(comparison,), contrasts=(contrast,)))
    assert list(cards.what_is_held_against_a_board_names_what_it_has(Board(doubling, tier))) == [
        "a comparison by eror, which is no metric that ranks",
        "a comparison names tiny, no case",
        "a contrast names tiny, no case",
        "a contrast by eror, no metric",
    ]


def test_a_flag_of_a_case_that_there_is_not_is_told(doubling):
    flag = Flag(label="luck", metric="error", text="Luck.", above=1.0, cases=("small", "tiny"))
    assert list(cards.a_flag_names_a_metric(replace(doubling, flags=(flag,)))) == ["flag luck names tiny, no case"]


def test_a_heavy_import_of_a_card_is_told(tmp_path):
    laid = command("new-paper", "ours", cwd=tmp_path)
    assert laid.returncode == exits.FINE, laid.stderr
    for name in ("cases", "play"):  # the card does not import the second one
        path = tmp_path / "ours" / "ours" / f"{name}.py"
        path.write_text(path.read_text().replace("\nfrom ", "\nimport torch\nfrom ", 1))
    told = command("check", "ours", "--quick", cwd=tmp_path).stdout
    assert "ours/cases.py imports torch, and the card imports it" in told
    assert "play.py imports torch" not in told


def test_what_is_worked_out_once_is_played_as_a_site_does(doubling, monkeypatch):
    module = importlib.import_module(doubling.play)
    task = replace(doubling, once=(f"{doubling.play}.numbers",))
    plain = module.numbers
    assert list(plays.what_is_worked_out_once_changes_nothing(task)) == []
    assert module.numbers is plain
    monkeypatch.setattr(module, "numbers", salted(module))
    (fault,) = plays.what_is_worked_out_once_changes_nothing(replace(task))
    assert "draws nothing salted; the trial case fails: TypeError" in fault


def salted(module):
    def numbers(case, seed):
        return seed.salted("numbers").normal(size=case.params.n)

    numbers.__module__ = module.__name__
    return numbers


def faults_of_the_house(task):
    return list(cards.the_house_has_a_control_a_starter_and_a_trial(task))


def test_a_folder_of_papers_that_there_is_not_is_told(tmp_path):
    told = command("list", cwd=tmp_path, PAPERS_PATH=f"{tmp_path}/nothing:{FOLDER}/doubling")
    assert f"note: PAPERS_PATH names '{tmp_path}/nothing', which is no folder" in told.stderr
    assert f"note: PAPERS_PATH names '{FOLDER}/doubling', a package: name the folder in which it lies" in told.stderr


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
