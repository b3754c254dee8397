"""Home, the tasks, and the boards."""

import csv
from collections import Counter
from typing import Any

import redis
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leaderboard import charts, figures, readme, tables
from leaderboard.models import Run, Standing
from leaderboard.tables import View
from papers import catalogue
from papers.task import TIERS, Task
from runners import presence

PER_PAGE = 50
CONTRASTED = 20
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
    page = Paginator(tables.rows(card, view), PER_PAGE).get_page(request.GET.get("page"))
    best = list(Standing.objects.for_board(slug, view.tier)[:PLOTTED])
    context = tables.context_by_case(card, best[0].run_id) if best else {}
    return render(
        request,
        "task.html",
        {
            "card": card,
            "paper": catalogue.paper_of(slug),
            "view": view,
            "tiers": [(tier, view.query(tier=tier, sort="", q="")) for tier in TIERS],
            "page": page,
            "by_rank": view.query(sort=""),
            "previous_page": view.query(page=page.number - 1) if page.has_previous() else "",
            "next_page": view.query(page=page.number + 1) if page.has_next() else "",
            "headers": headers(card, view),
            "metrics": tables.shown_metrics(card, view.tier),
            "open": tables.open_runs(card, view.tier),
            "cost_figure": charts.score_against_cost(card, best) if best else None,
            "profile_figure": charts.case_profile(card, best, context) if best else None,
            "figures": figures.of_board(card, view.tier, best),
            "contrasts": card.contrasts.get(view.tier, ()),
            "contrasted": tables.contrasts(card, view.tier, best[:CONTRASTED]),
            "verdicts": tables.verdicts(card, view.tier),
            "contests": tables.contests(card, view.tier),
            "readme": readme.rendered(catalogue.paper_of(slug).folder / "README.md"),
            "interface": tables.interface_source(card),
            "limits": card.limits[view.tier],
        },
    )


def headers(card: Task, view: View) -> list[dict[str, Any]]:
    """The sortable columns after the rank, in their order."""
    metrics = tables.shown_metrics(card, view.tier)
    columns = [("method", "Method", False)]
    columns += [(metric.name, charts.arrowed(metric), metric.better == "higher") for metric in (card.primary, *metrics)]
    columns += [
        ("seconds", "Seconds", False),
        ("memory", "Memory", False),
        ("author", "Author", False),
        ("date", "Date", True),
    ]
    return [
        {
            "name": name,
            "label": label,
            "link": view.next_sort(name, descending_first=descending),
            "aria": view.aria_sort(name),
            "is_number": name not in ("method", "author"),
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
    writer.writerow(
        [
            "rank",
            "rank_low",
            "rank_high",
            "method",
            "author",
            "kind",
            "low",
            "high",
            *names,
            "seconds",
            "memory_bytes",
            "run",
        ]
    )
    for row in tables.rows(card, view):
        means = [row.metrics.get(name, {}).get("value", "") for name in names]
        submission, run = row.submission, row.run
        whose = [plain(submission.name), plain(submission.author_name), submission.kind]
        writer.writerow(
            [
                row.rank,
                row.rank_low,
                row.rank_high,
                *whose,
                row.low,
                row.high,
                *means,
                run.seconds,
                run.memory_bytes,
                run.pk,
            ]
        )
    return response


def plain(text: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(tuple("=+-@＝＋－＠\t")) else text


@require_safe
def starter(request: HttpRequest, slug: str) -> FileResponse:
    card = card_or_404(slug)
    path = catalogue.paper_of(slug).method_path(card.starter)
    return FileResponse(path.open("rb"), as_attachment=True, filename="method.py", content_type="text/x-python")
