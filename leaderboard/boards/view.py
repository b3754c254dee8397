"""What a visitor asks of a board: exactly what the query string says."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from papers.task import Board, Task
from runners.standing import statistics

COLUMNS = {
    "method": "submission__name",
    "cpu": "run__cpu_seconds",
    "seconds": "run__seconds",
    "memory": "run__memory_bytes",
    "money": "run__money",  # computed: see tables.money
    "device": "run__device",
    "author": "submission__author__username",  # by what is shown: see tables.sort_column
    "date": "run__ended",
}
HIDDEN_AT_FIRST = {"seconds", "memory", "device"}
METRICS_AT_FIRST = 2  # beside the primary one
COSTS = ("cpu", "seconds", "gpu", "memory", "money")
HEAVIEST = 1000  # weight of a case


@dataclass(frozen=True)
class View:
    """Which rows a visitor wants, and in which order."""

    board: Board
    sort: str = ""  # "" = by rank; a column or a metric, "-" before it for descending
    search: str = ""
    per_author: bool = False
    rule: statistics.Rule | None = None  # None: the task's own
    weights: tuple[tuple[str, float], ...] = ()  # (case, weight) other than 1, where the rule is "weights"
    day: date | None = None  # the board as of the end of this day
    columns: tuple[str, ...] = ()  # () = those shown at first
    cost: str = COSTS[0]

    @classmethod
    def of(cls, task: Task, query: QueryDict) -> "View":
        """Anything unknown falls back to the default."""
        board = task.boards.get(query.get("tier", ""), next(iter(task.boards.values())))
        sort, rule = query.get("sort", ""), query.get("rule", "")
        known = {*COLUMNS, *(metric.name for metric in task.metrics)}
        weights = ((case, weight_in(query.get(f"w:{case}", ""))) for case in board.ranked_cases)
        return cls(
            board=board,
            sort=sort if sort.lstrip("-") in known else "",
            search=query.get("q", "").replace("\0", "").strip()[:80],
            per_author=query.get("authors") == "best",
            rule=next((name for name in statistics.RULES if name == rule and name != task.average), None),
            weights=tuple(pair for pair in weights if pair[1] != 1) if rule == "weights" else (),
            day=day_in(query.get("asof", "")),
            columns=tuple(name for name in query.getlist("col") if name in known),
            cost=query.get("cost", "") if query.get("cost", "") in COSTS else COSTS[0],
        )

    @property
    def tier(self) -> str:
        return self.board.tier.name

    @property
    def is_stored(self) -> bool:
        """Whether the board stands in the database as it is asked for: today's, by the task's own rule."""
        return self.rule is None and self.day is None

    @property
    def is_whole(self) -> bool:
        """Whether it leaves no row out."""
        return not (self.search or self.per_author)

    @property
    def target(self) -> float | None:
        """What the column is sorted by its distance from, if any: a metric that is best nearest a target."""
        name = self.sort.lstrip("-")
        is_place = self.rule == "rank" and name == self.board.task.primary.name
        return None if name in COLUMNS or not name or is_place else self.board.task.metric(name).target

    def shows(self, column: str) -> bool:
        """A column beside method and score: as chosen, else a few; what sorts the table is always there."""
        if self.columns or column == self.sort.lstrip("-"):
            return column in self.columns or not self.columns
        others = [metric.name for metric in self.board.task.metrics[1:] if metric.is_ranked]
        return column not in {*HIDDEN_AT_FIRST, *others[METRICS_AT_FIRST:]}

    def query(self, **changes: Any) -> str:
        """The query string of this view with some changes, defaults left out."""
        values = {
            "tier": self.tier,
            "sort": self.sort,
            "q": self.search,
            "authors": "best" if self.per_author else "",
            "rule": self.rule or "",
            **{f"w:{case}": f"{weight:g}" for case, weight in self.weights},
            "asof": self.day.isoformat() if self.day else "",
            "col": self.columns,
            "cost": self.cost,
        } | changes
        defaults = {("tier", next(iter(self.board.task.boards))), ("cost", COSTS[0])}
        return "?" + urlencode(
            {key: value for key, value in values.items() if value and (key, value) not in defaults}, doseq=True
        )

    def next_sort(self, column: str, *, descending_first: bool) -> str:
        """The query string of a click on a header: one direction, the other, then back to the ranking."""
        cycle = [f"-{column}", column] if descending_first else [column, f"-{column}"]
        following = {cycle[0]: cycle[1], cycle[1]: ""}.get(self.sort, cycle[0])
        return self.query(sort=following)

    def aria_sort(self, column: str) -> str:
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort, "none")


def no_tier(task: Task, tier: str) -> str:
    """A sentence on a tier that a task doesn't have."""
    return f"There is no tier {tier!r} of {task.slug}; there are {' and '.join(task.boards)}."


def weight_in(text: str) -> float:
    """A weight of a case, in [0, HEAVIEST]; 1 where it is none."""
    try:
        weight = float(text)
    except ValueError:
        return 1.0
    return weight if 0 <= weight <= HEAVIEST else 1.0


def day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
