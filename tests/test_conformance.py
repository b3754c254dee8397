"""What every paper's folder must keep to. A new paper is checked by lying there.

Boards are played through the runner itself, in this very process: the card's trial case, by the cheapest house method.
"""

import ast
import importlib
import re
import time
from collections import namedtuple
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

import pytest

from papers import catalogue, data, reference
from papers.figures import Against, Bracket, Frames, Gallery, Heatmap, Overlay, Scatter, Seeds
from papers.playing import RESERVED, Contestant
from papers.task import TIERS, Case
from runners.evaluation import evaluate
from runners.job import Job

PAPERS = catalogue.all_papers()
TASKS = list(catalogue.all_tasks().values())
BOARDS = catalogue.all_boards()
HEADINGS = ["Claim", "Protocol", "Interface", "Results beside the claims", "Deviations", "Source"]
HOUSE = [(task, house) for task in TASKS for house in task.house]
ORACLES = [(task, house) for task, house in HOUSE if house.kind == "oracle"]
TRIAL_SECONDS = 2.0
LOAD = 2.0  # CPU-seconds on a machine that others use as well, against those on a quiet one
SHOWN_BY_GALLERY = {"image", "points", "matrix", "strip"}
GARBAGE = {
    "none": "None",
    "text": "'text'",
    "number": "3.0",
    "scalar": "np.zeros(())",
    "shape": "np.zeros((2, 2, 2, 2, 2), np.float32)",
    "nan": "np.full((3, 3), np.nan)",
    "dict": "{'a': 1}",
    "list": "[[]]",
}

Play = namedtuple("Play", "scores artefacts data seconds failure")
each_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.slug)
each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.slug)
each_board = pytest.mark.parametrize("board", BOARDS, ids=str)
each_house_method = pytest.mark.parametrize(
    ("task", "house"), HOUSE, ids=[f"{task.slug}-{house.slug}" for task, house in HOUSE]
)


def run(task, code, *, case, key=b"conformance", oracle=""):
    """One play of a case by this code or this oracle, through the runner."""
    told = []
    start = time.process_time()
    job = Job(
        task=task.slug, tier="quick", code=code, oracle=oracle, cases=(case,), seeds=1, seed_key=key, mode="inprocess"
    )
    evaluate(job, told.append)
    seconds = time.process_time() - start
    of = {
        kind: [event for event in told if event["type"] == kind] for kind in ("play", "artefact", "finished", "failed")
    }
    return Play(
        scores=of["play"][0]["scores"] if of["play"] else None,
        artefacts={artefact["name"]: artefact for artefact in of["artefact"]},
        data=of["finished"][0]["data"] if of["finished"] else None,
        seconds=seconds,
        failure=of["failed"][0] if of["failed"] else None,
    )


@cache
def trial(task, *, key=b"conformance", times=0, case="", passed_over=("oracle",)):
    """The trial case by the cheapest method; `times` tells plays apart that are otherwise the same."""
    methods = [house for house in task.house if house.kind not in passed_over]
    return run(
        task, task.code(min(methods, key=lambda house: house.expense)), case=case or task.trial_case.name, key=key
    )


def repeatable(task, play):
    assert play.failure is None, play.failure
    return {name: value for name, value in play.scores.items() if not task.metric(name).timing}


def case_names(task):
    return {case.name for tier in task.tiers for case in tier.cases}


@each_paper
def test_the_paper_says_what_it_is(paper):
    for text in (paper.title, paper.authors, paper.venue, paper.claim, paper.question):
        assert text.strip()
    assert paper.url.startswith("https://")
    assert paper.tasks
    assert paper.topics, "topics are what visitors browse by: short nouns"
    assert all(topic == topic.strip().lower() and len(topic) <= 30 for topic in paper.topics)


@each_paper
def test_the_readme_has_its_headings(paper):
    text = (paper.folder / "README.md").read_text()
    assert re.findall(r"^## (.+)$", text, re.M) == HEADINGS


@each_task
def test_the_card_is_complete(task):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", task.slug)
    assert task.version >= 1
    assert task.primary.is_ranked
    assert task.metrics
    names = [metric.name for metric in task.metrics]
    assert len(set(names)) == len(names)
    assert all(metric.label and metric.description for metric in task.metrics)
    houses = [house.slug for house in task.house]
    assert len(set(houses)) == len(houses)
    assert any(house.kind == "control" for house in task.house), "a board needs a control that must fail"
    assert task.starter in houses
    assert task.own in ("", *houses), "the paper's own method is one of the house"
    assert task.method(task.starter).kind != "oracle", "a starter is a file"
    tiers = [tier.name for tier in task.tiers]
    assert len(set(tiers)) == len(tiers)
    assert "quick" in tiers
    assert set(tiers) <= set(TIERS)
    assert isinstance(task.trial, Case) != (task.trial_case.name in case_names(task)), (
        "a case of its own has its own name"
    )


