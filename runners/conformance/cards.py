"""Rules on what a card says. Nothing is played."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from papers import catalogue, data, reference
from papers.evidence import Claim
from papers.figures import Against, Bracket, Frames, Gallery, Heatmap, Overlay, Scatter, Seeds
from papers.playing import RESERVED, Contestant
from papers.task import TIERS, Board, Case, House, Paper, Task
from runners import known, tables
from runners.conformance.rules import case_names, metric_names, rule

HEADINGS = ["Claim", "Protocol", "Interface", "Results beside the claims", "Deviations", "Source"]
LONGEST_TOPIC = 30
SEEDS = {"quick": 5, "full": 3}
PATIENCE = 10
FIGURES = (Heatmap, Against, Overlay, Bracket, Scatter, Seeds, Gallery, Frames)


def repeated(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


@rule("paper")
def the_paper_says_what_it_is(paper: Paper) -> Iterator[str]:
    for name in ("title", "authors", "venue", "claim", "question"):
        if not getattr(paper, name).strip():
            yield f"PAPER lacks its {name}"
    if not paper.url.startswith("https://"):
        yield f"PAPER.url is {paper.url!r}: an address that begins with https://"
    if not paper.tasks:
        yield "PAPER.tasks is empty: it brings one board at least"
    if not paper.topics:
        yield "topics are what visitors browse by: short nouns"
    for topic in paper.topics:
        if topic != topic.strip().lower() or len(topic) > LONGEST_TOPIC:
            yield f"topic {topic!r}: lower-case, at most {LONGEST_TOPIC} characters"


@rule("paper")
def the_readme_has_its_headings(paper: Paper) -> Iterator[str]:
    there = re.findall(r"^## (.+)$", (paper.folder / "README.md").read_text(), re.M)
    if there != HEADINGS:
        yield f"README.md has the headings {', '.join(there)}; they are {', '.join(HEADINGS)}, in this order"


@rule("paper")
def the_readmes_tables_say_what_is_recorded(paper: Paper) -> Iterator[str]:
    path = paper.folder / "README.md"
    try:
        if tables.renewed(path) != path.read_text():
            yield "README.md has a table of other results than are recorded: claimcheck tables writes it anew"
    except ValueError as error:
        yield str(error)


@rule("task")
def the_card_is_complete(task: Task) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", task.slug):
        yield f"slug {task.slug!r}: lower-case letters, digits and _, beginning with a letter"
    if task.version < 1:
        yield "version begins with 1, and rises when scores of before no longer compare"
    if not task.primary.is_ranked:
        yield f"{task.primary.name} is the first metric, by which the board ranks: it must be one that ranks"
    for metric in task.metrics:
        if not metric.label or not metric.description:
            yield f"metric {metric.name} lacks its label or its description"
    for what, names in (
        ("metrics", [metric.name for metric in task.metrics]),
        ("house methods", [house.slug for house in task.house]),
        ("tiers", [str(tier.name) for tier in task.tiers]),
    ):
        yield from (f"two {what} are named {name}" for name in repeated(names))


@rule("task")
def the_house_has_a_control_a_starter_and_a_trial(task: Task) -> Iterator[str]:
    houses = {house.slug: house for house in task.house}
    if not any(house.kind == "control" for house in task.house):
        yield "a board needs a control that must fail"
    if task.starter not in houses or houses[task.starter].kind == "oracle":
        yield f"starter {task.starter!r}: the slug of a house method that has a file"
    if task.own not in ("", *houses):
        yield f"own {task.own!r}: the paper's own method is one of the house"
    if "quick" not in task.boards or not set(task.boards) <= set(TIERS):
        yield f"tiers {', '.join(task.boards)}: there is a quick one, and perhaps a full one"
    trial, quick = task.trial, {case.name for tier in task.tiers if tier.name == "quick" for case in tier.cases}
    if trial.name in case_names(task) if isinstance(trial, Case) else trial not in quick:
        name = trial.name if isinstance(trial, Case) else trial
        yield f"trial {name}: the name of a case of the quick tier, or a case of its own, which has its own name"


@rule("task")
def what_is_worked_out_once_are_functions(task: Task) -> Iterator[str]:
    for name in task.once:
        try:
            known.parted(name)
        except (ImportError, AttributeError, ValueError) as error:
            yield f"once names {name}, a function of a module, as it is called there: {error}"


@rule("board")
def a_board_has_cases_seeds_and_limits(board: Board) -> Iterator[str]:
    yield from (f"two cases are named {name}" for name in repeated([case.name for case in board.cases]))
    if not board.ranked_cases:
        yield "no case is ranked: then no method has a rank"
    least = SEEDS[board.tier.name]
    if board.seeds < least:
        yield f"{board.seeds} seeds: at least {least}, or intervals mean little"
    limits = board.limits
    if not 0 < limits.call_seconds <= limits.play_seconds:
        yield f"a call may take {limits.call_seconds} s and a play {limits.play_seconds} s: a play is the longer one"
    if limits.patience < PATIENCE:
        yield f"patience {limits.patience}: at least {PATIENCE}, or a busy machine fails methods"


@rule("board")
def a_case_is_described_by_a_frozen_dataclass_and_names_what_it_needs(board: Board) -> Iterator[str]:
    known = files_of(catalogue.paper_of(board.task.slug))
    if len({type(case.params) for case in board.cases}) > 1:
        yield "one dataclass describes the cases of a board"
    for case in board.cases:
        if not is_dataclass(case.params) or not getattr(case.params, "__dataclass_params__").frozen:  # noqa: B009  # untyped
            yield f"{case.name}: params must be a frozen dataclass"
        hash(case.params)  # nothing in it can be changed either
        yield from (f"{case.name} needs {name}, which data.py does not declare" for name in set(case.data) - known)
        for package in case.packages:
            if not re.fullmatch(r"[A-Za-z_][\w.]*", package):
                yield f"{case.name}: {package!r} is not the name of a module"


def files_of(paper: Paper) -> set[str]:
    """The files that a paper's data.py declares."""
    modules = catalogue.modules("data")
    return {name for each in modules if Path(str(each.__file__)).parent == paper.folder for name in each.FILES}


