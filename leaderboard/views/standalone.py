"""A board as one file: its page as a visitor sees it, with style, scripts and charts inside, for any web host."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from leaderboard.boards import references
from leaderboard.models import Standing
from leaderboard.views import boards
from papers import catalogue
from runners.figures import PLOTLY

LIVE = "nav, form, .account, .skip, a.button, [data-theme-toggle], .notice, .under-way, script"  # what needs the site behind it


def page_of(slug: str, tier: str, *, site: str = "") -> str:
    """The board's page as HTML that asks no server for anything. site: where links lead, SITE_URL unless told.

    Raises Http404 for a board that isn't there.
    """
    address = reverse("task", args=[slug]) + f"?tier={tier}"
    base = urljoin(site or settings.SITE_URL, address)
    page = BeautifulSoup(answer(boards.task, address, slug=slug), "html.parser")
    include_matrices(page)
    for part in page.select(LIVE):
        if not part.decomposed and part.get("type") != "application/json":
            part.decompose()
    for cell in page.select("table.board tr > :first-child:not([colspan])"):
        cell.decompose()  # where rows are chosen to be compared
    lead_home(page, base)
    include_assets(page)
    about = {"when": timezone.now(), "address": base, "rows": sources(slug, tier)}
    cast("Tag", page.main).append(BeautifulSoup(render_to_string("_exported.html", about), "html.parser"))
    return str(page)


def sources(slug: str, tier: str) -> list[Standing]:
    """Every row of the board, the recorded ones too."""
    board = catalogue.board(slug, tier)
    own = list(Standing.objects.for_board(board))
    return references.merged(board, own, references.stand_ins(board))


def answer(view: Callable[..., Any], address: str, **arguments: Any) -> str:
    """What a view says to a visitor who isn't signed in."""
    request = RequestFactory().get(address)
    request.user = AnonymousUser()
    return cast("str", view(request, **arguments).content.decode())


def include_matrices(page: BeautifulSoup) -> None:
    """Put in what charts would ask for when it is chosen."""
    for script in page.select("script[type='application/json']"):
        figure = json.loads(script.get_text())
        missing = (
            [matrix for matrix in figure.get("matrices", ()) if "url" in matrix] if isinstance(figure, dict) else []
        )
        for matrix in missing:
            view, _, arguments = resolve(matrix.pop("url"))
            matrix.update(json.loads(answer(view, "/", **arguments)))
        if missing:
            script.string = json.dumps(figure).replace("<", "\\u003c")


def lead_home(page: BeautifulSoup, base: str) -> None:
    """Links lead to the site; those within the page stay."""
    for link in page.select("a[href]"):
        if not (target := str(link["href"])).startswith("#"):
            link["href"] = urljoin(base, target)


def include_assets(page: BeautifulSoup) -> None:
    """Style and scripts within the page. Plotly comes as a data address: the site's script loads it with the first chart."""
    head = cast("Tag", page.head)
    for link in page.select("link"):
        link.decompose()
    head.append(element(page, "style", asset("site.css")))
    head.append(element(page, "script", asset("theme.js")))
    library = base64.b64encode(PLOTLY.read_bytes()).decode()
    head.append(
        element(
            page, "script", asset("site.js"), type="module", **{"data-plotly": f"data:text/javascript;base64,{library}"}
        )
    )


def asset(name: str) -> str:
    return Path(str(finders.find(f"leaderboard/{name}"))).read_text()


def element(page: BeautifulSoup, name: str, text: str, **attributes: str) -> Tag:
    made = page.new_tag(name, attrs=attributes)
    made.string = text
    return made
