"""What pages hand to other programs: rows, raw scores, and what protocols reported."""

import csv
import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from leaderboard.boards import recast, tables
from leaderboard.boards.view import View
from leaderboard.machine import contents
from leaderboard.models import Artefact, OpenData
from leaderboard.submitting import rights
from leaderboard.views.boards import card_or_404

SCORE_COLUMNS = ["run", "submission", "method", "case", "seed", "metric", "value"]


@require_safe
def board_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of a view as a table for other programs."""
    card = card_or_404(slug)
    view = View.of(card, request.GET)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{view.tier}.csv"'
    writer = csv.writer(response)
    names = [metric.name for metric in card.metrics]
    whose = ["method", "author", "kind", "low", "high"]
    costs = ["seconds", "cpu_seconds", "gpu_seconds", "memory_bytes"]
    last = ["device", "group", "ended", "run", "flags", "is_house"]
    writer.writerow(["rank", "rank_low", "rank_high", *whose, *names, *costs, *last])
    for row in recast.rows(view):
        submission, run = row.submission, row.run
        means = [row.metrics.get(name, {}).get("value", "") for name in names]
        cells = [
            csv_text(submission.name),
            csv_text(submission.author_name),
            submission.kind,
            row.low,
            row.high,
            *means,
        ]
        cells += [*(getattr(run, cost) for cost in costs), run.device, row.group]
        ended, found = run.ended.isoformat() if run.ended else "", json.dumps(row.flags) if row.flags else ""
        writer.writerow([row.rank, row.rank_low, row.rank_high, *cells, ended, run.pk, found, submission.is_house])
    return response


class Echo:
    """A file that hands back what is written to it, so that csv makes lines without keeping them."""

    def write(self, line: str) -> str:
        return line


@require_safe
def scores_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Every raw score behind a board, line by line."""
    card = card_or_404(slug)
    view = View.of(card, request.GET)
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
    card = card_or_404(slug)
    view = View.of(card, request.GET)
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
    view = View.of(card_or_404(slug), request.GET)
    kept = OpenData.of_board(view.board)
    if kept is None:
        raise Http404(
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
