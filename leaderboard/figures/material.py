"""What a board's declared figures are drawn from, out of the database, the site's files and what was recorded."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from django.urls import reverse

from leaderboard.boards import references
from leaderboard.boards.scores import means_of, score_rows
from leaderboard.machine import contents
from leaderboard.models import Artefact, Standing
from papers.figures import Figure
from papers.task import Board
from runners.figures import declared, rows, style
from runners.figures.material import MAPPED, Line, Material, line_of
from runners.standing.scores import Key, Scores

Looks = Sequence[tuple[Standing, style.Look]]


def drawings(board: Board, standing: Sequence[Standing], looks: Looks | None = None) -> list[declared.Drawing]:
    """Every declared figure with something to draw, in the page's looks where it has some of its own. Two queries, one more
    for each `Scatter` and `Seeds`, and files."""
    if not board.figures or not standing:
        return []
    return declared.drawings(material_for(board, standing, board.figures, looks))


def material_for(
    board: Board, standing: Sequence[Standing], figures: Sequence[Figure], looks: Looks | None = None
) -> Material:
    """`looks`: those of the page; else the best rows have some. Two queries."""
    looks = rows.looks(standing) if looks is None else looks
    metrics = {name for figure in figures for name in figure.metrics}
    names = {name for figure in figures for name in figure.artefacts}
    lines = [row.run_id for row, _ in looks]
    mapped = list(dict.fromkeys([row.run_id for row in standing[:MAPPED]] + lines))
    means: dict[Key, float] = means_of(mapped, metrics)
    artefacts: dict[tuple[int, str], list[Artefact]] = artefacts_of(lines, names)
    if any(row.is_recorded for row in standing):
        means |= references.means(board, metrics)
        artefacts |= references.artefacts(board, names)
    return Material(
        board,
        standing,
        means,
        artefacts,
        looks,
        scores_of=partial(scores_of, board, mapped),
        content_of=content_of,
        line_of=series_of,
        address_of=address_of,
    )


def scores_of(board: Board, runs: Sequence[int], metrics: Iterable[str], cases: Sequence[str]) -> Scores:
    """Of these runs, recorded ones among them. One query."""
    own = score_rows([run for run in runs if run > 0], metric__in=metrics, case__in=cases)
    recorded = references.recorded(board).values() if min(runs, default=0) < 0 else ()
    return Scores(chain(own, chain.from_iterable(one.score_rows() for one in recorded)))


def artefacts_of(runs: Sequence[int], names: Iterable[str]) -> dict[tuple[int, str], list[Artefact]]:
    """By run and name, in the order of cases and seeds. One query."""
    kept: dict[tuple[int, str], list[Artefact]] = defaultdict(list)
    for artefact in Artefact.objects.filter(run__in=runs, name__in=names).order_by("case", "seed"):
        kept[artefact.run_id, artefact.name].append(artefact)
    return dict(kept)


def content_of(kept: Artefact) -> dict[str, Any]:
    """Reads one file, unless it is a recorded one."""
    if kept.content is not None:
        return kept.content
    content: dict[str, Any] = json.loads(contents.ARTEFACTS.read(kept.sha256))
    return content


def address_of(kept: Artefact) -> dict[str, Any]:
    return kept.content or {"url": reverse("artefact", args=[kept.pk])}


def series_of(kept: Artefact, name: str) -> Line | None:
    """The defined points of a reported line, by x."""
    return line_of(kept.content, name) if kept.content is not None else stored_line(kept.sha256, name)


@lru_cache(maxsize=4000)
def stored_line(sha256: str, name: str) -> Line | None:
    """Content under a sha256 never changes."""
    return line_of(json.loads(contents.ARTEFACTS.read(sha256)), name)
