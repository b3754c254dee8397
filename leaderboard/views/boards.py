"""Home, the tasks, and the boards."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import redis
from django.core.paginator import Paginator
from django.db.models import Count, prefetch_related_objects
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leaderboard.figures import charts
from leaderboard.boards import claims
from leaderboard.figures import declared as figures
from leaderboard.boards import flags
from leaderboard.boards import readme
from leaderboard.boards import recast
from leaderboard.boards import statistics as standings
from leaderboard.boards import tables
from leaderboard.models import Run, Standing
from leaderboard.boards.tables import View
from papers import catalogue
from papers.task import TIERS, Task
from runners import presence

PER_PAGE = 50
CONTRASTED = 20
COLUMN_LABELS = {
    "seconds": "Seconds",
    "cpu": "CPU",
    "memory": "Memory",
    "device": "Device",
    "author": "Author",
    "date": "Date",
}
SCORE_COLUMNS = ["run", "submission", "method", "case", "seed", "metric", "value"]
PLOTTED = 200  # rows of a board that its charts show


def card_or_404(slug: str) -> Task:
    try:
        return catalogue.task(slug)
    except KeyError:
        raise Http404(f"There is no task {slug}.") from None


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    leaders = Standing.objects.filter(position=0, tier="quick").select_related("submission__author")
    recent = Run.objects.visible_to(request.user).select_related("submission__author").order_by("-queued", "-pk")[:8]
    context = {
        "papers": papers_with({leader.task: leader for leader in leaders}),
        "recent": recent,
        "workers": workers(),
        "waiting": Run.objects.open().count(),
    }
    return render(request, "home.html", context)


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    leaders = Standing.objects.filter(position=0, tier="quick").select_related("submission__author")
    return render(request, "tasks.html", {"papers": papers_with({leader.task: leader for leader in leaders})})


def papers_with(leaders: dict[str, Standing]) -> list[dict[str, Any]]:
    """Every paper with its tasks, their leaders and how many methods stand. One query."""
    counts = Standing.objects.filter(tier="quick").values_list("task").annotate(Count("pk")).order_by("task")
    measured: Counter[str] = Counter(dict(counts))
    return [
        {
            "paper": paper,
            "tasks": [
                {"card": task, "leader": leaders.get(task.slug), "measured": measured[task.slug]}
                for task in paper.tasks
            ],
        }
        for paper in catalogue.all_papers()
    ]


def workers() -> list[presence.Worker] | None:
    """The living workers; None where the broker can't be asked."""
    try:
        return presence.present()
    except redis.exceptions.RedisError:
        return None


@require_safe
def task(request: HttpRequest, slug: str) -> HttpResponse:
    """A board. A constant number of queries, whatever its length."""
    card = card_or_404(slug)
    view = View.of(card, request.GET)
    evidence = claims.gather([card])
    verdicts = claims.verdicts(card, view.tier, evidence)
    context = {
        "card": card,
        "paper": catalogue.paper_of(slug),
        "view": view,
        "tiers": [(tier, view.query(tier=tier, sort="", q="")) for tier in TIERS],
        "unranked": tables.unranked(card, view.tier),
        "open": tables.open_runs(card, view.tier),
        "verdicts": verdicts,
        "contests": claims.contests(card, view.tier, evidence),
        "readme": readme.rendered(catalogue.paper_of(slug).folder / "README.md"),
        "interface": tables.interface_source(card),
        "limits": card.limits[view.tier],
    }
    context |= of_rows(card, view, request, verdicts) | of_choices(card, view) | of_figures(card, view)
    return render(request, "task.html", context)


