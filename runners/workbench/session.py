"""A whole run on this machine: played, shown, kept, judged and reported."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from runners.events import Event
from runners.inprocess import Surroundings
from runners.job import PUBLIC_KEY, Job
from runners.workbench import playing, report, request, result
from runners.workbench.folder import Folder
from runners.workbench.screen import screen_for
from runners.workbench.tally import Tally


def play(
    job: Job,
    folder: Folder,
    *,
    name: str,
    notes: Sequence[str] = (),
    jobs: int = 1,
    around: Surroundings | None = None,
    is_plain: bool = False,
) -> dict[str, Any]:
    """Play what is left of a job. Returns the result, which lies in the folder then, also where it was interrupted."""
    tally = Tally.of(job.board, folder.known)
    tally.finished = 0
    plays = [(case.name, seed) for case, seed in job.plays()]
    rest = replace(job, done=folder.done)
    is_public = job.seed_key == PUBLIC_KEY
    status = "interrupted"
    with (
        contextlib.suppress(KeyboardInterrupt),
        screen_for(job.board, tally, plays, is_public=is_public, is_plain=is_plain) as screen,
    ):

        def take(event: Event) -> None:
            folder.keep(event)
            tally.take(event)
            screen.take(event)

        ends = playing.play(rest, take, jobs=jobs, around=around) if rest.plays() else 0
        status = result.status_of(tally, ends)
    tally.provenance["command"] = request.command(job, name)
    known = result.document(job, tally, status=status, name=name, notes=notes)
    result.write(folder.path / "result.json", known)
    result.write_text(folder.path / "report.html", report.page_of(known))
    return known
