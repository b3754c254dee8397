"""Papers and their claims, authors, the search, and what the site says of itself."""

import platform
from collections import Counter
from importlib.metadata import version
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from leaderboard.boards import claims, overview, readme, search
from leaderboard.models import OpenData, Run, Standing, Submission
from leaderboard.views.home import workers
from papers import catalogue
from papers.task import Paper

FOUND = 30  # hits of each kind
LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn", "Django", "celery")


@require_safe
def claims_page(request: HttpRequest) -> HttpResponse:
    """Every claim of every paper beside what was measured here. Three queries."""
    wanted = request.GET.get("verdict", "")
    wanted = wanted if wanted in claims.VERDICTS else ""
    accounts = claims.accounts(catalogue.all_papers(), wanted=wanted)
    totals: Counter[str] = Counter()
    for account in accounts:
        totals.update(dict(account.counts))
    context = {
        "accounts": accounts,
        "totals": [(verdict, totals[verdict]) for verdict in claims.VERDICTS],
        "asked": wanted,
        "family": sum(account.family for account in accounts),
    }
    return render(request, "claims.html", context)


@require_safe
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    """A paper: the verdict on it, its boards, its claims. Seven queries."""
    found = paper_or_404(slug)
    (entry,) = overview.entries([found])
    context = {"paper": found, "papers": [entry], "entry": entry, "account": entry.account}
    badge, page = (request.build_absolute_uri(reverse(name, args=[slug])) for name in ("paper_badge", "paper"))
    context["citations"] = {"Badge, Markdown": f"[![{entry.headline.word}]({badge})]({page})"}
    return render(request, "paper.html", context | {"badge": badge})


def paper_or_404(slug: str) -> Paper:
    found = next((paper for paper in catalogue.all_papers() if paper.slug == slug), None)
    if found is None:
        raise Http404(f"There is no paper {slug}.")
    return found


@require_safe
def author(request: HttpRequest, name: str) -> HttpResponse:
    """Somebody's methods and where they stand. Four queries."""
    user = get_object_or_404(get_user_model(), username=name, is_active=True)
    submissions = Submission.objects.visible_to(request.user).filter(author=user, withdrawn=None)
    standing: dict[int, list[Standing]] = {}
    rows = Standing.objects.filter(submission__author=user).for_lists()
    for row in rows:
        if not row.run.is_stale:
            standing.setdefault(row.submission_id, []).append(row)
    entries = [
        {"submission": one, "card": one.card, "standings": standing.get(one.pk, [])}
        for one in submissions.prefetch_related(Prefetch("runs", Run.objects.visible_to(request.user)))
    ]
    return render(request, "author.html", {"author": user, "entries": entries})


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Papers, boards, methods and authors whose words hold the query. Four queries."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:80]
    context: dict[str, Any] = {"q": words}
    if words:
        context |= {
            "papers": [
                paper
                for paper in catalogue.all_papers()
                if search.holds(words, paper.title, paper.authors, paper.claim, paper.slug)
            ],
            "tasks": [
                (task, catalogue.paper_of(task.slug))
                for task in catalogue.all_tasks().values()
                if search.holds(words, task.title, task.summary, task.slug)
            ],
            "methods": methods_holding(words, request.user),
            "authors": authors_holding(words),
        }
    return render(request, "search.html", context)


def methods_holding(words: str, user: Any) -> list[Submission]:
    """The newest methods whose name, description or author holds the words. Two queries."""
    visible = Submission.objects.visible_to(user).filter(superseded=False)
    keys = list(islice(search.matches(visible, words, "name", "description", "author__username"), FOUND))
    return list(visible.filter(pk__in=keys).select_related("author"))


def authors_holding(words: str) -> list[Any]:
    """Those who submitted something. Two queries."""
    people = get_user_model().objects.filter(is_active=True, submissions__isnull=False).distinct().order_by("username")
    keys = list(islice(search.matches(people, words, "username"), FOUND))
    return list(people.filter(pk__in=keys))


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Where the numbers come from: environment, limits, statistics, how to cite."""
    recomputed = list(OpenData.objects.exclude(checked=None).order_by("-checked"))
    context = {
        "recomputed": recomputed,
        "apart": [kept.board.task.title for kept in recomputed if kept.differences],
        "python": platform.python_version(),
        "libraries": [(name, version(name)) for name in LIBRARIES],
        "workers": workers(),
        "boards": catalogue.all_boards(),
        "quota": {"day": settings.QUOTA_PER_DAY, "open": settings.QUOTA_OPEN, "running": settings.RUNNING_PER_AUTHOR},
        "upload_bytes": settings.MAX_UPLOAD_BYTES,
        "address": request.build_absolute_uri("/"),
        "today": timezone.now(),
    }
    return render(request, "about.html", context)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """The statistics with their calibration: the document, rendered."""
    text = readme.html_of(settings.BASE_DIR / "docs" / "statistics.md")
    return render(request, "statistics.html", {"text": text})