def of_rows(card: Task, view: View, request: HttpRequest, verdicts: list[claims.Verdict]) -> dict[str, Any]:
    """One page of the table."""
    page = Paginator(recast.rows(card, view), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    prefetch_related_objects(shown, "run__drift_flags")
    columns = headers(card, view)
    return {
        "page": page,
        "ties": {group for group, size in Counter(row.group for row in shown).items() if size > 1},
        "shown": [(row, flags.of_row(card, row, verdicts)) for row in shown],
        "by_rank": view.query(sort=""),
        "previous_page": view.query(page=page.number - 1) if page.has_previous() else "",
        "next_page": view.query(page=page.number + 1) if page.has_next() else "",
        "columns": columns,
        "headers": [column for column in columns if column["is_shown"]],
        "metrics": [metric for metric in tables.shown_metrics(card, view.tier) if view.shows(metric.name)],
    }


def of_choices(card: Task, view: View) -> dict[str, Any]:
    """What a visitor may choose beside the rows."""
    return {
        "rules": [(rule, recast.LABELS[rule]) for rule in standings.RULES],
        "rule": view.rule or card.average,
        "rule_label": recast.LABELS[view.rule] if view.rule else "",
        "weights": [(case, dict(view.weights).get(case, 1)) for case in card.ranked_cases(view.tier)],
        "costs": [(cost, view.query(cost=cost)) for cost in tables.COSTS],
    }


def of_figures(card: Task, view: View) -> dict[str, Any]:
    """Charts and contrasts of the board itself, whatever rows the visitor wants."""
    best = list(Standing.objects.for_board(card.slug, view.tier)[:PLOTTED])
    context = tables.limits_by_case(card, best[0].run_id) if best else {}
    return {
        "cost_figure": charts.score_against_cost(card, best, view.cost) if best else None,
        "profile_figure": charts.case_profile(card, best, context) if best else None,
        "figures": figures.of_board(card, view.tier, best),
        "contrasts": card.contrasts.get(view.tier, ()),
        "contrasted": tables.contrasts(card, view.tier, best[:CONTRASTED]),
    }


def headers(card: Task, view: View) -> list[dict[str, Any]]:
    """The sortable columns after the rank, in their order, shown or not."""
    metrics = tables.shown_metrics(card, view.tier)
    primary = f"{card.primary.label}, {recast.LABELS[view.rule]}" if view.rule else card.primary.label
    primary += " ↑" if recast.is_higher_better(card, view) else " ↓"
    columns = [("method", "Method", False), (card.primary.name, primary, recast.is_higher_better(card, view))]
    columns += [(metric.name, charts.arrowed(metric), metric.better == "higher") for metric in metrics]
    columns += [(name, label, name == "date") for name, label in COLUMN_LABELS.items()]
    fixed = {"method", card.primary.name}
    return [
        {
            "name": name,
            "label": label,
            "link": view.next_sort(name, descending_first=descending),
            "aria": view.aria_sort(name),
            "is_number": name not in ("method", "author", "device"),
            "is_shown": name in fixed or view.shows(name),
            "is_fixed": name in fixed,
        }
        for name, label, descending in columns
    ]


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
    writer.writerow(["rank", "rank_low", "rank_high", *whose, *names, *costs, "device", "group", "ended", "run"])
    for row in recast.rows(card, view):
        means = [row.metrics.get(name, {}).get("value", "") for name in names]
        submission, run = row.submission, row.run
        told = [plain(submission.name), plain(submission.author_name), submission.kind, row.low, row.high, *means]
        told += [*(getattr(run, cost) for cost in costs), run.device, row.group]
        ended = run.ended.isoformat() if run.ended else ""
        writer.writerow([row.rank, row.rank_low, row.rank_high, *told, ended, run.pk])
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
    lines = ((run, pk, plain(name), *rest) for run, pk, name, *rest in tables.raw_scores(card, view.tier))
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
    response = StreamingHttpResponse(json_lines(tables.raw_scores(card, view.tier)), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{view.tier}-scores.json"'
    return response


def json_lines(rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    yield f'{{"columns": {json.dumps(SCORE_COLUMNS)}, "rows": ['
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(row)
    yield "\n]}"


def plain(text: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(tuple("=+-@＝＋－＠\t")) else text


@require_safe
def starter(request: HttpRequest, slug: str) -> FileResponse:
    card = card_or_404(slug)
    path = catalogue.paper_of(slug).method_path(card.starter)
    return FileResponse(path.open("rb"), as_attachment=True, filename="method.py", content_type="text/x-python")
