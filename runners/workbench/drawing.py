"""What a report draws: the board's declared figures, of this run among the recorded methods, and its scores case by case."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from papers import catalogue
from papers.metrics import Metric
from papers.task import Board
from runners.figures import artefacts, comparison, declared
from runners.figures.material import Material, line_of
from runners.figures.rows import Row as AnyRow
from runners.figures.rows import looks
from runners.figures.style import Plot
from runners.standing import comparing
from runners.standing.scores import Scores
from runners.workbench import references
from runners.workbench.references import MINE, Recorded
from runners.workbench.screen import chosen

BESIDE = 5  # references in the charts of cases
PICTURED = 24  # pictures of a run at most


@dataclass(frozen=True)
class Author:
    name: str
    kind: str


@dataclass(frozen=True)
class Row:
    """This run, or what was recorded of a house method."""

    run_id: int
    submission_id: int
    submission: Author
    is_recorded: bool


@dataclass(frozen=True)
class Kept:
    """A reported artefact with its content."""

    pk: int
    case: str
    seed: int
    name: str
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """A result beside others, in one metric: case -> (seeds,), the same seeds of everybody."""

    index: int
    name: str
    by_case: Mapping[str, np.ndarray]
    kind: str = "method"


def board_of(result: Mapping[str, Any]) -> Board:
    return catalogue.board(result["task"], result["tier"])


def name_of(result: Mapping[str, Any]) -> str:
    return str(result["method"]["name"]) or "this run"


def score_rows(result: Mapping[str, Any]) -> list[tuple[int, str, str, int, float]]:
    """run, metric, case, seed, value."""
    return [(MINE, one["metric"], one["case"], one["seed"], one["value"]) for one in result["scores"]]


def scores_of(result: Mapping[str, Any]) -> Scores:
    return Scores(score_rows(result))


def seeds_of(result: Mapping[str, Any]) -> list[int]:
    return sorted({one["seed"] for one in result["costs"]})


def by_case(scores: Scores, run: int, metric: str, cases: Iterable[str], seeds: Sequence[int]) -> dict[str, np.ndarray]:
    """The cases that were scored on every one of these seeds."""
    known = {case: scores.by_seed(run, metric, case) for case in cases}
    return {
        case: np.array([values[seed] for seed in seeds])
        for case, values in known.items()
        if seeds and all(seed in values for seed in seeds)
    }


def recorded_entry(one: Recorded, board: Board, *, index: int, metric: str, seeds: Sequence[int]) -> Entry:
    scores, cases = references.scores_of(board), [case.name for case in board.cases]
    return Entry(index, one.house.title, by_case(scores, one.run_id, metric, cases, seeds), one.house.kind)


def drawings(result: Mapping[str, Any], *, is_public: bool) -> list[declared.Drawing]:
    """The figures that the board declares."""
    board = board_of(result)
    recorded = [one for one in references.recorded(board) if is_public and one.house.slug != result["method"]["house"]]
    return declared.drawings(material_of(result, board, recorded))


def material_of(result: Mapping[str, Any], board: Board, recorded: Sequence[Recorded]) -> Material:
    scores = Scores([*score_rows(result), *(row for one in recorded for row in one.score_rows())])
    lines = [Row(MINE, MINE, Author(name_of(result), "method"), is_recorded=False)]
    lines += [
        Row(one.run_id, one.run_id, Author(one.house.title, one.house.kind), is_recorded=True) for one in recorded
    ]
    best = sorted(lines, key=lambda row: -gain(board, scores, row))
    return Material(
        board,
        best,
        {
            (row.run_id, metric.name, case): mean
            for row in lines
            for metric in board.task.metrics
            for case, mean in scores.means(row.run_id, metric.name).items()
        },
        kept_by_name(result, recorded),
        looks(best),
        scores_of=lambda metrics, cases: scores,
        content_of=lambda kept: dict(kept.data),
        line_of=lambda kept, name: line_of(kept.data, name),
        address_of=lambda kept: dict(kept.data),
    )


def gain(board: Board, scores: Scores, row: AnyRow) -> float:
    """For an order: the mean over the ranked cases that this run played."""
    primary = board.task.primary
    mine = scores.means(MINE, primary.name)
    means = scores.means(row.run_id, primary.name)
    values = [means[case] for case in board.ranked_cases if case in means and case in mine]
    return float(np.mean(primary.gain(np.array(values)))) if values else float("-inf")


def kept_by_name(result: Mapping[str, Any], recorded: Sequence[Recorded]) -> dict[tuple[int, str], list[Kept]]:
    """(run, name) -> artefacts by case and seed."""
    kept: dict[tuple[int, str], list[Kept]] = defaultdict(list)
    for one in own_artefacts(result):
        kept[MINE, one.name].append(one)
    for row in recorded:
        for number, told in enumerate(row.row.artefacts):
            pk = row.run_id * 10**6 - number
            kept[row.run_id, told.name].append(Kept(pk, told.case, told.seed, told.name, told.kind, told.data))
    return {key: sorted(every, key=lambda one: (one.case, one.seed)) for key, every in kept.items()}


def own_artefacts(result: Mapping[str, Any]) -> list[Kept]:
    return [
        Kept(number, one["case"], one["seed"], one["name"], one["kind"], one["data"])
        for number, one in enumerate(result["artefacts"])
    ]


def pictures(result: Mapping[str, Any]) -> list[artefacts.Picture]:
    """What the plays reported: the first seed's of each case and name."""
    first: dict[tuple[str, str], Kept] = {}
    for one in sorted(own_artefacts(result), key=lambda one: one.seed):
        first.setdefault((one.case, one.name), one)
    return [
        artefacts.picture(one, dict(one.data), subtitle=f"{one.case}, seed {one.seed}")
        for one in list(first.values())[:PICTURED]
    ]


