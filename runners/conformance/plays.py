"""Rules that are asked by playing the trial case."""

import importlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from papers import data
from papers.figures import Frames, Overlay
from papers.task import House, Task
from runners.conformance.rules import case_names, rule
from runners.conformance.trial import ANOTHER, Play, cheapest, play, repeatable, trial
from runners.known import Known

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


@rule("task", plays=True)
def what_a_figure_draws_is_reported(task: Task) -> Iterator[str]:
    """By the trial case; where that doesn't report it, by the figure's own, or where that is of another tier by a quick one."""
    for figure in [*task.figures, *(figure for tier in task.tiers for figure in tier.figures)]:
        case = getattr(figure, "case", None)
        if case is not None and case not in case_names(task):
            yield f"figure {figure.title!r} names the case {case}, which there is not"
        for name in figure.artefacts:
            artefact = reported(task, name, case)
            if artefact is None:
                yield f"the figure {figure.title!r} draws {name!r}, which no play reported"
            elif not is_drawable(figure, artefact):
                yield f"the figure {figure.title!r} can't draw {name!r}, which was reported as {artefact['kind']}"


def reported(task: Task, name: str, case: str | None) -> Any:
    """What a play reported under a name, or None."""
    quick = [each.name for each in task.board("quick").cases]
    artefacts = trial(task).artefacts
    for other in [case] if case in quick else quick:
        if name not in artefacts and other:
            artefacts = trial(task, case=other).artefacts
    return artefacts.get(name)


def is_drawable(figure: Any, artefact: Any) -> bool:
    if isinstance(figure, Overlay):
        return artefact["kind"] == "curve" and {figure.series, figure.reference} - {""} <= set(
            artefact["data"]["series"]
        )
    if isinstance(figure, Frames):
        return artefact["kind"] == "matrix" and bool(artefact["data"]["frames"])
    return artefact["kind"] in SHOWN_BY_GALLERY


@rule("task", plays=True)
def scores_are_finite_named_by_the_card_and_repeat_with_the_seed(task: Task) -> Iterator[str]:
    plays = trial(task), trial(task, times=1), trial(task, key=ANOTHER)
    if faults := [each.fault for each in plays if each.failure]:
        yield faults[0]
        return
    first, second, third = (repeatable(task, each) for each in plays)
    if task.trial_case.ranked and task.primary.name not in first:
        yield f"the trial case has no {task.primary.name}, by which the board ranks"
    if first != second:
        yield "the same seed gave other scores: draw from seed.rng(...) and from nothing else"
    if first == third:  # a control may ignore the problem
        yield from faults_of_sameness(task)


def faults_of_sameness(task: Task) -> Iterator[str]:
    real = ("oracle", "control")
    one, another = (repeatable(task, trial(task, key=key, passed_over=real)) for key in (b"conformance", ANOTHER))
    if one == another:
        yield "another seed must draw another problem"


@rule("oracle", plays=True)
def an_oracle_is_at_least_as_good_as_the_cheapest_method(task: Task, house: House) -> Iterator[str]:
    """On the trial case, or on the first one where the board knows the truth."""
    if not callable(getattr(importlib.import_module(task.play), "oracle", None)):
        yield f"{task.play} has no function oracle(slug, case, seed=, device=), which makes {house.slug}"
        return
    for case in (task.trial_case, *task.board("quick").cases):
        best = play(task, b"", case=case.name, oracle=house.slug)
        if best.failure is None:
            break
    if best.scores is None:
        yield best.fault
        return
    name, gain = task.primary.name, task.primary.gain
    usual = trial(task, case=case.name).scores or {}
    if gain(best.scores[name]) < gain(usual[name]):
        yield f"{house.slug} has {best.scores[name]:.4g} on {case.name}, the cheapest method {usual[name]:.4g}"


@rule("task", plays=True)
def what_is_worked_out_once_changes_nothing(task: Task) -> Iterator[str]:
    """As a site plays the trial case: what the card names under `once` is kept by the first play, looked up by the second."""
    plain = trial(task)
    if not task.once or plain.failure:
        return
    for played, when in zip(plays_of_a_site(task), ("kept", "looked up"), strict=True):
        if played.failure:
            yield f"once: it takes its arguments by position and draws nothing salted; the trial case fails: {played.fault}"
            return
        elif repeatable(task, played) != repeatable(task, plain):
            yield f"once: where it is {when}, the trial case has other scores: it must follow from its arguments alone"
        elif played.data != plain.data:
            lost = ", ".join(sorted(set(plain.data) - set(played.data)))
            yield f"once: where it is {when}, nobody notes that {lost} was read: read it outside, and pass it on"


def plays_of_a_site(task: Task) -> list[Play]:
    with tempfile.TemporaryDirectory() as place, Known(b"conformance", Path(place)).installed(task):
        return [play(task, task.code(cheapest(task)), case=task.trial_case.name) for _ in range(2)]


@rule("task", plays=True)
def the_trial_case_is_quick(task: Task) -> Iterator[str]:
    least = min(trial(task, times=times).seconds for times in (0, 1))
    if least >= TRIAL_SECONDS * LOAD:
        yield f"the trial case took {least:.1f} CPU-seconds: {TRIAL_SECONDS:g} at most; make `trial` a smaller case"


@rule("task", plays=True)
def what_was_read_is_what_the_case_said(task: Task) -> Iterator[str]:
    """A file that has to be fetched is named by the case, so that the case is left out where it can't be had."""
    case, played = task.trial_case, trial(task)
    if played.failure:
        return  # which another rule says
    used = dict(played.data)
    yield from (f"{case.name} names {name}, which was not read" for name in sorted(set(case.data) - set(used)))
    fetched = {name for name in used if name in data.files() and data.files()[name].folder is None}
    yield from (
        f"{case.name} reads {name}, which its card must name: data=(...)" for name in sorted(fetched - set(case.data))
    )
    for name, sha256 in used.items():
        if name in data.files() and data.files()[name].sha256 != sha256:
            yield f"{name} was read with another sha256 than data.py declares"


@rule("task", plays=True)
def a_malformed_answer_is_the_authors_error(task: Task) -> Iterator[str]:
    if trial(task).broken:
        return  # which another rule says
    for name, answer in GARBAGE.items():
        played = garbage(task, answer)
        if played.failure is None:
            yield f"an answer of {name} ({answer}) to every call was scored: check answers with papers.answers"
        elif (played.failure["whose"], played.failure["reason"]) != ("author", "answer"):
            yield f"an answer of {name} ({answer}) is our error, not its author's: {played.fault}"


def garbage(task: Task, answer: str) -> Play:
    """The trial case by a method that answers this to everything."""
    calls = "\n".join(f"    def {name}(self, *args, **kwargs):\n        return {answer}" for name in task.calls)
    code = f"import numpy as np\nclass Method:\n    def __init__(self, *args):\n        pass\n{calls}\n"
    return play(task, code.encode(), case=task.trial_case.name)
