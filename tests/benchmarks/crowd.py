"""Boards of many made-up rows: for benchmarks. Places are those of the values; tallies say that nobody is told apart.

Beyond MADE rows the database copies what is there, a shade worse: a million rows in SQLite or PostgreSQL.
"""

from datetime import timedelta

import numpy as np
from django.contrib.auth import get_user_model
from django.core.management.color import no_style
from django.db import connection
from django.utils import timezone

from leaderboard.boards import tallies, writing
from leaderboard.models import Place, Run, Score, Standing, Submission
from papers import catalogue
from runners.standing import ranking, statistics

CHUNK = 500
AUTHORS = 500
MADE = 10_000
SCORED = 200  # of the best rows, whose raw scores are kept too


def fill(task: str, rows: int) -> None:
    """Put so many rows on the quick board of a task: any number up to MADE, and its multiples."""
    make(task, min(rows, MADE), of=rows)
    copy(rows // MADE - 1)
    board = catalogue.board(task, "quick")
    submissions = list(Standing.objects.on([board]).order_by().values_list("submission", flat=True))
    counts = np.zeros((len(submissions), tallies.WIDTH), int)
    counts[:, ranking.STEPS] = rows
    tallies.pack(submissions, counts).keep(board)


def copy(times: int) -> None:
    """Each of the rows so many times more, below the others, in three statements."""
    if times < 1:
        return
    quote, shift = connection.ops.quote_name, f"k.n * {MADE}"
    sign = "-" if Standing.objects.get(position=0).value > Standing.objects.get(position=1).value else "+"
    shifted = {
        Submission: {"id": "id", "name": None, "code_sha256": None},
        Run: {"id": "id", "submission_id": "submission_id"},
        Standing: {name: name for name in ("id", "submission_id", "run_id")},
        Place: {name: name for name in ("standing_id", "position", "rank")},
    }
    with connection.cursor() as cursor:
        for model, moved in shifted.items():
            columns = [field.column for field in model._meta.concrete_fields]
            values = [f"t.{quote(name)} + {shift}" if moved.get(name) else f"t.{quote(name)}" for name in columns]
            if model is Submission:
                values[columns.index("name")] = f"t.{quote('name')} || ' of copy ' || k.n"
            if model is Standing:
                values[columns.index("value")] = f"t.{quote('value')} {sign} k.n"
            table = quote(model._meta.db_table)
            cursor.execute(
                f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {times}) "
                f"INSERT INTO {table} ({', '.join(map(quote, columns))}) "
                f"SELECT {', '.join(values)} FROM {table} t CROSS JOIN k ORDER BY k.n, t.{model._meta.pk.column}"
            )
        for statement in connection.ops.sequence_reset_sql(no_style(), [Submission, Run, Standing]):
            cursor.execute(statement)


def make(task: str, rows: int, *, of: int) -> None:
    """The best `rows` of a board of so many."""
    board = catalogue.board(task, "quick")
    rng, now = np.random.default_rng(0), timezone.now()
    people = get_user_model().objects.bulk_create(
        get_user_model()(username=f"author{number}", password="!") for number in range(min(AUTHORS, rows))
    )
    level = np.sort(rng.normal(0.5, 0.2, rows))[:: (board.task.primary.gain(np.array([-1.0])).item() > 0 and 1) or -1]
    for start in range(0, rows, CHUNK):
        numbers = range(start, min(start + CHUNK, rows))
        sent = Submission.objects.bulk_create(
            Submission(
                task=task,
                name=f"method {number}",
                author=people[number % len(people)],
                code_sha256=f"{number:064x}",
                created=now - timedelta(minutes=number),
            )
            for number in numbers
        )
        runs = Run.objects.bulk_create(finished_run(board, submission, submission.created) for submission in sent)
        made = [standing_of(board, run, level[number], rng) for number, run in zip(numbers, runs, strict=True)]
        for number, row in zip(numbers, made, strict=True):
            row.position, row.rank, row.rank_low, row.rank_high, row.group = number, number + 1, 1, of, 1
        writing.save(made)
        if start < SCORED:
            Score.objects.bulk_create(
                Score(run=run, case=case, seed=seed, metric=board.task.primary.name, value=row.scores[place][seed])
                for run, row in zip(runs, made, strict=True)
                for place, case in enumerate(board.ranked_cases)
                for seed in range(board.seeds)
            )


def newcomer(task: str, value: float) -> Run:
    """A run that has finished, with its scores, and has no place yet."""
    board, rng, now = catalogue.board(task, "quick"), np.random.default_rng(1), timezone.now()
    author, _ = get_user_model().objects.get_or_create(username="newcomer")
    known = {"task": task, "author": author, "name": f"new, {value}", "code_sha256": "0" * 64}
    run = finished_run(board, Submission.objects.create(**known), now)
    run.save()
    Score.objects.bulk_create(
        Score(run=run, case=case, seed=seed, metric=board.task.primary.name, value=value + rng.normal(0, 0.05))
        for case in board.ranked_cases
        for seed in range(board.seeds)
    )
    return run


def finished_run(board, submission, now) -> Run:
    return Run(
        submission=submission,
        **board.key,
        task_version=board.task.version,
        status=Run.Status.FINISHED,
        started=now,
        ended=now,
        plays_total=len(board.plays()),
        plays_done=len(board.plays()),
        seconds=10.0,
        cpu_seconds=9.0,
        gpu_seconds=0.0,
        memory_bytes=10**8,
        device="cpu",
        device_name="a CPU",
        isolation="bubblewrap+seccomp",
        provenance={"seeds": board.seeds, "libraries": {"numpy": "2"}, "command": "claimcheck run"},
    )


def standing_of(board, run, level, rng) -> Standing:
    cases = board.ranked_cases
    values = level + rng.normal(0, 0.05, (len(cases), board.seeds))
    centre = float(values.mean())
    estimate = dict(vars(statistics.Estimate(value=centre, low=centre - 0.02, high=centre + 0.02)))
    return Standing(
        **board.key,
        version=board.task.version,
        author_id=run.submission.author_id,
        submission=run.submission,
        run=run,
        **{name: estimate[name] for name in ("value", "low", "high")},
        metrics={board.task.primary.name: estimate},
        cases=dict.fromkeys(cases, estimate),
        scores=values.tolist(),
    )
