"""How other programs learn what is here: a feed of each board, a map of the site for search engines, its icon."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from leaderboard.models import Standing
from leaderboard.templatetags.show import ranks, rounded
from leaderboard.views.boards import view_or_404
from papers import catalogue

ENTRIES = 30

Page = tuple[Any, ...]  # the name of a view, and its arguments


@require_safe
def board_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of a board that were measured last, as Atom. One query."""
    view = view_or_404(request, slug)
    card = view.board.task
    address = settings.SITE_URL + reverse("task", args=[slug]) + (f"?tier={view.tier}" if view.tier != "quick" else "")
    atom = Atom1Feed(
        title=f"{card.title}, {view.tier} tier",
        link=address,
        description=card.summary,
        feed_url=settings.SITE_URL + request.get_full_path(),
    )
    for row in Standing.objects.for_board(view.board).order_by("-run__ended", "-pk")[:ENTRIES]:
        place = f"rank {ranks(row)}" if row.rank else "no rank"
        score = rounded(row.value, row.low, row.high, card.primary.digits)
        atom.add_item(
            title=f"{row.submission.name}: {place}, {card.primary.label} {score}",
            link=f"{settings.SITE_URL}{row.submission.get_absolute_url()}?run={row.run_id}",
            description=f"By {row.submission.author_name}: {row.run.why}.",
            author_name=row.submission.author_name,
            updateddate=row.run.ended,
        )
    return HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)


class Pages(Sitemap):  # type: ignore[type-arg]
    """What a search engine may show: papers, boards and what the site says of itself."""

    def items(self) -> Iterable[Page]:
        alone = [(name,) for name in ("home", "tasks", "claims", "about", "statistics")]
        papers = [("paper", paper.slug) for paper in catalogue.all_papers()]
        tabs = ("task", "task_claims", "task_protocol")
        return [*alone, *papers, *((tab, slug) for slug in catalogue.all_tasks() for tab in tabs)]

    def location(self, item: Page) -> str:
        name, *arguments = item
        return reverse(name, args=arguments)


class Icon(RedirectView):
    """For those who ask for the icon at its old address."""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        return static("leaderboard/favicon.svg")
