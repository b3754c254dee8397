"""What watches a method that is played in this very process: a debugger where it raises, a profiler of its calls."""

import cProfile
import linecache
import pdb  # asked for by its user
import pstats
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from runners.inprocess import Surroundings, Work
from runners.job import Job

FILE = "method.py"  # what a method's code is compiled as
LINES = 25  # of a profile that are said


@contextmanager
def watcher(job: Job, folder: Path, *, is_debugged: bool, is_profiled: bool) -> Iterator[Surroundings]:
    """Surroundings that debug or profile, or do neither. A profile is said at the end and kept beside the results."""
    lines = job.code.decode(errors="replace").splitlines(keepends=True)
    linecache.cache[FILE] = (len(job.code), None, lines, FILE)  # tracebacks and pdb show its lines
    profile = cProfile.Profile() if is_profiled else None
    around: Callable[[Work], Any] = profile.runcall if profile else lambda work: work()
    try:
        yield Surroundings(debugged(around) if is_debugged else around)
    finally:
        if profile:
            profile.dump_stats(folder / "profile.pstats")
            stats = pstats.Stats(profile, stream=sys.stderr) if profile.getstats() else None
            if stats:
                stats.strip_dirs().sort_stats("cumulative").print_stats(LINES)


def debugged(around: Callable[[Work], Any]) -> Callable[[Work], Any]:
    """Opens pdb where the work raises, at the innermost line of the method's own file."""

    def watch(work: Work) -> Any:
        try:
            return around(work)
        except Exception as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
            pdb.post_mortem(own_part(error.__traceback__))
            raise

    return watch


def own_part(trace: TracebackType | None) -> TracebackType | None:
    """The traceback up to the last line of the method's file, where there is one: pdb stands there then."""
    last = None
    step = trace
    while step:
        if step.tb_frame.f_code.co_filename == FILE:
            last = step
        step = step.tb_next
    return TracebackType(None, last.tb_frame, last.tb_lasti, last.tb_lineno) if last else trace
