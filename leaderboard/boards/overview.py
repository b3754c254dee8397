"""All papers at a glance: the verdict on each, and what leads its boards."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from leaderboard.boards import claims, headline, references
from leaderboard.boards.headline import Headline, Tops
from leaderboard.models import Standing
from papers import catalogue
from papers.task import Paper, Task


@dataclass(frozen=True)
class Leading:
    """A board in a list."""

    card: Task
    leader: Standing | None
    measured: int  # methods that rank on this site
    recorded: int  # house methods whose results came with the site


@dataclass(frozen=True)
class Entry:
    """A paper in a list."""

    paper: Paper
    headline: Headline
    account: claims.Account
    tasks: Sequence[Leading]


def entries(papers: Sequence[Paper] | None = None) -> list[Entry]:
    """Each paper with its verdict and its boards. Seven queries, whatever their number."""
    papers = catalogue.all_papers() if papers is None else papers
    boards = [task.board("quick") for paper in papers for task in paper.tasks]
    top = headline.tops(boards)
    places = headline.places_of(boards, top)
    return [
        Entry(account.paper, headline.headline_of(account, places), account, leading(account.paper, top))
        for account in claims.accounts(papers)
    ]


def leading(paper: Paper, top: Tops) -> list[Leading]:
    return [
        Leading(
            task, top.leader(task.slug), top.counts.get(task.slug, 0), len(references.recorded(task.board("quick")))
        )
        for task in paper.tasks
    ]


def by_area() -> list[tuple[str, list[Entry]]]:
    """The entries under the areas of their papers, in alphabetical order; last those that name none."""
    ordered = sorted(entries(), key=lambda entry: (not entry.paper.area, entry.paper.area))
    return [(area or "More", list(own)) for area, own in groupby(ordered, key=lambda entry: entry.paper.area)]
