"""What an author sees while a method is played: a live table on a terminal, a line a play where there is none."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from papers.task import Board
from runners.events import Event
from runners.figures.style import directed_label
from runners.workbench import references
from runners.workbench.pace import Pace, duration
from runners.workbench.references import MINE, Recorded
from runners.workbench.tally import Place, Tally

BESIDE = 12  # columns of the terminal that a reference takes
OWN = 44  # what the other columns take beside the case's name
MANY = 12  # references at most
MARGIN = 6  # lines of the terminal that are not cases


class Screen(Protocol):
    """Is told of every event after the tally was."""

    def take(self, event: Event) -> None: ...


@contextmanager
def screen_for(
    board: Board, tally: Tally, plays: Sequence[Place], *, is_public: bool = True, is_plain: bool = False
) -> Iterator[Screen]:
    """The live table, or lines where nobody looks at a terminal or a debugger wants it.

    References are shown where the run draws what they met: under the published key.
    """
    many = MANY if is_public else 0
    console = Console(stderr=True, highlight=False)
    if is_plain or not console.is_terminal:
        yield Lines(board, tally, plays, many)
        return
    table = LiveTable(board, tally, plays, many, console)
    with Live(get_renderable=table.render, console=console, refresh_per_second=4, redirect_stdout=False):
        yield table


class LiveTable:
    """Case by case: the seeds that were played, the score so far beside references on the same seeds, the cost."""

    def __init__(self, board: Board, tally: Tally, plays: Sequence[Place], many: int, console: Console) -> None:
        self.board, self.tally, self.plays, self.many, self.console = board, tally, plays, many, console
        self.pace, self.last = Pace(board, plays), ""

    def take(self, event: Event) -> None:
        if event["type"] == "log":
            self.console.print(Text(event["text"].rstrip()))
        elif event["type"] == "progress":
            self.last = event["case"]

    def render(self) -> RenderableType:
        cases = list(dict.fromkeys(case for case, _ in self.plays))
        fits = max((self.console.width - OWN - max(map(len, cases), default=0)) // BESIDE, 0)
        beside = chosen(self.board, min(fits, self.many))
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("case", "seeds", directed_label(self.board.task.primary)):
            table.add_column(name, justify="left" if name == "case" else "right", overflow="ellipsis", no_wrap=True)
        for one in beside:
            table.add_column(one.house.title, justify="right", max_width=BESIDE - 1, overflow="ellipsis", no_wrap=True)
        table.add_column("CPU-s", justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for case in visible(cases, self.last, self.console.height - MARGIN):
            table.add_row(*self.cells(case, beside))
        return Group(table, Text(self.footer(), style="dim"))

    def cells(self, case: str, beside: Sequence[Recorded]) -> list[RenderableType]:
        asked = [seed for name, seed in self.plays if name == case]
        played = [seed for seed in asked if (case, seed) in self.tally.plays]
        running = [fraction for (name, _), fraction in self.tally.now.items() if name == case]
        spent = sum(self.tally.plays[case, seed]["spent"]["cpu_seconds"] for seed in played)
        state = f"▶ {100 * max(running):.0f} %" if running else self.tally.left_out.get(case, "")
        return [
            marked(self.board, case),
            f"{len(played)}/{len(asked)}",
            Text(score_so_far(self.tally, case), style="bold"),
            *(recorded_mean(self.board, one, case, played) for one in beside),
            f"{spent:.1f}" if played else "",
            state,
        ]

    def footer(self) -> str:
        done = sum(place in self.tally.plays for place in self.plays)
        return f"{done} of {len(self.plays)} plays ({100 * done // max(len(self.plays), 1)} %){to_go(self.pace, self.tally)}"


class Lines:
    """A line for every play, and what the method printed."""

    def __init__(self, board: Board, tally: Tally, plays: Sequence[Place], many: int) -> None:
        self.board, self.tally, self.plays = board, tally, plays
        self.beside = chosen(board, min(many, 3))
        self.pace = Pace(board, plays)

    def take(self, event: Event) -> None:
        if event["type"] == "log":
            say(event["text"].rstrip())
        elif event["type"] == "play":
            say(self.line(event["case"], event["seed"], event["spent"]["cpu_seconds"]))

    def line(self, case: str, seed: int, cpu_seconds: float) -> str:
        primary = self.board.task.primary
        value = self.tally.plays[case, seed]["scores"].get(primary.name)
        beside = ", ".join(f"{one.house.title} {recorded_mean(self.board, one, case, [seed])}" for one in self.beside)
        score = f"{primary.label} {value:z.{primary.digits}f}" if value is not None else f"no {primary.label}"
        done = sum(place in self.tally.plays for place in self.plays)
        return (
            f"[{done}/{len(self.plays)}] {marked(self.board, case)}, seed {seed}: {score}{beside and f' ({beside})'}, "
            f"{cpu_seconds:.1f} CPU-s{to_go(self.pace, self.tally)}"
        )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def to_go(pace: Pace, tally: Tally) -> str:
    seconds = pace.seconds_to_go(tally)
    return "" if seconds is None else f", about {duration(seconds)} to go"


def marked(board: Board, case: str) -> str:
    """A case's name; one that makes no part of the score says so."""
    return case if case in board.ranked_cases else f"{case} (not ranked)"


def score_so_far(tally: Tally, case: str) -> str:
    primary = tally.board.task.primary
    mean = tally.scores().means(MINE, primary.name).get(case)
    return "" if mean is None else f"{mean:z.{primary.digits}f}"


def recorded_mean(board: Board, one: Recorded, case: str, seeds: Iterable[int]) -> str:
    """Of a recorded method over just these seeds, or what it has at all before the first of them."""
    primary = board.task.primary
    values = references.scores_of(board).by_seed(one.run_id, primary.name, case)
    known = [values[seed] for seed in seeds if seed in values] or list(values.values())
    return f"{sum(known) / len(known):z.{primary.digits}f}" if known else "–"


def chosen(board: Board, most: int) -> list[Recorded]:
    """The references that say most: the paper's own method, the best, the worst control, then the others, best first."""
    known = references.contenders(board)
    own = [one for one in known if one.house.slug == board.task.own]
    controls = [one for one in known if one.house.kind == "control"]
    return list(dict.fromkeys([*own, *known[:1], *controls[-1:], *known]))[:most]


def visible(cases: Sequence[str], last: str, room: int) -> Sequence[str]:
    """As many cases as the terminal has lines for, about the one that is being played."""
    room = max(room, 3)
    if len(cases) <= room:
        return cases
    centre = cases.index(last) if last in cases else 0
    start = min(max(centre - room // 2, 0), len(cases) - room)
    return cases[start : start + room]
