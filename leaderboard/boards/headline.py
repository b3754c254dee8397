"""Did the claim hold? The answer in a line: how a paper's comparisons came out, and where its own method stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.humanize.templatetags.humanize import ordinal

from leaderboard.boards import references, tables
from leaderboard.boards.claims import Account, Contest, Verdict
from leaderboard.boards.standings import takes_rank
from leaderboard.models import Standing
from papers.task import Board

Item = TypeVar("Item", Verdict, Contest)
DECIDED = ("held", "better than printed", "not held")
SILENT = ("not measured", "not judged")  # what says least first
DECIDING = 3  # comparisons that a headline shows


@dataclass(frozen=True)
class Tally:
    """How claims of one kind came out."""

    noun: str
    held: int
    better: int  # than printed, which speaks for who is better: a rival, or the paper's own
    lost: int
    unchecked: int  # they differ, but the number was transcribed and never checked: nothing is refuted
    undecided: int
    unjudged: int  # there is nothing to judge them by
    unmeasured: int = 0

    @classmethod
    def of(cls, noun: str, claims: Iterable[Contest | Verdict]) -> "Tally":
        words = [claim.verdict for claim in claims]
        other = ("differs, unchecked", "undecided", "not judged", "not measured")
        counts = [words.count(word) for word in (*DECIDED, *other)]
        return cls(noun, *counts)

    @property
    def measured(self) -> int:
        return self.held + self.better + self.lost + self.unchecked + self.undecided

    @property
    def total(self) -> int:
        return self.measured + self.unjudged + self.unmeasured

    @property
    def word(self) -> str:
        """One word for all; "undecided" where the data decide less than half of what was measured."""
        if not self.measured:
            return "not judged" if self.unjudged else "not measured"
        if self.undecided + self.unchecked > self.measured / 2:
            return "undecided"
        if self.measured < self.unmeasured:
            return "measured in part"
        return "held" if not self.lost else "held in part" if self.held + self.better else "not held"

    @property
    def sentence(self) -> str:
        total = self.total
        plural = "" if total == 1 else "s"
        if self.unjudged == total:
            return f"{total} {self.noun}{plural} not judged"
        rest = (
            (self.better, "better than printed"),
            (self.lost, "did not"),
            (self.unchecked, f"differ{'s' if self.unchecked == 1 else ''} (unchecked)"),
            (self.undecided, "undecided"),
            (self.unjudged, "not judged"),
            (self.unmeasured, "not measured"),
        )
        return ", ".join(
            [f"{self.held} of {total} {self.noun}{plural} held", *(f"{count} {word}" for count, word in rest if count)]
        )


@dataclass(frozen=True)
class Place:
    """Where the paper's own method stands among those that rank."""

    board: Board
    title: str
    low: int
    high: int
    count: int
    leader: str

    @property
    def sentence(self) -> str:
        span = ordinal(self.low) if self.low == self.high else f"{ordinal(self.low)} to {ordinal(self.high)}"
        behind = f", behind {self.leader}" if self.leader != self.title else ""
        return f"{self.title} is {span} of {self.count}{behind}"


@dataclass(frozen=True)
class Headline:
    """The verdict on a paper, or on one of its boards."""

    comparisons: Tally
    numbers: Tally
    contests: Sequence[Contest]
    places: Sequence[Place]
    is_by_reference: bool  # nothing of it was measured on this site

    @property
    def tallies(self) -> tuple[Tally, Tally]:
        return self.comparisons, self.numbers

    @property
    def word(self) -> str:
        """That of the comparisons; of the printed numbers where a paper makes none."""
        if not self.comparisons.total:
            return self.numbers.word
        return "measured in part" if self.numbers.measured and not self.comparisons.measured else self.comparisons.word

    @property
    def sentences(self) -> list[str]:
        told = [tally.sentence for tally in self.tallies if tally.total]
        if not told:
            told = ["no claim of the paper is tested here"]
        elif all(tally.word == "not measured" for tally in self.tallies):
            told = ["no claim can be judged yet"]
        return told + [place.sentence for place in self.places]

    @property
    def deciding(self) -> list[Contest]:
        """The comparisons that are told most surely, the surest first."""
        told = [item for item in self.contests if item.reading and item.verdict in DECIDED]
        return sorted(told, key=lambda item: item.reading.p if item.reading else 1.0)[:DECIDING]


