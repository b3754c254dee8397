"""A result in other people's documents: a badge, an entry for BibTeX, a table for LaTeX."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from leaderboard.boards import overview, tables
from leaderboard.boards.view import no_tier
from leaderboard.models import Standing
from leaderboard.submitting import rights
from leaderboard.templatetags.show import MINUS, ranks, rounded
from leaderboard.views.errors import Missing
from leaderboard.views.papers import paper_or_404
from papers.task import TIERS

SPECIAL = {letter: f"\\{letter}" for letter in "&%$#_{}"}
LATEX = str.maketrans({**SPECIAL, "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"})
EM = 6.6  # about the width of a letter of a badge, in its pixels


@require_safe
@cache_control(public=True, max_age=300)
def badge(request: HttpRequest, pk: int) -> HttpResponse:
    """An SVG that says where a submission stands: ?tier=full for another tier."""
    submission = rights.submission_for(request.user, pk)
    tier = request.GET.get("tier", TIERS[0])
    if tier not in submission.card.boards:
        raise Missing(no_tier(submission.card, tier))
    standing: Standing = get_object_or_404(Standing.objects, submission=submission, tier=tier)
    count = tables.method_counts([standing.board])[submission.task]
    place = f"rank {ranks(standing)} of {count}" if standing.rank else "made from the truth"
    return as_badge(request, submission.card.title, f"{submission.name}: {place}")


@require_safe
@cache_control(public=True, max_age=300)
def verdict_badge(request: HttpRequest, slug: str) -> HttpResponse:
    """An SVG that says whether a paper's claim held. As many queries as the paper's page."""
    (entry,) = overview.entries([paper_or_404(slug)])
    headline = entry.headline
    told = next((tally.sentence for tally in headline.tallies if tally.measured), headline.word)
    return as_badge(request, f"claim {headline.word}", told)


def as_badge(request: HttpRequest, left: str, right: str) -> HttpResponse:
    widths = [round(EM * len(text)) + 20 for text in (left, right)]
    context = {"left": left, "right": right, "split": widths[0], "second": widths[1], "width": sum(widths)}
    context |= {"first_middle": widths[0] / 2, "second_middle": widths[0] + widths[1] / 2}
    return render(request, "badge.svg", context, content_type="image/svg+xml")


def citation(standing: Standing, address: str) -> dict[str, str]:
    """What a result's page offers to copy: {"BibTeX": ..., "LaTeX": ...}."""
    submission, run, digits = standing.submission, standing.run, standing.board.task.primary.digits
    title = latex(f"{submission.name} on {submission.card.title}")
    note = (
        f"Claimcheck, run {run.pk}, {standing.tier} tier, task version {run.task_version}, ended {run.ended:%Y-%m-%d}"
    )
    whole = {"value": standing.value, "low": standing.low, "high": standing.high}
    context = {
        "run": run,
        "address": address,
        "author": braced(latex(submission.author_name)),
        "title": braced(title),
        "url": braced(rf"\url{braced(address)}"),
        "note": braced(note),
        "board": latex(submission.card.title),
        "heading": latex(f"{submission.name}, {standing.board.task.primary.label}"),
        "rows": [(latex(case), in_latex(cell, digits)) for case, cell in standing.cases.items()],
        "mean": in_latex(whole, digits),
    }
    return {"BibTeX": render_to_string("cite.bib", context), "LaTeX": render_to_string("cite.tex", context)}


def latex(text: str) -> str:
    return text.translate(LATEX)


def braced(text: str) -> str:
    return f"{{{text}}}"


def in_latex(cell: dict[str, Any], digits: int) -> str:
    """A value and half of its 95 % interval, where there is one."""
    low, high = cell.get("low"), cell.get("high")
    told = rounded(cell["value"], low, high, digits)
    if low is not None and high is not None:
        told += rf" \pm {rounded((high - low) / 2, low, high, digits)}"
    return f"${told}$".replace(MINUS, "-")