@each_board
def test_a_board_has_cases_seeds_and_limits(board):
    names = [case.name for case in board.cases]
    assert len(set(names)) == len(names)
    assert board.ranked_cases
    assert board.seeds >= (5 if board.tier.name == "quick" else 3)
    assert 0 < board.limits.call_seconds <= board.limits.play_seconds
    assert board.limits.patience >= 10


@each_board
def test_a_case_is_described_by_a_frozen_dataclass_and_names_what_it_needs(board):
    paper = catalogue.paper_of(board.task.slug)
    (known,) = [
        set(module.FILES) for module in catalogue.modules("data") if Path(module.__file__).parent == paper.folder
    ] or [set()]
    kinds = {type(case.params) for case in board.cases}
    assert len(kinds) == 1, "one dataclass describes the cases of a board"
    for case in board.cases:
        assert is_dataclass(case.params)
        assert case.params.__dataclass_params__.frozen
        hash(case.params)  # nothing in it can be changed either
        assert set(case.data) <= known, f"{paper.slug}/data.py declares what its cases need"
        assert all(re.fullmatch(r"[A-Za-z_][\w.]*", package) for package in case.packages)


@each_task
def test_the_interface_is_documented(task):
    assert Contestant in task.interface.__mro__
    assert task.required_calls
    assert not set(task.calls) & set(RESERVED), "these names are what a protocol asks the runner, not the method"
    for name in task.calls:
        assert getattr(task.interface, name).__doc__, f"{name} has no docstring: it is the documentation on the page"


@each_board
def test_what_is_held_against_a_board_names_what_it_has(board):
    task, evidence = board.task, board.evidence
    metrics, houses = {metric.name for metric in task.metrics}, {house.slug for house in task.house}
    cases = {case.name for case in board.cases}
    for claim in evidence.claims:
        assert claim.metric in metrics
        assert claim.case in cases or not claim.case
        assert (claim.house in houses) if claim.case and claim.house else claim.house is None
        assert claim.where
    for comparison in evidence.comparisons:
        assert task.metric(comparison.metric).is_ranked
        assert {comparison.house, comparison.than} <= houses
        assert comparison.house != comparison.than
        assert comparison.cases
        assert set(comparison.cases) <= cases
    for contrast in evidence.contrasts:
        assert {contrast.of, contrast.against} <= cases
    for audit in evidence.audits:
        assert {*audit.public, audit.twin} <= cases
        assert len(audit.public) == 1 or task.metric(audit.chosen).better == "context"
        assert task.metric(audit.metric).better == "lower"


@each_task
def test_a_flag_names_a_metric(task):
    labels = [flag.label for flag in task.flags]
    assert len(set(labels)) == len(labels)
    assert {flag.metric for flag in task.flags} <= {metric.name for metric in task.metrics}
    assert all(flag.text for flag in task.flags)


@each_board
def test_a_figure_names_what_the_board_has(board):
    known = {metric.name for metric in board.task.metrics}
    cases = {case.name for case in board.cases}
    for figure in board.figures:
        assert type(figure) in {Heatmap, Against, Overlay, Bracket, Scatter, Seeds, Gallery, Frames}
        assert figure.title
        assert set(figure.metrics) <= known
        if isinstance(figure, Against):
            names = {field.name for case in board.cases for field in fields(case.params)}
            assert {figure.x, *figure.where} <= names
        if isinstance(figure, Scatter):
            assert set(figure.cases) <= cases
        if getattr(figure, "case", None) and figure in board.tier.figures:
            assert figure.case in cases


@each_task
def test_what_a_figure_draws_is_reported(task):
    """By the trial case; where that doesn't report it, by the figure's own, or where that is of another tier by a quick one."""
    for figure in [*task.figures, *(figure for tier in task.tiers for figure in tier.figures)]:
        case = getattr(figure, "case", None)
        assert case is None or case in case_names(task)
        for name in figure.artefacts:
            reported = trial(task).artefacts
            quick = [each.name for each in task.board("quick").cases]
            for other in [case] if case in quick else quick:
                if name not in reported and other:
                    reported = trial(task, case=other).artefacts
            assert name in reported, f"the figure {figure.title!r} draws {name!r}, which no play reported"
            artefact = reported[name]
            if isinstance(figure, Overlay):
                assert artefact["kind"] == "curve"
                assert {figure.series, figure.reference} - {""} <= set(artefact["data"]["series"])
            elif isinstance(figure, Frames):
                assert artefact["kind"] == "matrix"
                assert artefact["data"]["frames"]
            else:
                assert artefact["kind"] in SHOWN_BY_GALLERY


