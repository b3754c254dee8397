"""Runs side by side."""

import csv
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leaderboard.boards import compare
from leaderboard.figures import declared as figures
from leaderboard.models import Run, Standing
from leaderboard.boards.statistics import estimates
from leaderboard.boards.tables import View
from leaderboard.views.boards import card_or_404, plain
from papers import catalogue
from papers.task import TIERS, Metric, Task

OFFERED = 200  # rows of the board in the list to choose from
AT_FIRST = 3  # the best ones, where nobody has chosen


@require_safe
def side_by_side(request: HttpRequest, slug: str) -> HttpResponse:
    """Up to eight runs: differences, cases, seeds, cost and curves. A constant number of queries."""
    card = card_or_404(slug)
    view = View.of(card, request.GET)
    best = list(Standing.objects.for_board(slug, view.tier)[:OFFERED])
    wanted = request.GET.getlist("run") or [str(row.run_id) for row in best[:AT_FIRST]]
    runs, refused = compare.chosen(card, view.tier, wanted, request.user)
    metric = chosen_metric(card, request)
    shown = compare.entries(card, view.tier, runs, metric)
    context: dict[str, Any] = {
        "card": card,
        "paper": catalogue.paper_of(slug),
        "view": view,
        "tiers": [(tier, address(tier=tier)) for tier in TIERS],
        "metric": metric,
        "metrics": [one for one in card.metrics if one.better != "context"],
        "refused": refused,
        "shown": shown,
        "offered": [row for row in best if row.run_id not in {run.pk for run in runs}],
        "is_full": len(runs) >= compare.MOST,
        "links": [link_without(view.tier, metric, runs, run) for run in runs],
    }
    if shown:
        context |= compared(card, view, request, shown=shown, metric=metric)
    return render(request, "compare.html", context)


def compared(
    card: Task, view: View, request: HttpRequest, *, shown: list[compare.Entry], metric: Metric
) -> dict[str, Any]:
    """Tables and figures of the entries."""
    asked = request.GET.get("to", "")
    reference = next((entry for entry in shown if str(entry.run.pk) == asked), shown[0])
    table = compare.lines(card, view.tier, shown, reference)
    scores = [compare.overall(card, view.tier, entry) for entry in shown]
    standing = [entry.standing for entry in shown if entry.standing]
    return {
        "reference": reference,
        "table": table,
        "scores": [None if one is None else estimates(one[None])[0] for one in scores],
        "duels": compare.duels(card, view.tier, shown, metric),
        "rows": 2 + len(table) * max(1, len(shown) - 1) * 0.9,  # rem for each interval of the forest
        "difference_figure": compare.difference_figure(shown, reference, table, metric) if len(shown) > 1 else None,
        "profile_figure": compare.profile_figure(shown, table, metric),
        "strip_figure": compare.strip_figure(shown, table, metric),
        "cost_figure": compare.cost_figure(card, view.tier, shown, metric),
        "figures": figures.of_board(card, view.tier, standing) if len(standing) == len(shown) else [],
        "csv": address(tier=view.tier, metric=metric.name, run=[entry.run.pk for entry in shown]),
    }


def chosen_metric(card: Task, request: HttpRequest) -> Metric:
    asked = request.GET.get("metric", "")
    return next((metric for metric in card.metrics if metric.name == asked), card.primary)


def address(**query: Any) -> str:
    return "?" + urlencode({key: value for key, value in query.items() if value}, doseq=True)


def link_without(tier: str, metric: Metric, runs: list[Run], left: Run) -> str:
    rest = [run.pk for run in runs if run is not left]
    return address(tier=tier, metric=metric.name, run=rest) if rest else ""


@require_safe
def scores_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Every seed of the runs that are compared, in one metric."""
    card = card_or_404(slug)
    view = View.of(card, request.GET)
    metric = chosen_metric(card, request)
    runs, _ = compare.chosen(card, view.tier, request.GET.getlist("run"), request.user)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{view.tier}-comparison.csv"'
    writer = csv.writer(response)
    writer.writerow(["run", "method", "case", "seed", metric.name])
    for entry in compare.entries(card, view.tier, runs, metric):
        for case, values in entry.by_case.items():
            writer.writerows([entry.run.pk, plain(entry.name), case, seed, v] for seed, v in enumerate(values.tolist()))
    return response
