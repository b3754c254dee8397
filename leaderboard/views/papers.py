"""Papers and their claims, authors, the search, and what the site says of itself."""

import platform
from collections import Counter
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from leaderboard.boards import claims
from leaderboard.boards import readme
from leaderboard.models import Standing, Submission
from leaderboard.views.boards import papers_with, workers
from papers import catalogue

FOUND = 30  # hits of each kind
LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn", "Django", "celery")


@require_safe
def claimed(request: HttpRequest) -> HttpResponse:
    """Every claim of every paper beside what was measured here. Three queries."""
    asked = request.GET.get("verdict", "")
    asked = asked if asked in claims.VERDICTS else ""
    accounts = claims.accounts(catalogue.all_papers(), asked=asked)
    totals: Counter[str] = Counter()
    for account in accounts:
        totals.update(dict(account.counts))
    context = {
        "accounts": accounts,
        "totals": [(verdict, totals[verdict]) for verdict in claims.VERDICTS],
        "asked": asked,
    }
    return render(request, "claims.html", context)


@require_safe
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    """A paper: its boards, its claims, its README. Five queries."""
    found = next((one for one in catalogue.all_papers() if one.slug == slug), None)
    if found is None:
        raise Http404(f"There is no paper {slug}.")
    leaders = Standing.objects.filter(position=0, tier="quick").select_related("submission__author")
    entry = next(one for one in papers_with({row.task: row for row in leaders}) if one["paper"] is found)
    (account,) = claims.accounts([found])
    text = readme.rendered(found.folder / "README.md")
    return render(request, "paper.html", {"paper": found, "papers": [entry], "account": account, "readme": text})


@require_safe
def author(request: HttpRequest, name: str) -> HttpResponse:
    """Somebody's methods and where they stand. Four queries."""
    user = get_object_or_404(get_user_model(), username=name, is_active=True)
    shown = Submission.objects.visible_to(request.user).filter(author=user, task__in=catalogue.all_tasks())
    standing: dict[int, list[Standing]] = {}
    rows = Standing.objects.filter(submission__author=user).select_related("run").defer("scores", "tally", "run__log")
    for row in rows:
        if row.task in catalogue.all_tasks() and not row.run.is_stale:
            standing.setdefault(row.submission_id, []).append(row)
    entries = [
        {"submission": one, "card": one.card, "standings": standing.get(one.pk, [])}
        for one in shown.prefetch_related("runs")
    ]
    return render(request, "author.html", {"author": user, "entries": entries})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Papers, boards, methods and authors whose words hold the query."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:80]
    context: dict[str, Any] = {"q": words}
    if words:
        methods = Submission.objects.visible_to(request.user).filter(task__in=catalogue.all_tasks(), superseded=False)
        matching = Q(name__icontains=words) | Q(description__icontains=words) | Q(author__username__icontains=words)
        people = get_user_model().objects.filter(username__icontains=words, is_active=True, submissions__isnull=False)
        context |= {
            "papers": [
                one for one in catalogue.all_papers() if holds(words, one.title, one.authors, one.claim, one.slug)
            ],
            "tasks": [
                (one, catalogue.paper_of(one.slug))
                for one in catalogue.all_tasks().values()
                if holds(words, one.title, one.summary, one.slug)
            ],
            "methods": methods.filter(matching).select_related("author")[:FOUND],
            "authors": people.distinct().order_by("username")[:FOUND],
        }
    return render(request, "search.html", context)


def holds(words: str, *texts: str) -> bool:
    return any(words.lower() in text.lower() for text in texts)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Where the numbers come from: environment, limits, statistics, how to cite."""
    context = {
        "python": platform.python_version(),
        "libraries": [(name, version(name)) for name in LIBRARIES],
        "workers": workers(),
        "tasks": [(task, catalogue.paper_of(task.slug)) for task in catalogue.all_tasks().values()],
        "quota": {"day": settings.QUOTA_PER_DAY, "open": settings.QUOTA_OPEN, "running": settings.RUNNING_PER_AUTHOR},
        "upload_bytes": settings.MAX_UPLOAD_BYTES,
        "address": request.build_absolute_uri("/"),
        "today": timezone.now(),
    }
    return render(request, "about.html", context)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """The statistics with their calibration: the document, rendered."""
    text = readme.rendered(settings.BASE_DIR / "docs" / "statistics.md")
    return render(request, "statistics.html", {"text": text})
