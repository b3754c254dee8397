"""What stands around the rows of a board: made once for each change, but for figures of rows that few ask for."""

from dataclasses import replace
from typing import Any

from leaderboard.boards import (
    claims,
    headline,
    in_part,
    kept,
    order,
    recast,
    references,
    resolution,
    soundness,
    standings,
    tables,
)
from leaderboard.boards.scores import means_of
from leaderboard.boards.view import View
from leaderboard.figures import charts, material
from leaderboard.models import Recast, Standing
from papers import catalogue
from papers.task import Board, Task
from runners.figures import style
from runners.figures.rows import looks

PLOTTED = 100  # rows of a board that its charts show, the best ones


def prepare(task: Task) -> None:
    """Make what the pages of a task's boards will need, before somebody asks for them."""
    for board in task.boards.values():
        board_context(board)
        figures_context(View(board), None)
        account_and_headline(board)
    tables.names_of(task)


def account_and_headline(board: Board) -> tuple[claims.Account, headline.Headline]:
    """All that its paper claims, and how it came out on this board."""
    paper = catalogue.paper_of(board.task.slug)
    (account,) = claims.accounts([paper])

    def make() -> headline.Headline:
        return headline.headline_of(account, headline.places_of([board], headline.tops([board])), board)

    return account, kept.once(paper, ("headline", str(board)), make)


def board_context(board: Board) -> dict[str, Any]:
    """What a board's page shows whoever reads it and whatever rows are asked for."""

    def make() -> dict[str, Any]:
        return {
            "left_out": standings.left_out(board),
            "recorded_in_part": in_part.parts_of(board),
            "gaps": in_part.gaps(board),
            "resolution": resolution.resolution_of(board),
            "violations": soundness.violations_on(board),
        }

    context: dict[str, Any] = kept.once(catalogue.paper_of(board.task.slug), ("board", str(board)), make)
    return context


def figures_context(view: View, made: Recast | None) -> dict[str, Any]:
    """Charts of the rows that the visitor asks for, best first, whatever page of them the table shows."""
    if not view.is_whole:  # none of these is asked for often
        return figures(view, made)
    key = ("figures", str(view.board), made.key if made else "", view.cost, axis_of(view))
    paper, state = catalogue.paper_of(view.board.task.slug), made.pk if made else None
    context: dict[str, Any] = kept.once(paper, key, lambda: figures(view, made), state=state)
    return context


def figures(view: View, made: Recast | None) -> dict[str, Any]:
    board, axis = view.board, axis_of(view)
    ranked = replace(view, sort="")
    own = order.rows(ranked, made, order.chosen(ranked, made)[:PLOTTED])
    best = references.with_stand_ins(ranked, own, is_first=True, is_last=True)
    context = limits_by_case(board, best[0]) if best else {}
    return {
        "cost_figure": charts.score_against_cost(board, best, view.cost, axis) if best else None,
        "time_figure": charts.score_over_time(board, best, tables.first_measured(board, best), axis) if best else None,
        "profile_figure": charts.case_profile(board, best, context) if best else None,
        "better_is": "Down" if axis.is_place else style.better_way(axis.metric),
        "score_label": axis.title,
        "looks": {row.run_id: look for row, look in looks(best)},
        "drawings": material.drawings(board, best),
    }


def axis_of(view: View) -> charts.Axis:
    """What the charts show: the metric that the table is sorted by, else what ranks."""
    task, name = view.board.task, view.sort.lstrip("-")
    metric = next((metric for metric in task.metrics[1:] if metric.name == name and metric.is_ranked), task.primary)
    if metric is not task.primary:
        return charts.Axis.of(metric, is_primary=False)
    rule = recast.LABELS[view.rule] if view.rule else ""
    return charts.Axis.of(metric, rule=rule, is_place=view.rule == "rank")


def limits_by_case(board: Board, row: Standing) -> dict[str, dict[str, float]]:
    """What the cases themselves allow: {metric: {case: mean over seeds}}. One query."""
    limits = [metric.name for metric in board.task.metrics if metric.is_limit]
    means = references.means(board, limits) if row.is_recorded else means_of([row.run_id], limits)
    by_metric: dict[str, dict[str, float]] = {}
    for (run, metric, case), value in sorted(means.items()):
        if run == row.run_id:
            by_metric.setdefault(metric, {})[case] = value
    return by_metric