def case_charts(result: Mapping[str, Any], *, is_public: bool) -> list[tuple[str, str, Plot]]:
    """(title, note, plot): the score case by case beside references, and every seed of it."""
    board, metric = board_of(result), board_of(result).task.primary
    seeds = common_seeds(scores_of(result), board, metric, seeds_of(result))
    cases = [case.name for case in board.cases]
    mine = Entry(0, name_of(result), by_case(scores_of(result), MINE, metric.name, cases, seeds))
    if not mine.by_case:
        return []
    beside = [one for one in chosen(board, BESIDE) if is_public and one.house.slug != result["method"]["house"]]
    others = [
        recorded_entry(one, board, index=index, metric=metric.name, seeds=seeds) for index, one in enumerate(beside, 1)
    ]
    entries = [mine, *(entry_on(entry, mine.by_case) for entry in others)]
    lines = comparing.lines_of(board, entries, mine, metric)
    note = f"{metric.description} Bars are 95 % intervals over the seeds."
    charts = [("Score by case", note, comparison.profile(entries, lines, metric))]
    if others:
        title = f"Difference from {mine.name}, {comparing.pairing(board)}"
        charts.append((title, "Bars are 95 % intervals.", comparison.differences(entries, mine, lines, metric)))
    return [*charts, ("Every seed", "A point is a seed.", comparison.seeds(entries[:1], lines, metric))]


def common_seeds(scores: Scores, board: Board, metric: Metric, seeds: Sequence[int]) -> list[int]:
    """Those that every case has that was played at all."""
    played = [scores.by_seed(MINE, metric.name, case.name) for case in board.cases]
    return [seed for seed in seeds if all(seed in values for values in played if values)]


def entry_on(entry: Entry, cases: Mapping[str, Any]) -> Entry:
    """On these cases only."""
    return Entry(entry.index, entry.name, {case: values for case, values in entry.by_case.items() if case in cases})
