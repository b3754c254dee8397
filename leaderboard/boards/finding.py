"""What a search finds, kind by kind: papers, boards, cases, data sets, claims, methods, authors."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import islice
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.urls import reverse

from leaderboard.boards import search
from leaderboard.models import Submission, shown_name
from papers import catalogue, data
from papers.task import Board, Case

SHOWN = 30  # hits of each kind
KINDS = ("papers", "boards", "cases", "data sets", "claims", "methods", "authors")


@dataclass(frozen=True)
class Hit:
    """Something found, and where it is seen."""

    title: str
    link: str
    about: str
    area: str = ""  # of its paper; "" of people


def find(words: str, user: Any, *, area: str = "") -> dict[str, list[Hit]]:
    """The hits of each kind, at most SHOWN of each, of one area or of all. Four queries."""
    every = {
        "papers": papers(words),
        "boards": boards(words),
        "cases": cases(words),
        "data sets": data_sets(words),
        "claims": claims(words),
        "methods": methods(words, user),
        "authors": authors(words),
    }
    return {kind: list(islice((hit for hit in hits if area in ("", hit.area)), SHOWN)) for kind, hits in every.items()}


def papers(words: str) -> Iterator[Hit]:
    for paper in catalogue.all_papers():
        if search.holds(words, paper.title, paper.authors, paper.claim, paper.slug, *paper.topics):
            address = reverse("paper", args=[paper.slug])
            yield Hit(paper.title, address, f"{paper.authors} · {paper.venue}", paper.area)


def boards(words: str) -> Iterator[Hit]:
    for task in catalogue.all_tasks().values():
        if search.holds(words, task.title, task.summary, task.slug):
            yield Hit(task.title, reverse("task", args=[task.slug]), task.summary, catalogue.paper_of(task.slug).area)


def cases(words: str) -> Iterator[Hit]:
    for board in catalogue.all_boards():
        for case in board.cases:
            if search.holds(words, case.name, described(case)):
                about = f"{board.task.title}, {board.tier.name} tier · {described(case)}"
                yield Hit(case.name, address_of(board, "task"), about, area_of(board))


def described(case: Case[Any]) -> str:
    """What a case is made of, as far as it is said in words and numbers: "table breast, rate 0.2"."""
    if not is_dataclass(case.params):
        return ""
    known = ((one.name, getattr(case.params, one.name)) for one in fields(case.params))
    return ", ".join(f"{name} {value}" for name, value in known if isinstance(value, str | int | float) and value)


def data_sets(words: str) -> Iterator[Hit]:
    """By name, licence or origin, with the boards whose cases say that they need them."""
    users: dict[str, set[Board]] = defaultdict(set)
    for board in catalogue.all_boards():
        for case in board.cases:
            for name in case.data:
                users[name].add(board)
    for name, file in data.files().items():
        if search.holds(words, name, file.licence, file.address):
            using = sorted(users[name], key=str)
            link = address_of(using[0], "task_protocol") if using else file.address
            played = f" · played on {', '.join(dict.fromkeys(board.task.title for board in using))}" if using else ""
            yield Hit(name, link, f"{file.licence}{played}", area_of(using[0]) if using else "")


def claims(words: str) -> Iterator[Hit]:
    for board in catalogue.all_boards():
        link, area, title = address_of(board, "task_claims"), area_of(board), board.task.title
        for said in board.evidence.comparisons:
            if search.holds(words, said.text, said.note, said.where):
                yield Hit(said.text, f"{link}#comparisons", f"{title}, {board.tier.name} tier · {said.where}", area)
        for printed in board.evidence.claims:
            if search.holds(words, printed.method, printed.case, printed.note, printed.where):
                metric = board.task.metric(printed.metric)
                text = f"{printed.method}: {metric.label} {printed.value:.{metric.digits}f}"
                about = f"{title}, {printed.case or 'no case here'} · {printed.where}"
                yield Hit(text, f"{link}#claims", about, area)


def methods(words: str, user: Any) -> Iterator[Hit]:
    """The newest methods whose name, description or author holds the words. Two queries."""
    visible = Submission.objects.visible_to(user).filter(superseded=False).annotate(shown=shown_name("author"))
    rows = rows_holding(visible, words, "name", "description", "shown")
    for submission in rows.select_related("author__pseudonym"):
        about = f"{submission.author_name} · {submission.card.title}"
        yield Hit(submission.name, submission.get_absolute_url(), about, submission.paper.area)


def authors(words: str) -> Iterator[Hit]:
    """Those who submitted something. Two queries."""
    people = get_user_model().objects.filter(is_active=True, submissions__isnull=False).distinct()
    for user in rows_holding(people.annotate(shown=shown_name()).order_by("shown"), words, "shown"):
        yield Hit(user.shown, reverse("author", args=[user.shown]), "")


def rows_holding(rows: QuerySet[Any], words: str, *fields: str) -> QuerySet[Any]:
    """Those of the rows that hold the words, at most SHOWN."""
    return rows.filter(pk__in=list(islice(search.matches(rows, words, *fields), SHOWN)))


def address_of(board: Board, view: str) -> str:
    return reverse(view, args=[board.task.slug]) + ("" if board.tier.name == "quick" else f"?tier={board.tier.name}")


def area_of(board: Board) -> str:
    return catalogue.paper_of(board.task.slug).area