def once(items: Sequence[Item]) -> list[Item]:
    """What two tiers test on the same cases counts once: by what says most, by what this site measured, by the larger."""

    def worth(item: Item) -> tuple[int, bool]:
        says = SILENT.index(item.verdict) if item.verdict in SILENT else len(SILENT)
        return says, not item.is_by_reference

    known: dict[Any, Item] = {}
    for item in items:
        key = item.board.task.slug, item.claim if isinstance(item, Verdict) else item.comparison
        if key not in known or worth(item) >= worth(known[key]):
            known[key] = item
    return list(known.values())


def headline_of(account: Account, places: Mapping[str, Place], board: Board | None = None) -> Headline:
    """Of a paper, or of one board. `places` are by task."""
    numbers, contests = account.claims_on(board) if board else (once(account.verdicts), once(account.contests))
    tasks = [board.task] if board else account.paper.tasks
    measured = [item for item in numbers if item.measurement]  # the others have no method here, or no case like theirs
    runs = [item.run for item in (*measured, *contests) if item.run]
    return Headline(
        comparisons=Tally.of("comparison", contests),
        numbers=Tally.of("printed number", measured),
        contests=contests,
        places=[places[task.slug] for task in tasks if task.slug in places],
        is_by_reference=bool(runs) and all(references.is_stand_in(run) for run in runs),
    )


@dataclass(frozen=True)
class Tops:
    """What stands at the top of each task's board: here, or where this site has measured nothing yet, by reference."""

    leaders: Mapping[str, Standing]
    counts: Mapping[str, int]  # how many rank here
    recorded: Mapping[str, Sequence[Standing]]  # the best first

    def leader(self, task: str) -> Standing | None:
        return self.leaders.get(task) or references.leader(self.recorded.get(task, ()))


def tops(boards: Sequence[Board]) -> Tops:
    """Of boards of one tier. Four queries."""
    return Tops(tables.leaders(boards), tables.method_counts(boards), references.complete(boards))


def places_of(boards: Iterable[Board], top: Tops) -> dict[str, Place]:
    """task -> where its own method stands: by rank where this site has measured it, else among what is recorded. One query."""
    wanted = {board.task.slug: board for board in boards if board.task.own}
    own = {row.task: row for row in rows_of_own(wanted.values())}
    found = {
        slug: by_rank(board, own[slug], top) if slug in own else by_value(board, top) for slug, board in wanted.items()
    }
    return {slug: place for slug, place in found.items() if place}


def rows_of_own(boards: Iterable[Board]) -> Iterable[Standing]:
    """The rows of the papers' own methods that have a rank. Two queries."""
    wanted = {(*board.key.values(), board.task.own) for board in boards}
    slugs = {own for _, _, own in wanted}
    house = tables.house_rows({task for task, _, _ in wanted}, house_slug__in=slugs)
    rows = house.filter(place__rank__isnull=False).select_related("submission")
    return [row for row in rows if (row.task, row.tier, row.submission.house_slug) in wanted]


def by_rank(board: Board, own: Standing, top: Tops) -> Place:
    first = top.leader(board.task.slug) or own
    alone = (own.position or 0) + 1  # where ranks have no interval
    low, high = own.rank_low or alone, own.rank_high or alone
    return Place(board, own.submission.name, low, high, top.counts[board.task.slug], first.submission.name)


def by_value(board: Board, top: Tops) -> Place | None:
    rows = [row for row in top.recorded.get(board.task.slug, ()) if takes_rank(row)]
    own = next((row for row in rows if row.submission.house_slug == board.task.own), None)
    if own is None:
        return None
    place, first = 1 + rows.index(own), references.leader(rows) or own  # among what was recorded, as its place is
    return Place(board, own.submission.name, place, place, len(rows), first.submission.name)
