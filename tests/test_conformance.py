"""What every paper's folder must keep to. A new paper is checked by lying there."""

import importlib
import re

import numpy as np
import pytest

from papers import catalogue
from papers.task import TIERS, Against, AnswerError, Bracket, Seed

TASKS = list(catalogue.all_tasks().values())
HEADINGS = ["Claim", "Protocol", "Interface", "Results beside the claims", "Deviations", "Source"]
HOUSE = [(task, house) for task in TASKS for house in task.house]

each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.slug)
each_house_method = pytest.mark.parametrize(
    ("task", "house"), HOUSE, ids=[f"{task.slug}-{house.slug}" for task, house in HOUSE]
)


class Silent:
    """A report that nobody reads."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


class Garbage:
    """A method that gives the same useless answer to every call."""

    def __init__(self, answer):
        self._answer = answer  # an interface may have a call `answer`

    def __getattr__(self, name):
        return lambda *args, **kwargs: self._answer


def seed(index):
    return Seed(index, key=b"conformance %d" % index, salt=b"salt %d" % index)


def protocol(task):
    return importlib.import_module(task.protocol)


def method_of(task, house):
    namespace = {"__name__": "method"}
    code = catalogue.paper_of(task.slug).method_path(house.slug).read_text()
    exec(compile(code, f"{house.slug}.py", "exec"), namespace)
    return namespace["Method"]


def play(task, case, *, method, index=0):
    return protocol(task).play(case, seed=seed(index), device="cpu", method=method, report=Silent())


def cheapest(task):
    return method_of(task, min(task.house, key=lambda house: house.expense))(0, "cpu")


@each_task
def test_the_card_is_complete(task):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", task.slug)
    assert task.version >= 1
    assert task.primary.better in {"higher", "lower"}
    names = [metric.name for metric in task.metrics]
    assert len(set(names)) == len(names)
    assert all(metric.label and metric.description for metric in task.metrics)
    assert all(metric.better == "context" for metric in task.metrics if metric.is_limit)
    assert task.starter in {house.slug for house in task.house}
    assert any(house.kind == "control" for house in task.house), "a board needs a control that must fail"
    for tier in TIERS:
        cases = [case.name for case in task.cases[tier]]
        assert cases
        assert len(set(cases)) == len(cases)
        assert task.seeds[tier] >= (5 if tier == "quick" else 3)
        assert 0 < task.limits[tier].call_seconds <= task.limits[tier].play_seconds


@each_task
def test_the_interface_is_documented(task):
    assert task.calls
    for name in task.calls:
        assert getattr(task.interface, name).__doc__, f"{name} has no docstring: it is the documentation on the page"


@each_task
def test_claims_name_what_the_board_has(task):
    for claim in task.claims:
        assert claim.metric in {metric.name for metric in task.metrics}
        assert claim.case in {case.name for case in task.cases[claim.tier]}
        assert claim.house is None or claim.house in {house.slug for house in task.house}
        assert claim.where


@each_task
def test_contrasts_name_cases_of_their_tier(task):
    for tier, contrasts in task.contrasts.items():
        names = {case.name for case in task.cases[tier]}
        assert all({contrast.of, contrast.against} <= names for contrast in contrasts)


@each_task
def test_comparisons_flags_and_figures_name_what_the_board_has(task):
    names, houses = {metric.name for metric in task.metrics}, {house.slug for house in task.house}
    for comparison in task.comparisons:
        assert comparison.metric in names
        assert task.metric(comparison.metric).better != "context"
        assert {comparison.house, comparison.than} <= houses
        assert set(comparison.cases) <= {case.name for case in task.cases[comparison.tier]}
    for flag in task.flags:
        assert flag.metric in names
        assert (flag.above is None) != (flag.below is None)
        assert ":" not in flag.label
    for figure in task.figures:
        asked = figure.metrics if isinstance(figure, Bracket) else (getattr(figure, "metric", task.primary.name),)
        assert set(asked) <= names
        if isinstance(figure, Against):
            tiers = [figure.tier] if figure.tier else TIERS
            assert any(figure.x in case.params for tier in tiers for case in task.cases[tier])


@each_task
def test_the_readme_has_its_headings(task):
    text = (catalogue.paper_of(task.slug).folder / "README.md").read_text()
    assert re.findall(r"^## (.+)$", text, re.M) == HEADINGS


@each_house_method
def test_a_house_method_is_a_file_that_a_user_could_upload(task, house):
    method = method_of(task, house)
    assert all(callable(getattr(method, name)) for name in task.calls)
    assert catalogue.paper_of(task.slug).method_path(house.slug).stat().st_size <= task.file_bytes
    assert house.title
    assert house.summary


@each_task
def test_scores_are_finite_named_by_the_card_and_repeat_with_the_seed(task):
    case = task.cases["quick"][0]
    scores = play(task, case, method=cheapest(task))
    assert set(scores) <= {metric.name for metric in task.metrics}
    assert task.primary.name in scores
    assert np.isfinite(list(scores.values())).all()
    timings = {metric.name for metric in task.metrics if metric.timing}
    again = play(task, case, method=cheapest(task))
    assert {k: v for k, v in scores.items() if k not in timings} == {k: v for k, v in again.items() if k not in timings}
    assert scores != play(task, case, method=cheapest(task), index=1), "another seed must draw another problem"


@each_task
@pytest.mark.parametrize(
    "answer",
    [None, "text", 3.0, np.zeros(()), np.zeros((2, 2, 2, 2, 2), np.float32), np.full((3, 3), np.nan), {"a": 1}, [[]]],
    ids=["none", "text", "number", "scalar", "shape", "nan", "dict", "list"],
)
def test_a_malformed_answer_is_the_authors_error(task, answer):
    with pytest.raises(AnswerError):
        play(task, task.cases["quick"][0], method=Garbage(answer))