@each_house_method
def test_a_house_method_is_a_file_that_a_user_could_upload(task, house):
    assert house.title
    assert house.summary
    assert house.expense >= 1
    code = task.code(house)
    if house.kind == "oracle":
        assert (code, house.file, dict(house.constants)) == (b"", "", {}), "the board makes an oracle from the truth"
        return
    assert len(code) <= task.file_bytes
    (method,) = [node for node in ast.parse(code).body if isinstance(node, ast.ClassDef) and node.name == "Method"]
    inherited = bool(method.bases)
    defined = {node.name for node in method.body if isinstance(node, ast.FunctionDef)}
    assert inherited or set(task.required_calls) <= defined


@each_task
def test_every_file_beside_the_board_is_a_house_method(task):
    lying = {path.stem for path in task.methods.glob("*.py")} - {"__init__"}
    assert lying == {house.file or house.slug for house in task.house if house.kind != "oracle"}


@each_task
def test_scores_are_finite_named_by_the_card_and_repeat_with_the_seed(task):
    scores = repeatable(task, trial(task))
    assert task.primary.name in scores or not task.trial_case.ranked
    assert scores == repeatable(task, trial(task, times=1))
    another = repeatable(task, trial(task, key=b"another"))
    if scores == another:  # a control may ignore the problem
        real = {"passed_over": ("oracle", "control")}
        scores, another = (repeatable(task, trial(task, key=key, **real)) for key in (b"conformance", b"another"))
    assert scores != another, "another seed must draw another problem"


@pytest.mark.parametrize(("task", "house"), ORACLES, ids=[f"{task.slug}-{house.slug}" for task, house in ORACLES])
def test_an_oracle_is_at_least_as_good_as_the_cheapest_method(task, house):
    """On the trial case, or on the first one where the board knows the truth."""
    protocol = importlib.import_module(task.play)
    for case in (task.trial_case, *task.board("quick").cases):
        play = run(task, b"", case=case.name, oracle=house.slug)
        if play.failure is None:
            break
    assert callable(protocol.oracle)
    assert play.failure is None, play.failure
    gain = task.primary.gain
    assert gain(play.scores[task.primary.name]) >= gain(trial(task, case=case.name).scores[task.primary.name])


@each_task
def test_recorded_results_are_those_of_the_code_as_it_is(task):
    """Where a board has any: read and unchanged, every row of a method as it stands, on files as they are declared."""
    for path in sorted((task.folder / "reference").glob("*.json.gz")):
        recorded = reference.read(path)
        board = task.board(recorded.tier)
        assert path == reference.path_of(board, recorded.device_class)
        for row in recorded.rows:
            assert reference.holds(row, board), f"{path.name}: {row.slug} was measured with other code: record it again"
            assert {name for play in row.plays for name in play.scores} <= {metric.name for metric in task.metrics}
            known = {name: sha256 for name, sha256 in row.provenance.get("data", {}).items() if name in data.files()}
            assert known == {name: data.files()[name].sha256 for name in known}, f"{path.name}: {row.slug}"


@each_task
def test_the_trial_case_is_quick(task):
    assert min(trial(task, times=times).seconds for times in (0, 1)) < TRIAL_SECONDS * LOAD


@each_task
def test_what_was_read_is_what_the_case_said(task):
    """A file that has to be fetched is named by the case, so that the case is left out where it can't be had."""
    case, play = task.trial_case, trial(task)
    assert play.failure is None, play.failure
    used = play.data
    assert set(case.data) <= set(used)
    fetched = {name for name in used if name in data.files() and data.files()[name].folder is None}
    assert fetched <= set(case.data)
    assert all(data.files()[name].sha256 == sha256 for name, sha256 in used.items() if name in data.files())


@each_task
@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_a_malformed_answer_is_the_authors_error(task, answer):
    calls = "\n".join(f"    def {name}(self, *args, **kwargs):\n        return {answer}" for name in task.calls)
    code = f"import numpy as np\nclass Method:\n    def __init__(self, *args):\n        pass\n{calls}\n"
    failure = run(task, code.encode(), case=task.trial_case.name).failure
    assert failure
    assert (failure["whose"], failure["reason"]) == ("author", "answer"), failure["message"]
