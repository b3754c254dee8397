"""What pages hand to other programs: rows, raw scores, and what protocols reported."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple, Self

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from leaderboard.boards import flags, kept, order, recast, tables
from leaderboard.boards.view import View
from leaderboard.machine import contents
from leaderboard.models import (
    Artefact,
    Change,
    OpenData,
    Place,
    Recast,
    Standing,
    author_name,
    shown_name,
    standing_key,
)
from leaderboard.submitting import rights
from leaderboard.views.boards import view_or_404
from leaderboard.views.errors import Missing
from papers import catalogue
from papers.metrics import Finding
from papers.task import Board

ROW_FIELDS = (
    "rank", "rank_low", "rank_high", "submission__name", "shown", "submission__is_house",
    "submission__kind", "low", "high", "metrics", "run__seconds", "run__cpu_seconds", "run__gpu_seconds",
    "run__memory_bytes", "run__device", "group", "run__ended", "run_id", "flags",
)  # fmt: skip
ROW_COLUMNS = (
    "rank", "rank_low", "rank_high", "method", "author", "kind", "low", "high", "seconds", "cpu_seconds", "gpu_seconds",
    "memory_bytes", "device", "group", "ended", "run", "flags", "is_house",
)  # fmt: skip
JSON_FIELDS = ("metrics", "flags")
PLACES = ("rank", "rank_low", "rank_high", "group")
CHUNK = 500  # rows of a choice that are read at once
SCORE_COLUMNS = ["run", "submission", "method", "case", "seed", "metric", "value"]


@require_safe
def board_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of a view as a table for other programs. One query, beside those of the view."""
    view = view_or_404(request, slug)
    is_whole = view.is_stored and view.is_whole and not view.sort
    response = HttpResponse(whole_csv(view.board) if is_whole else csv_of(view), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{view.tier}.csv"'
    return response


def whole_csv(board: Board) -> str:
    """A board as it stands, made once for each change."""
    text: str = kept.once(catalogue.paper_of(board.task.slug), ("csv", str(board)), lambda: csv_of(View(board)))
    return text


def csv_of(view: View) -> str:
    names = [metric.name for metric in view.board.task.metrics]
    head = csv_line([*ROW_COLUMNS[:8], *names, *ROW_COLUMNS[8:]])
    if view.is_stored:
        return head + "".join(lines_of_stored(view, names))
    made = recast.edition(view)
    later = flags.later_flags_by_run(view.board, order.every(view, made).for_lists())  # type: ignore[attr-defined]
    return head + "".join(csv_line(cells_of(row, names, later)) for row in rows_of(view, made))


class Line(NamedTuple):
    """What a line of a board as it stands holds that no newcomer changes; the first and the last three are text as csv has it."""

    about: str  # from the method to the device
    run: int
    flags: str
    ended: str
    is_house: str

    @classmethod
    def of(cls, cells: Sequence[Any]) -> Self:
        *about, _, ended, run, flags, is_house = cells[len(PLACES) - 1 :]
        return cls(csv_cells(about), run, flags, csv_cells([ended]), csv_cells([is_house]))

    def whole(self, place: Sequence[int | None], later: Sequence[Finding]) -> str:
        rank, low, high, group = ("" if number is None else number for number in place)
        every = self.flags
        if later:
            every = json.dumps([*json.loads(every or "[]"), *map(vars, later)])
        told = csv_cells([every]) if every else ""
        return f"{rank},{low},{high},{self.about},{group},{self.ended},{self.run},{told},{self.is_house}\r\n"


def lines_of_stored(view: View, names: list[str]) -> Iterator[str]:
    """Of a board as it stands: what is read anew is the places of all rows, and the rows of runs that are new."""
    board = view.board
    standing = Standing.objects.of_board(board)

    def lines_of(rows: QuerySet[Any]) -> dict[int, Line]:
        return {pk: Line.of(cells_of(cells, names, {})) for pk, *cells in plain_rows(rows.order_by())}

    known: dict[int, Line] = kept.once(
        catalogue.paper_of(board.task.slug), ("lines", str(board)), lambda: lines_of(standing), suffixes=(Change.HOUSE,)
    )
    runs = Standing.everything.filter(**standing_key(board)).order_by().values_list("pk", "run")
    fresh = [pk for pk, run in runs.iterator(chunk_size=10_000) if pk not in known or known[pk].run != run]
    known = known | lines_of(standing.filter(pk__in=fresh)) if fresh else known
    later = flags.later_flags_by_run(board, standing.for_lists())
    numbers = Place.objects.filter(**standing_key(board)).order_by("position").values_list("pk", *PLACES)
    places = {pk: place for pk, *place in numbers.iterator(chunk_size=10_000)}
    wanted = places if view.is_whole and not view.sort else order.chosen(view, None)[:]
    for pk in wanted:
        if pk in places and (line := known.get(pk)):
            yield line.whole(places[pk], later.get(line.run, ()))


def csv_line(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def csv_cells(cells: Sequence[Any]) -> str:
    return csv_line(cells).removesuffix("\r\n") if cells != [""] else ""


def rows_of(view: View, made: Recast | None) -> Iterator[Sequence[Any]]:
    """ROW_FIELDS of each row of a view, in its order."""
    if view.is_whole:
        yield from (cells for _, *cells in plain_rows(order.ordered(view, made)))
        return
    wanted = order.chosen(view, made)
    for start in range(0, len(wanted), CHUNK):
        keys = wanted[start : start + CHUNK]
        found = {key: cells for key, *cells in plain_rows(order.every(view, made).filter(pk__in=keys))}
        yield from (found[key] for key in keys if key in found)


def plain_rows(rows: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """The key and ROW_FIELDS of each row; JSON is read here, which takes half as long as where it is checked on the way."""
    texts = {f"{name}_text": Cast(name, TextField()) for name in JSON_FIELDS}
    names = [f"{name}_text" if name in JSON_FIELDS else name for name in ROW_FIELDS]
    told = rows.annotate(**texts, shown=shown_name("submission__author"))
    yield from told.values_list("pk", *names).iterator(chunk_size=10_000)


def cells_of(row: Sequence[Any], names: list[str], later: Mapping[int, Sequence[Finding]]) -> list[Any]:
    """A line of ROW_FIELDS with the means of these metrics in it, and with flags that the board does not store."""
    (
        *place,
        name,
        author,
        is_house,
        kind,
        low,
        high,
        metrics,
        seconds,
        cpu,
        gpu,
        memory,
        device,
        group,
        ended,
        run,
        stored,
    ) = row
    known = json.loads(metrics)
    means = [known[metric]["value"] if metric in known else "" for metric in names]
    about = [csv_text(name), csv_text(author_name(author)), kind, low, high]
    costs = [seconds, cpu, gpu, memory, device, group, ended.isoformat() if ended else ""]
    every = [*json.loads(stored), *map(vars, later.get(run, ()))]
    return [*place, *about, *means, *costs, run, json.dumps(every) if every else "", is_house]


class Echo:
    """A file that hands back what is written to it, so that csv makes lines without keeping them."""

    def write(self, line: str) -> str:
        return line


@require_safe
def scores_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Every raw score behind a board, line by line."""
    view = view_or_404(request, slug)
    writer = csv.writer(Echo())
    lines = ((run, pk, csv_text(name), *rest) for run, pk, name, *rest in tables.raw_scores(view.board))
    response = StreamingHttpResponse(
        map(writer.writerow, chain([SCORE_COLUMNS], lines)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{slug}-{view.tier}-scores.csv"'
    return response


@require_safe
def scores_json(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The same as JSON: {"columns": [...], "rows": [[...], ...]}."""
    view = view_or_404(request, slug)
    response = StreamingHttpResponse(json_lines(tables.raw_scores(view.board)), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{view.tier}-scores.json"'
    return response


def json_lines(rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    yield f'{{"columns": {json.dumps(SCORE_COLUMNS)}, "rows": ['
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(row)
    yield "\n]}"


def csv_text(text: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(tuple("=+-@＝＋－＠\t")) else text


@require_safe
def plays_parquet(request: HttpRequest, slug: str) -> FileResponse:
    """Every play of what stands on a board, with the standings that follow: see runners.standing.open_data."""
    view = view_or_404(request, slug)
    kept = OpenData.of_board(view.board)
    if kept is None:
        raise Missing(
            "Nothing stands on this board yet, or it was measured only now: its file is made within ten minutes."
        )
    name, content = f"{slug}-{view.tier}.parquet", contents.OPEN_DATA.open(kept.sha256)
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/vnd.apache.parquet")


@require_safe
def artefact(request: HttpRequest, pk: int) -> HttpResponse:
    """What a protocol reported, as its page would draw it: for figures that load more when they are asked to."""
    kept = get_object_or_404(Artefact, pk=pk)
    rights.run_for(request.user, kept.run_id)
    return HttpResponse(contents.ARTEFACTS.read(kept.sha256), content_type="application/json")
