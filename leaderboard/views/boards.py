"""A board: its table and charts, what is claimed of it, how it measures."""

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from leaderboard.boards import (
    claims,
    flags,
    in_part,
    kept,
    order,
    readme,
    recast,
    references,
    replies,
    search,
    standings,
    tables,
)
from leaderboard.boards.view import COSTS, View, no_tier
from leaderboard.models import Change, OpenData, Recast, Standing
from leaderboard.views import around
from leaderboard.views.errors import Missing
from papers import catalogue
from papers.metrics import Metric
from papers.task import Task
from runners import manual, surroundings
from runners.figures import style
from runners.standing import statistics
from runners.starter_notebook import notebook as notebook_of

PER_PAGE = 50
CONTRASTED = 20
COLUMN_LABELS = {
    "cpu": ("CPU", "CPU time inside the method, all cases and seeds together"),
    "seconds": ("Seconds", "Wall time inside the method, all cases and seeds together"),
    "memory": ("Memory", "The most memory that the method held at once"),
    "money": ("Money", "What the method’s time cost at this site’s prices of an hour of a core or a GPU"),
    "device": ("Device", "Where it ran: costs compare within one device class only"),
    "author": ("Author", "Who submitted it; house methods come with the board"),
    "date": ("Date", "When the run that counts ended (UTC)"),
}
TABS = (("task", "Leaderboard"), ("task_claims", "Claims"), ("task_protocol", "Protocol"), ("submit", "Submit"))


def card_or_404(slug: str) -> Task:
    try:
        return catalogue.task(slug)
    except KeyError:
        raise Http404(f"There is no task {slug}.") from None


def view_or_404(request: HttpRequest, slug: str) -> View:
    """What a visitor asks of a board. Raises Missing, which names the tiers where there is none of that name."""
    card, tier = card_or_404(slug), request.GET.get("tier", "")
    if tier and tier not in card.boards:
        raise Missing(no_tier(card, tier))
    return View.of(card, request.GET)


@require_safe
def task(request: HttpRequest, slug: str) -> HttpResponse:
    """A board: its table and charts. A constant number of queries, whatever its length."""
    view = view_or_404(request, slug)
    card, board = view.board.task, view.board
    shared, account = head(view, "task")
    made = recast.edition(view)
    own = around.board_context(board) | around.figures_context(view, made)
    missing = standings.left_out(board, until=recast.end_of_day(view)) if view.day else own["left_out"]
    context = own | {
        "tiers": [(tier, view.query(tier=tier, sort="", q="")) for tier in card.boards],
        "left_out": missing,
        "ranks_nobody": not standings.cases_ranked_on(board, missing),
        "unranked": kept.once(
            shared["paper"],
            ("unranked", str(board), request.user.pk, request.user.is_staff),
            lambda: tables.unranked(board, request.user),
            suffixes=("", Change.RUNS),
        ),
        "open": tables.open_runs(board),
        "open_data": OpenData.of_board(board),
    }
    verdicts, _ = account.claims_on(board)
    context |= table_context(view, made, request, verdicts) | choices_context(view)
    context["recorded_in_part"] = matching(view, own["recorded_in_part"])
    response = render(request, "task.html", shared | context)
    if made and made.is_behind:
        response["Refresh"] = str(recast.SECONDS)
        response["Cache-Control"] = "no-store"
    return response


def head(view: View, tab: str) -> tuple[dict[str, Any], claims.Account]:
    """What stands above each tab of a board, and all that its paper claims."""
    account, verdict = around.account_and_headline(view.board)
    context = {
        "card": view.board.task,
        "paper": account.paper,
        "view": view,
        "headline": verdict,
        "tab": tab,
        "tabs": TABS,
    }
    return context, account


@require_safe
def claims_tab(request: HttpRequest, slug: str) -> HttpResponse:
    """What the paper claims of this board, beside what was measured."""
    view = view_or_404(request, slug)
    shared, account = head(view, "task_claims")
    verdicts, contests = account.claims_on(view.board)
    own = list(Standing.objects.for_board(view.board)[:CONTRASTED])
    context = {
        "tiers": [(tier, f"?tier={tier}") for tier in view.board.task.boards],
        "family": account.family,
        "verdicts": verdicts,
        "contests": contests,
        "contrasts": view.board.evidence.contrasts,
        "contrasted": tables.contrasts(view.board, own),
        "replies": replies.replies(view.board.task, request.user),
    }
    return render(request, "task_claims.html", shared | context)


@require_safe
def protocol_tab(request: HttpRequest, slug: str) -> HttpResponse:
    """How a board measures: metrics, limits, interface, and what its paper's README says."""
    view = view_or_404(request, slug)
    shared, _ = head(view, "task_protocol")
    card = view.board.task
    text = readme.html_of(shared["paper"].folder / "README.md")
    about = [("readme", "About this board"), *readme.contents(text)] if text else []
    context = {
        "contents": [("metrics", "Metrics and limits"), ("interface", "Interface"), *about],
        "readme": text,
        "interface": manual.interface(card),
        "tiers_limits": list(card.boards.values()),
        "definitions": [(metric, style.direction(metric)) for metric in card.metrics],
    }
    return render(request, "task_protocol.html", shared | context)


