"""Every house method that uses torch, on its board's trial case as on a GPU: emulated on a CPU, to see what mixes devices.

    python -m tests.benchmarks.pretended_gpu [BOARD ...]

Prints a line a method; the exit status is the number of methods that failed.
"""

import re
import signal
import sys

from papers import catalogue
from tests.pretended_gpu import play

SECONDS = 120  # for one method; what takes longer has at least not failed yet


class Late(BaseException):
    pass


def late(*_):
    raise Late


def main(boards):
    signal.signal(signal.SIGALRM, late)
    failures = 0
    for task in catalogue.all_tasks().values():
        for house in task.house if not boards or task.slug in boards else ():
            if house.kind == "oracle" or not re.search(r"\btorch\b|\.kit\b", task.code(house).decode()):
                continue
            signal.alarm(SECONDS)
            try:
                event, seconds = play(task.slug, house.slug)
                verdict = "ok" if event["type"] == "finished" else f"FAILED {event.get('message')}"
            except Late:
                verdict, seconds = "late", SECONDS
            finally:
                signal.alarm(0)
            failures += verdict.startswith("FAILED")
            print(f"{task.slug} {house.slug}: {verdict} ({seconds:.1f} s, emulated)", flush=True)
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
