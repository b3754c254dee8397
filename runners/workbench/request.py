"""The job that an author asks for. Everything that can't be done is said before anything starts."""

from pathlib import Path

from papers import catalogue
from papers.task import Board, House, Task
from runners import local
from runners.commands.exits import Usage
from runners.job import Job
from runners.judge import Refusal, judge


def known_task(slug: str) -> Task:
    """Raises Usage."""
    if slug not in catalogue.all_tasks():
        raise Usage(catalogue.unknown(slug))
    return catalogue.task(slug)


def job_of(board: Board, path: Path | None, slug: str | None) -> Job:
    """The job that plays a file, or the house method of this slug. Raises Usage."""
    if path:
        return Job(task=board.task.slug, tier=board.tier.name, code=read(path, board.task))
    known: dict[str, House] = {house.slug: house for house in board.task.house}
    if slug not in known:
        raise Usage(f"{board.task.slug} has no house method {slug!r}, only {', '.join(known)}")
    return local.job_of(board, known[slug])


def read(path: Path, task: Task) -> bytes:
    """The code of a file that an upload would take too. Raises Usage."""
    try:
        code = path.read_bytes()
        judge(str(path), code, task)
    except OSError as error:
        raise Usage(f"{path}: {error.strerror}") from None
    except Refusal as refusal:
        raise Usage(refusal.message) from None
    return code


def key(text: str) -> bytes:
    """Raises Usage."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Usage("--seed-key must be hexadecimal") from None


def check_cases(job: Job) -> None:
    """Raises Usage for a case that there is not."""
    try:
        job.plays()
    except ValueError as error:
        raise Usage(str(error)) from None