@require_safe
def manual_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What an author must know of a board, made from its code; a page of the protocol."""
    view = view_or_404(request, slug)
    shared, _ = head(view, "task_protocol")
    text = manual_html(view.board.task)
    return render(request, "task_manual.html", shared | {"manual": text, "contents": readme.contents(text)})


@lru_cache(maxsize=64)
def manual_html(card: Task) -> SafeString:
    return readme.html_of_text(manual.body(card))


def table_context(
    view: View, made: Recast | None, request: HttpRequest, verdicts: list[claims.Verdict]
) -> dict[str, Any]:
    """One page of the table."""
    page = Paginator(order.chosen(view, made), PER_PAGE).get_page(request.GET.get("page"))
    own = order.rows(view, made, list(page.object_list))
    prefetch_related_objects(own, flags.drifts())
    rows = references.with_stand_ins(view, own, is_first=page.number == 1, is_last=not page.has_next())
    metrics = tables.secondary_metrics(view.board, rows)
    columns = headers(view, metrics)
    sizes = Counter(row.group for row in rows if row.group is not None)
    return {
        "page": page,
        "behind": made if made and made.is_behind else None,
        "ties": {group for group, size in sizes.items() if size > 1},
        "recorded": sum(row.is_recorded for row in rows),
        "uploads": tables.uploads_of(view.board.task, rows),
        "rows": [(row, flags_with_explanation(view.board.task, row, verdicts)) for row in rows],
        "emptied_by": "" if rows else emptied_by(view, made),
        "unplaced": len(references.stand_ins(view.board)) if rows and not view.is_stored else 0,
        "show_all": view.query(q=""),
        "by_rank": view.query(sort=""),
        "previous_page": view.query(page=page.number - 1) if page.has_previous() else "",
        "next_page": view.query(page=page.number + 1) if page.has_next() else "",
        "columns": columns,
        "headers": [column for column in columns if column["is_shown"]],
        "metrics": [metric for metric in metrics if view.shows(metric.name)],
    }


def emptied_by(view: View, made: Recast | None) -> str:
    """Which choice of a visitor leaves no row, whatever he searches for: "day", "rule", or "" for neither. One query."""
    if view.is_stored or order.every(view, made).exists():
        return ""
    if view.day:
        return "day"
    return "rule" if references.stand_ins(view.board) else ""


def matching(view: View, part: in_part.InPart | None) -> in_part.InPart | None:
    """What was recorded in part of the methods that a visitor searches for; it belongs to no day."""
    if part is None or view.day:
        return None
    rows = [row for row in part.rows if search.holds(view.search, row.submission.name)]
    return replace(part, rows=rows) if rows else None


def flags_with_explanation(task: Task, row: Standing, verdicts: list[claims.Verdict]) -> list[tuple[str, str]]:
    return [(flag.label, flags.explanation(task, flag)) for flag in flags.flags_of(task, row, verdicts)]


def choices_context(view: View) -> dict[str, Any]:
    """What a visitor may choose beside the rows."""
    return {
        "rules": [(rule, recast.LABELS[rule]) for rule in statistics.RULES],
        "rule": recast.rule_of(view),
        "rule_label": recast.LABELS[view.rule] if view.rule else "",
        "weights": [(case, dict(view.weights).get(case, 1)) for case in view.board.ranked_cases],
        "costs": [(cost, view.query(cost=cost)) for cost in COSTS if cost != "money" or settings.DEVICE_PRICES],
    }


def headers(view: View, metrics: list[Metric]) -> list[dict[str, Any]]:
    """The sortable columns after the rank, in their order, shown or not."""
    primary, is_place = view.board.task.primary, view.rule == "rank"
    rule = f", {recast.LABELS[view.rule]}" if view.rule else ""
    arrow = "↓" if is_place else style.direction(primary)
    columns = [("method", "Method", "What was evaluated: one file, on every case and seed", False)]
    is_descending = style.starts_at_the_top(primary) and not is_place
    columns += [(primary.name, f"{primary.label}{rule} {arrow}", primary.description, is_descending)]
    columns += [
        (metric.name, style.directed_label(metric), metric.description, style.starts_at_the_top(metric))
        for metric in metrics
    ]
    known = {name: said for name, said in COLUMN_LABELS.items() if name != "money" or settings.DEVICE_PRICES}
    columns += [(name, label, told, name == "date") for name, (label, told) in known.items()]
    fixed = {"method", primary.name}
    return [
        {
            "name": name,
            "label": label,
            "explanation": told,
            "link": view.next_sort(name, descending_first=descending),
            "aria": view.aria_sort(name),
            "is_number": name not in ("method", "author", "device"),
            "is_shown": name in fixed or view.shows(name),
            "is_fixed": name in fixed,
        }
        for name, label, told, descending in columns
    ]


@require_safe
def notebook(request: HttpRequest, slug: str) -> HttpResponse:
    response = HttpResponse(notebook_of(card_or_404(slug)), content_type="application/x-ipynb+json")
    response["Content-Disposition"] = f'attachment; filename="{slug}.ipynb"'
    return response


@require_safe
def starter(request: HttpRequest, slug: str) -> HttpResponse:
    card = card_or_404(slug)
    response = HttpResponse(surroundings.starter(card), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="method.py"'
    return response
