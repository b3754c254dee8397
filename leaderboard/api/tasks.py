"""Tasks and their boards."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from leaderboard.api.access import MISSING, WRONG, Page, known_board, known_task
from leaderboard.api.paging import one_page
from leaderboard.api.schemas import Cost, MetricOut, Rows, TaskOut
from leaderboard.boards import flags
from leaderboard.boards.claims import Verdict
from leaderboard.models import Run, Standing
from papers import catalogue
from papers.task import Board, Task

router = Router()


@router.get("/", response=list[TaskOut], include_in_schema=False)  # what was described at first
@router.get("", response=WRONG | {200: list[TaskOut]}, summary="Every task with its cases, metrics and limits")
def tasks(request: HttpRequest) -> list[dict[str, Any]]:
    return [task_as_json(task) for task in catalogue.all_tasks().values()]


@router.get("/{task}", response=MISSING | {200: TaskOut}, summary="One task")
def one_task(request: HttpRequest, task: str) -> dict[str, Any]:
    return task_as_json(known_task(task))


def task_as_json(task: Task) -> dict[str, Any]:
    return {
        "slug": task.slug,
        "title": task.title,
        "summary": task.summary,
        "paper": catalogue.paper_of(task.slug).title,
        "version": task.version,
        "calls": list(task.calls),
        "optional_calls": [call for call in task.calls if call not in task.required_calls],
        "metrics": [{name: getattr(metric, name) for name in MetricOut.model_fields} for metric in task.metrics],
        "tiers": {name: board_as_json(board) for name, board in task.boards.items()},
    }


def board_as_json(board: Board) -> dict[str, Any]:
    limits = board.limits
    return {
        "seeds": board.seeds,
        "cases": [case.name for case in board.cases],
        "ranked_cases": board.ranked_cases,
        "call_seconds": limits.call_seconds,
        "play_seconds": limits.play_seconds,
        "memory_bytes": limits.memory_bytes,
    }


@router.get(
    "/{task}/leaderboard", response=MISSING | {200: Rows}, summary="A board as this site has measured it, best first"
)
def leaderboard(
    request: HttpRequest,
    task: str,
    tier: str = "quick",
    page: Page = 1,
    per_page: Annotated[int, Field(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    board = known_board(task, tier)
    rows = Standing.objects.for_board(board).prefetch_related(flags.drifts())
    verdicts = flags.verdicts_on(board)
    return one_page(request, rows, page=page, per_page=per_page, as_json=lambda row: row_as_json(row, verdicts))


OWN = ("rank", "rank_low", "rank_high", "value", "low", "high", "metrics")


def row_as_json(row: Standing, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Reads submission, author, run and its drift flags: for_board selects all but these, prefetch them."""
    return {
        **{name: getattr(row, name) for name in OWN},
        "flags": [vars(flag) for flag in flags.flags_of(row.submission.card, row, verdicts)],
        "method": row.submission.name,
        "author": row.submission.author_name,
        "is_house": row.submission.is_house,
        "kind": row.submission.kind,
        "cost": cost_as_json(row.run),
        "device": row.run.device_name or row.run.device,
        "isolation": row.run.isolation,
        "submission": row.submission_id,
        "run": row.run_id,
        "date": row.run.ended,
    }


def cost_as_json(run: Run) -> dict[str, Any]:
    return {name: getattr(run, name) for name in Cost.model_fields}
