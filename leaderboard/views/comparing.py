"""Runs side by side."""

import csv
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leaderboard.boards import compare
from leaderboard.boards.standings import ORACLE
from leaderboard.boards.view import View
from leaderboard.figures import charts, material
from leaderboard.models import Run, Standing
from leaderboard.views.boards import view_or_404
from leaderboard.views.exports import csv_text
from papers import catalogue
from papers.metrics import Metric
from papers.task import Task
from runners.figures import comparison, style
from runners.standing import comparing

OFFERED = 200  # rows of the board in the list to choose from
AT_FIRST = 3  # the best ones, where nobody has chosen


@require_safe
def side_by_side(request: HttpRequest, slug: str) -> HttpResponse:
    """Up to eight runs: differences, cases, seeds, cost and curves. A constant number of queries."""
    view = view_or_404(request, slug)
    card = view.board.task
    rows = list(Standing.objects.for_board(view.board)[:OFFERED])
    best = [row for row in rows if row.submission.kind != ORACLE][:AT_FIRST]
    wanted = request.GET.getlist("run") or [str(row.run_id) for row in best]
    runs, refused = compare.comparable_runs(view.board, wanted)
    metric = metric_asked_for(card, request)
    entries = compare.entries_of(view.board, runs, metric)
    context: dict[str, Any] = {
        "card": card,
        "paper": catalogue.paper_of(slug),
        "view": view,
        "tiers": [(tier, address(tier=tier)) for tier in card.boards],
        "metric": metric,
        "arrow": style.direction(metric),
        "better_side": "Right"
        if style.starts_at_the_top(metric)
        else "Left",  # of a difference, or of one of distances
        "metrics": [one for one in card.metrics if one.is_ranked],
        "refused": refused,
        "entries": entries,
        "offered": [row for row in rows if row.run_id not in {run.pk for run in runs}],
        "is_full": len(runs) >= compare.MOST,
        "links": [link_without(view.tier, metric, runs, run) for run in runs],
    }
    if entries:
        context |= comparison_of(view, request, entries, metric)
    return render(request, "compare.html", context)


def comparison_of(view: View, request: HttpRequest, entries: Sequence[compare.Entry], metric: Metric) -> dict[str, Any]:
    """Tables and figures of the entries."""
    board, asked = view.board, request.GET.get("to", "")
    reference = next((entry for entry in entries if str(entry.run.pk) == asked), entries[0])
    table = comparing.lines_of(board, entries, reference, metric)
    cases = compare.ranked_on(board, entries)
    scores = [comparing.overall_estimate(board, entry, metric, cases) for entry in entries]
    looks = [(entry.standing, comparison.look_of(entry)) for entry in entries if entry.standing]
    standing = [row for row, _ in looks]
    return {
        "reference": reference,
        "table": table,
        "scores": scores,
        "left_out": [case for case in board.ranked_cases if case not in cases],
        "duels": comparing.duels_of(board, entries, metric, cases),
        "difference_figure": comparison.differences(entries, reference, table, metric) if len(entries) > 1 else None,
        "profile_figure": comparison.profile(entries, table, metric),
        "strip_figure": None if metric.gives_away else comparison.seeds(entries, table, metric),
        "cost_figure": charts.entries_against_cost(entries, scores, metric),
        "drawings": material.drawings(board, standing, looks) if len(standing) == len(entries) else [],
        "csv": address(tier=view.tier, metric=metric.name, run=[entry.run.pk for entry in entries]),
    }


def metric_asked_for(card: Task, request: HttpRequest) -> Metric:
    """One that says how good a method is; the primary one unless another is named."""
    asked = request.GET.get("metric", "")
    return next((metric for metric in card.metrics if metric.name == asked and metric.is_ranked), card.primary)


def address(**query: Any) -> str:
    return "?" + urlencode({key: value for key, value in query.items() if value}, doseq=True)


def link_without(tier: str, metric: Metric, runs: list[Run], left: Run) -> str:
    rest = [run.pk for run in runs if run is not left]
    return address(tier=tier, metric=metric.name, run=rest) if rest else ""


@require_safe
def scores_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Every seed of the runs that are compared, in one metric."""
    view = view_or_404(request, slug)
    card = view.board.task
    metric = metric_asked_for(card, request)
    runs, _ = compare.comparable_runs(view.board, request.GET.getlist("run"))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{view.tier}-comparison.csv"'
    writer = csv.writer(response)
    writer.writerow(["run", "method", "case", "seed", metric.name])
    for entry in compare.entries_of(view.board, runs, metric):
        for case, values in entry.by_case.items():
            by_seed = [("", float(values.mean()))] if metric.gives_away else enumerate(values.tolist())
            writer.writerows([entry.run.pk, csv_text(entry.name), case, seed, value] for seed, value in by_seed)
    return response
