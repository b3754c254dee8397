"""What watches a method that is played in this very process: a debugger where it raises, a profiler of its calls."""

import cProfile
import pdb  # asked for by its user
import pstats
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from runners.inprocess import Surroundings, Work

LINES = 25  # of a profile that are said


@contextmanager
def watcher(path: Path | None, folder: Path, *, is_debugged: bool, is_profiled: bool) -> Iterator[Surroundings]:
    """Surroundings that debug or profile, or do neither. A profile is said at the end and kept beside the results.

    path: where the method's code lies, for the debugger to show; None for one of the house.
    """
    file = str((folder / "method.py").resolve()) if path is None or path.suffix != ".py" else str(path.resolve())
    profile = cProfile.Profile() if is_profiled else None
    around: Callable[[Work], Any] = profile.runcall if profile else lambda work: work()
    try:
        if is_debugged:
            yield Surroundings(debugged(around, file), file=file)
        else:
            yield Surroundings(around)
    finally:
        if profile:
            say_profile(profile, folder / "profile.pstats")


def say_profile(profile: cProfile.Profile, path: Path) -> None:
    """The dearest functions first; nothing where the method was never called."""
    profile.create_stats()
    if profile.getstats():
        profile.dump_stats(path)
        pstats.Stats(profile, stream=sys.stderr).strip_dirs().sort_stats("cumulative").print_stats(LINES)
        print(f"profile: {path}", file=sys.stderr)  # noqa: T201


def debugged(around: Callable[[Work], Any], file: str) -> Callable[[Work], Any]:
    """Opens pdb where the work raises, at the innermost line of the method's own file."""

    def watch(work: Work) -> Any:
        try:
            return around(work)
        except Exception as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
            pdb.post_mortem(own_part(error.__traceback__, file))
            raise

    return watch


def own_part(trace: TracebackType | None, file: str) -> TracebackType | None:
    """The traceback up to the last line of the method's file, where there is one: pdb stands there then."""
    last = None
    step = trace
    while step:
        if step.tb_frame.f_code.co_filename == file:
            last = step
        step = step.tb_next
    return TracebackType(None, last.tb_frame, last.tb_lasti, last.tb_lineno) if last else trace
