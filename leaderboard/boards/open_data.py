"""Writes each board's plays as one file, and ranks the board again from it: what is served must say what pages say."""

import logging
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from django.core.files.storage import default_storage
from django.utils import timezone

from leaderboard.boards import flags, soundness
from leaderboard.boards.scores import scores_of
from leaderboard.boards.standings import CHUNK, takes_rank
from leaderboard.machine import contents
from leaderboard.models import Change, OpenData, Standing
from papers.metrics import Finding
from papers.task import Board
from runners.standing import open_data
from runners.standing.scores import Scores

SHARE = 0.05  # of the time that may go into making one board's file
RUN_COSTS = ("seconds", "cpu_seconds", "gpu_seconds", "memory_bytes")

log = logging.getLogger(__name__)


def renew(board: Board) -> OpenData | None:
    """Write a board's file where the board has changed since; None where nothing stands. What took long is made less often."""
    known, change = OpenData.of_board(board), Change.numbers().get(board.task.slug, 0)
    if known and (known.change == change or resting(known)):
        return known
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plays.parquet"
        rows = list(Standing.objects.for_board(board).with_scores())  # one query: what it says of places fits together
        if not rows:
            forget(known)
            return None
        ranked = [case for case in board.ranked_cases if case in rows[0].cases]
        plays = open_data.write(path, pieces(board, rows), open_data.How.of(board, ranked))
        content = path.read_bytes()
    told: dict[str, Any] = {
        "sha256": contents.OPEN_DATA.keep(content),
        "size": len(content),
        "plays": plays,
        "change": change,
    }
    told |= {"made": timezone.now(), "seconds": time.monotonic() - start}
    kept, _ = OpenData.objects.update_or_create(defaults=told, **board.key)  # type: ignore[arg-type]  # its stubs take the key for defaults
    if known and known.sha256 != kept.sha256:
        discard(known)
    return kept


def resting(known: OpenData) -> bool:
    return timezone.now() - known.made < timedelta(seconds=known.seconds / SHARE)


def forget(known: OpenData | None) -> None:
    if known:
        known.delete()
        discard(known)


def discard(known: OpenData) -> None:
    default_storage.delete(contents.OPEN_DATA.path(known.sha256))


def pieces(board: Board, rows: Sequence[Standing]) -> Iterator[pd.DataFrame]:
    """The plays of so many runs at a time. A query for each. Metrics that give a truth away are left out."""
    metrics = [metric.name for metric in board.task.metrics if not metric.gives_away]
    ordered = sorted(rows, key=lambda row: row.submission_id)
    later = flags.later_flags_by_run(board, Standing.objects.for_board(board))
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        scores = scores_of([row.run_id for row in some])
        yield open_data.frame_of(
            (line for row in some for line in lines(board, row, scores, metrics, labels(row, later))), metrics
        )


def labels(row: Standing, later: Mapping[int, Sequence[Finding]]) -> str:
    """The labels of all flags of a row, one after another."""
    return "; ".join(flag.label for flag in (*flags.stored_flags(row), *later.get(row.run_id, ())))


def lines(board: Board, row: Standing, scores: Scores, metrics: Sequence[str], labels: str) -> Iterator[dict[str, Any]]:
    """A line for each play of a row."""
    shared = shared_of(row) | {"flags": labels}
    for case in board.cases:
        by_metric = {name: scores.by_seed(row.run_id, name, case.name) for name in metrics}
        for seed in sorted(set().union(*by_metric.values())):
            told = {name: values[seed] for name, values in by_metric.items() if seed in values}
            yield shared | {"case": case.name, "seed": seed} | told


def shared_of(row: Standing) -> dict[str, Any]:
    submission, run = row.submission, row.run
    return {
        **{name: getattr(row, name) for name in open_data.PLACES},
        **{f"run_{name}": getattr(run, name) for name in RUN_COSTS},
        **{name: getattr(run, name) for name in ("task_version", "device", "device_name")},
        "submission": submission.pk,
        "run": run.pk,
        "method": submission.name,
        "author": submission.author_name,
        "kind": submission.kind,
        "is_house": submission.is_house,
        "takes_rank": takes_rank(row),
        "code_sha256": submission.code_sha256,
        "ended": run.ended.isoformat() if run.ended else "",
    }


def check(kept: OpenData) -> list[str]:
    """Rank a board again from its file, and note where the site said something else. Raises ContentError."""
    content = contents.OPEN_DATA.read_verified(kept.sha256)
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(content)
        file.flush()
        found = open_data.differences(*open_data.read(Path(file.name)))
    OpenData.objects.filter(pk=kept.pk).update(checked=timezone.now(), differences=found)
    if found:
        log.error("%s: its plays give other standings than the site shows: %s", kept, "; ".join(found[:5]))
    return found


def tell_broken_boards() -> None:
    """Log which boards land where they can't, and nobody explained it."""
    for board, found in soundness.broken_boards():
        log.error("%s is broken: %s", board, "; ".join(f"{one.text}: {one.name} has {one.value:.6g}" for one in found))
