"""Boards of many made-up rows: for benchmarks. Places are those of the values; tallies say that nobody is told apart."""

from datetime import timedelta

import numpy as np
from django.contrib.auth import get_user_model
from django.utils import timezone

from leaderboard.models import Run, Score, Standing, Submission
from papers import catalogue
from runners.standing import ranking, statistics

CHUNK = 500
AUTHORS = 500
SCORED = 200  # of the best rows, whose raw scores are kept too


def fill(task: str, rows: int) -> None:
    """Put so many rows on the quick board of a task."""
    board = catalogue.board(task, "quick")
    rng, now = np.random.default_rng(0), timezone.now()
    people = get_user_model().objects.bulk_create(
        get_user_model()(username=f"author{number}", password="!") for number in range(min(AUTHORS, rows))
    )
    level = np.sort(rng.normal(0.5, 0.2, rows))[:: (board.task.primary.gain(np.array([-1.0])).item() > 0 and 1) or -1]
    tally = [0] * (2 * ranking.STEPS + 1)
    tally[ranking.STEPS] = rows
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
            row.position, row.rank, row.rank_low, row.rank_high, row.group = number, number + 1, 1, rows, 1
            row.tally = tally
        Standing.objects.bulk_create(made)
        if start < SCORED:
            Score.objects.bulk_create(
                Score(run=run, case=case, seed=seed, metric=board.task.primary.name, value=row.scores[place][seed])
                for run, row in zip(runs, made, strict=True)
                for place, case in enumerate(board.ranked_cases)
                for seed in range(board.seeds)
            )


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