@rule("task")
def the_interface_is_documented(task: Task) -> Iterator[str]:
    if task.interface.__name__ != "Method":
        yield f"the interface is called {task.interface.__name__}: it is Method on every board, as in every upload"
    if Contestant not in task.interface.__mro__:
        yield "the interface derives from papers.playing.Contestant and typing.Protocol"
    if not task.required_calls:
        yield "the interface has no call that every method must define"
    for name in set(task.calls) & set(RESERVED):
        yield f"{name} is what a protocol asks the runner, not the method: give the call another name"
    for name in task.calls:
        if not getattr(task.interface, name).__doc__:
            yield f"{name} has no docstring: it is the documentation on the page"


@rule("board")
def what_is_held_against_a_board_names_what_it_has(board: Board) -> Iterator[str]:
    task, evidence = board.task, board.evidence
    houses, cases = {house.slug for house in task.house}, {case.name for case in board.cases}
    for claim in evidence.claims:
        yield from faults_of_claim(claim, metric_names(board), houses, cases)
    for comparison in evidence.comparisons:
        if comparison.metric not in ranking_metrics(task):
            yield f"a comparison by {comparison.metric}, which is no metric that ranks"
        yield from (
            f"a comparison names {name}, no house method" for name in {comparison.house, comparison.than} - houses
        )
        yield from (f"a comparison names {name}, no case" for name in sorted(set(comparison.cases) - cases))
    for contrast in evidence.contrasts:
        yield from (f"a contrast names {name}, no case" for name in sorted({contrast.of, contrast.against} - cases))
        if contrast.metric and contrast.metric not in metric_names(board):
            yield f"a contrast by {contrast.metric}, no metric"
    for audit in evidence.audits:
        yield from (f"an audit names {name}, no case" for name in {*audit.public, audit.twin} - cases)
        if len(audit.public) != 1 and task.metric(audit.chosen).better != "context":
            yield "an audit of several public cases needs a metric of the kind context that says which was chosen"
        if task.metric(audit.metric).better != "lower":
            yield f"an audit by {audit.metric}: one that is better the lower it is"


def faults_of_claim(claim: Claim, metrics: set[str], houses: set[str], cases: set[str]) -> Iterator[str]:
    if claim.metric not in metrics:
        yield f"a claim names the metric {claim.metric}, which the board has not"
    if claim.case and claim.case not in cases:
        yield f"a claim names the case {claim.case}, which the board has not"
    if claim.case and claim.house and claim.house not in houses:
        yield f"a claim names {claim.house}, no house method"
    if not (claim.case and claim.house) and claim.house is not None:
        yield "a claim on no case of the board names no house method either"
    if not claim.where:
        yield "a claim says where in the paper it stands"


def ranking_metrics(task: Task) -> set[str]:
    return {metric.name for metric in task.metrics if metric.is_ranked}


@rule("task")
def a_relation_names_what_the_board_has(task: Task) -> Iterator[str]:
    """Of what there is not, no page could tell that it is violated."""
    houses = {house.slug for house in task.house}
    flags = {flag.label for flag in task.flags}
    for relation in task.relations:
        about = f"the relation {relation.text!r} names"
        yield from (f"{about} {name}, no house method" for name in {relation.house, relation.below} - houses - {""})
        yield from (f"{about} {name}, no case" for name in sorted(set(relation.cases) - case_names(task)))
        if relation.flag and relation.flag not in flags:
            yield f"{about} the flag {relation.flag!r}, which the board has not"


