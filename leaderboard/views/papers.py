"""Papers and their claims, authors, the search, and what the site says of itself."""

import platform
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from leaderboard.boards import claims, finding, overview, readme
from leaderboard.models import OpenData, Pseudonym, Run, Standing, Submission, is_called
from leaderboard.views.errors import Missing
from leaderboard.views.home import workers
from papers import catalogue
from papers.task import TIERS, Paper

ABOUT = (
    ("how", "How a number comes about"), ("statistics", "Statistics"), ("environment", "Environment"), ("limits", "Limits"),
    ("data", "Take everything with you"), ("cite", "How to cite"),
)  # fmt: skip
LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn", "Django", "celery")


@require_safe
def claims_page(request: HttpRequest) -> HttpResponse:
    """Every claim of every paper beside what was measured here, all or those that a reader asks for. Three queries."""
    areas = sorted({paper.area for paper in catalogue.all_papers() if paper.area})
    choices = {"verdict": claims.VERDICTS, "kind": claims.KINDS, "tier": TIERS, "area": areas}
    asked = {name: known_or_404(name, request.GET.get(name, ""), known) for name, known in choices.items()}
    papers = [paper for paper in catalogue.all_papers() if asked["area"] in ("", paper.area)]
    every = claims.accounts(papers)
    accounts = [account.only(kind=asked["kind"], tier=asked["tier"]) for account in every]
    totals: Counter[str] = Counter()
    for account in accounts:
        totals.update(dict(account.counts))
    told = [account.only(asked["verdict"]) for account in accounts]
    told = [account for account in told if account.total or not any(asked.values())]
    verdicts = [verdict for verdict in claims.VERDICTS if totals[verdict] or verdict == asked["verdict"]]

    def link(verdict: str) -> str:
        return "?" + urlencode({name: value for name, value in (asked | {"verdict": verdict}).items() if value})

    context = {
        "overview": [
            (account, {verdict: dict(account.counts)[verdict] for verdict in verdicts}) for account in accounts
        ],
        "accounts": told,
        "totals": [(verdict, totals[verdict], link(verdict)) for verdict in verdicts],
        "all_link": link(""),
        "asked": asked["verdict"],
        "is_filtered": any(asked.values()),
        "filters": [
            (name, label, choices[name], asked[name])
            for name, label in (("area", "Area"), ("kind", "Kind"), ("tier", "Tier"))
        ],
        "family": sum(account.family for account in every),
    }
    return render(request, "claims.html", context)


def known_or_404(name: str, word: str, known: Sequence[str]) -> str:
    """One of the known words, or ""."""
    if word and word not in known:
        raise Missing(f"There is no {name} “{word}”; there are {', '.join(known)}.")
    return word


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
    """Somebody's methods and where they stand. Five queries."""
    user = get_object_or_404(get_user_model(), is_called(name), is_active=True)
    since = None if Pseudonym.objects.filter(user=user).exists() else user.date_joined  # which may tell who it is
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
    return render(request, "author.html", {"name": name, "since": since, "entries": entries})


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What holds the words, all kinds or one, all areas or one. Four queries."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:80]
    areas = sorted({paper.area for paper in catalogue.all_papers() if paper.area})
    kind, area = (
        known_or_404(name, request.GET.get(name, ""), known)
        for name, known in (("kind", finding.KINDS), ("area", areas))
    )
    context: dict[str, Any] = {"q": words, "kind": kind, "area": area, "areas": areas}
    if words:
        hits = finding.find(words, request.user, area=area)

        def link(name: str) -> str:
            asked = {"q": words, "kind": name, "area": area}
            return "?" + urlencode({key: value for key, value in asked.items() if value})

        context["facets"] = [("", None, link(""))] + [(name, len(some), link(name)) for name, some in hits.items()]
        context["groups"] = [(name, some) for name, some in hits.items() if some and kind in ("", name)]
    return render(request, "search.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Where the numbers come from: environment, limits, statistics, how to cite."""
    recomputed = list(OpenData.objects.exclude(checked=None).order_by("-checked"))
    context = {
        "contents": ABOUT,
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
    return render(request, "statistics.html", {"text": text, "contents": readme.contents(text)})
