"""Results side by side: paired differences case by case, who beats whom, and a report with the same charts as the site's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from papers.metrics import Metric
from papers.task import Board
from runners.commands.exits import Usage
from runners.figures import comparison
from runners.figures.style import directed_label
from runners.job import PUBLIC_KEY, commitment
from runners.standing import comparing
from runners.standing.comparing import Line
from runners.standing.digits import with_interval
from runners.standing.statistics import Difference, Estimate
from runners.workbench import drawing, references, report
from runners.workbench.drawing import Entry
from runners.workbench.references import MINE

MOST = 8  # as on the site


@dataclass(frozen=True)
class Comparison:
    """Results in one metric; the first is what the others are held against."""

    board: Board
    metric: Metric
    entries: Sequence[Entry]
    seeds: Sequence[int]
    lines: Sequence[Line]
    cases: Sequence[str]  # the ranked ones that all have

    @property
    def overall(self) -> list[Difference | None]:
        """Each one's advantage over the first, over the ranked cases: positive where it is better."""
        return [duels[0].advantage for duels in self.duels]

    @property
    def duels(self) -> list[list[comparing.Duel]]:
        return comparing.duels_of(self.board, self.entries, self.metric, self.cases)


def compare(
    results: Sequence[Mapping[str, Any]], names: Sequence[str], houses: Sequence[str], metric: str
) -> Comparison:
    """Set results side by side, and recorded house methods with them. Raises Usage where they say nothing together."""
    board = common_board(results)
    chosen = known_metric(board, metric)
    recorded = [known_house(board, slug, results) for slug in houses]
    if not 1 < len(results) + len(recorded) <= MOST:
        raise Usage(f"name two to {MOST} results (or --house and the name of one of the house)")
    seeds = sorted(set.intersection(*(set(drawing.seeds_of(one)) for one in results)))
    cases = [case.name for case in board.cases]
    entries = [
        Entry(index, name, drawing.by_case(drawing.scores_of(one), MINE, chosen.name, cases, seeds))
        for index, (one, name) in enumerate(zip(results, names, strict=True))
    ]
    played = {case: None for entry in entries for case in entry.by_case}
    entries += [
        drawing.entry_on(drawing.recorded_entry(one, board, index=index, metric=chosen.name, seeds=seeds), played)
        for index, one in enumerate(recorded, len(entries))
    ]
    common = [case for case in cases if all(case in entry.by_case for entry in entries)]
    if not common:
        raise Usage("these results have no case with the same seeds in common: there is nothing to pair")
    lines = comparing.lines_of(board, entries, entries[0], chosen)
    return Comparison(board, chosen, entries, seeds, lines, [case for case in board.ranked_cases if case in common])


def common_board(results: Sequence[Mapping[str, Any]]) -> Board:
    """Raises Usage where they did not meet the same draws."""
    facts = [(one["task"], one["tier"], one["provenance"].get("task_version")) for one in results]
    if len(set(facts)) > 1:
        told = "; ".join(f"{task}/{tier}, version {version}" for task, tier, version in dict.fromkeys(facts))
        raise Usage(f"these are results of different boards: {told}")
    board = drawing.board_of(results[0])
    if facts[0][2] != board.task.version:
        raise Usage(
            f"these are of version {facts[0][2]} of {board.task.slug}, which drew other problems: it is {board.task.version} now"
        )
    if len({one["provenance"].get("seed_commitment") for one in results}) > 1:
        raise Usage(
            "these were played under different seed keys: they met other draws, so that no difference is paired"
        )
    return board


def known_metric(board: Board, name: str) -> Metric:
    """The metric of this name, the primary one for none. Raises Usage."""
    ranked = [metric for metric in board.task.metrics if metric.is_ranked]
    chosen = next((metric for metric in ranked if metric.name == (name or board.task.primary.name)), None)
    if chosen is None:
        raise Usage(f"{board.task.slug} compares by {', '.join(metric.name for metric in ranked)}, not by {name!r}")
    return chosen


def known_house(board: Board, slug: str, results: Sequence[Mapping[str, Any]]) -> references.Recorded:
    """What was recorded of a house method. Raises Usage."""
    known = {one.house.slug: one for one in references.recorded(board)}
    if slug not in known:
        raise Usage(f"of {board} are recorded {', '.join(known) or 'no methods'}, not {slug!r}")
    if results[0]["provenance"].get("seed_commitment") != commitment(PUBLIC_KEY):
        raise Usage("the house methods were recorded under the published key, these results under another")
    return known[slug]


def text_of(known: Comparison) -> str:
    """The table of a terminal: scores of the first, differences of the others, told apart where a star stands."""
    first = known.entries[0].name
    heading = ["case", first, *(f"{entry.name} − {first}" for entry in known.entries[1:])]
    rows = [heading, *(case_row(line, known) for line in known.lines)]
    seeds = f"{len(known.seeds)} seed{'s' * (len(known.seeds) != 1)}"
    what = "distance from the target" if known.metric.target is not None else "difference"
    lines = [
        f"{directed_label(known.metric)} on {known.board}, {seeds}; {what}, {comparing.pairing(known.board)}, with 95 % intervals",
        report.plain_table(rows),
        "* told apart, all differences of the table together at 5 %",
        "",
        *duel_sentences(known),
    ]
    return "\n".join(lines)


def case_row(line: Line, known: Comparison) -> list[str]:
    digits = known.metric.digits
    ranked = "" if line.case in known.board.ranked_cases else " (not ranked)"
    cells = [line.case + ranked, estimate_text(line.estimates[0], digits)]
    for entry in known.entries[1:]:
        star = "*" if line.told_apart[entry.index] else ""
        cells.append(estimate_text(line.differences[entry.index], digits, sign="+") + star)
    return cells


def estimate_text(known: Estimate | None, digits: int, *, sign: str = "") -> str:
    if known is None:
        return "–"
    value, *ends = (
        (sign if number > 0 else "") + with_interval(number, known.low, known.high, digits)
        for number in (known.value, known.low, known.high)
        if number is not None
    )
    return f"{value} [{', '.join(ends)}]" if len(ends) == 2 else value


def duel_sentences(known: Comparison) -> list[str]:
    """Of every pair, over the ranked cases."""
    if not known.cases:
        return ["No ranked case is common to all: nobody is better over the board."]
    lines, duels = [f"Over {len(known.cases)} ranked cases:"], known.duels
    for first in known.entries:
        for second in known.entries[first.index + 1 :]:
            duel = duels[first.index][second.index]
            how = {"better": "is better than", "worse": "is worse than"}.get(duel.verdict, "is not told apart from")
            by = estimate_text(duel.advantage, known.metric.digits, sign="+")
            lines.append(f"  {first.name} {how} {second.name} (advantage {by})")
    return lines


def page_of(known: Comparison) -> str:
    """The report of a comparison: the site's charts and the table."""
    charts = [
        ("Differences", f"From {known.entries[0].name}, {comparing.pairing(known.board)}. Bars are 95 % intervals.",
         comparison.differences(known.entries, known.entries[0], known.lines, known.metric)),
        ("Scores", "Bars are 95 % intervals over the seeds.", comparison.profile(known.entries, known.lines, known.metric)),
        ("Every seed", "A point is a seed.", comparison.seeds(known.entries, known.lines, known.metric)),
    ]  # fmt: skip
    plots = {f"chart-{number}": plot for number, (_, _, plot) in enumerate(charts)}
    return report.render("compare.html", plots, text=text_of(known), board=known.board, charts=charts)