@rule("task")
def a_flag_names_a_metric(task: Task) -> Iterator[str]:
    yield from (f"two flags are labelled {label}" for label in repeated([flag.label for flag in task.flags]))
    for flag in task.flags:
        if flag.metric not in {metric.name for metric in task.metrics}:
            yield f"flag {flag.label} names the metric {flag.metric}, which the board has not"
        known = {case.name for board in task.boards.values() for case in board.cases}
        yield from (f"flag {flag.label} names {name}, no case" for name in sorted(set(flag.cases) - known))
        if not flag.text:
            yield f"flag {flag.label} has no text: it tells visitors what it means"


@rule("board")
def a_figure_names_what_the_board_has(board: Board) -> Iterator[str]:
    for figure in board.figures:
        yield from (f"figure {figure.title!r}: {fault}" for fault in faults_of_figure(figure, board))


def faults_of_figure(figure: Any, board: Board) -> Iterator[str]:
    cases = {case.name for case in board.cases}
    if type(figure) not in FIGURES:
        yield f"there is no figure {type(figure).__name__}, only {', '.join(kind.__name__ for kind in FIGURES)}"
    if not figure.title:
        yield "it has no title"
    yield from (f"there is no metric {name}" for name in set(figure.metrics) - metric_names(board))
    if isinstance(figure, Against):
        names = {field.name for case in board.cases for field in fields(case.params)}
        yield from (f"no case has {name} among its parameters" for name in {figure.x, *figure.where} - names)
    if isinstance(figure, Scatter):
        yield from (f"there is no case {name}" for name in set(figure.cases) - cases)
    case = getattr(figure, "case", None)
    if case and figure in board.tier.figures and case not in cases:
        yield f"there is no case {case}"


@rule("house")
def a_house_method_is_a_file_that_a_user_could_upload(task: Task, house: House) -> Iterator[str]:
    if not house.title or not house.summary:
        yield f"{house.slug} lacks its title or its summary"
    if house.expense < 1:
        yield f"{house.slug}: expense is in CPU-seconds of a quick run, and 1 at least"
    code = task.code(house)
    if house.kind == "oracle":
        if (code, house.file, dict(house.constants)) != (b"", "", {}):
            yield f"{house.slug}: the board makes an oracle from the truth, it has no file and no constants"
        return
    if len(code) > task.file_bytes:
        yield f"{house.slug} has {len(code)} bytes, a method {task.file_bytes} at most"
    named = [node for node in ast.parse(code).body if isinstance(node, ast.ClassDef) and node.name == "Method"]
    if len(named) != 1:
        yield f"{house.slug} defines {len(named)} classes Method, not one"
        return
    defined = {node.name for node in named[0].body if isinstance(node, ast.FunctionDef)}
    if not named[0].bases:
        yield from (f"{house.slug} lacks {call}" for call in sorted(set(task.required_calls) - defined))


@rule("task")
def every_file_beside_the_board_is_a_house_method(task: Task) -> Iterator[str]:
    lying = {path.stem for path in task.methods.glob("*.py")} - {"__init__"}
    named = {house.file or house.slug for house in task.house if house.kind != "oracle"}
    yield from (
        f"methods/{name}.py is none of the house: name it in house.py or remove it" for name in sorted(lying - named)
    )
    yield from (f"methods/{name}.py is missing, though the house names it" for name in sorted(named - lying))


@rule("task")
def recorded_results_are_those_of_the_code_as_it_is(task: Task) -> Iterator[str]:
    """Where a board has any: read and unchanged, every row of a method as it stands, on files as they are declared."""
    for path in sorted((task.folder / "reference").glob("*.json.gz")):
        recorded = reference.read(path)
        board = task.board(recorded.tier)
        if path != reference.path_of(board, recorded.device_class):
            yield f"{path.name} is not the name of what it holds"
        for row in recorded.rows:
            if not reference.holds(row, board):
                yield f"{path.name}: {row.slug} was measured with other code: record it again"
            measured = {name for play in row.plays for name in play.scores}
            yield from (f"{path.name}: {row.slug} has {name}, no metric" for name in measured - metric_names(board))
            known = {name: sha256 for name, sha256 in row.provenance.get("data", {}).items() if name in data.files()}
            if known != {name: data.files()[name].sha256 for name in known}:
                yield f"{path.name}: {row.slug} was measured on other files: record it again"
