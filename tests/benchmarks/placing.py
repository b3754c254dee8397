"""What putting one more run on a board of many rows costs, in CPU-milliseconds: outside the transaction that writes it, and in it.

    python -m tests.benchmarks.placing [ROWS...]

Each number of rows in a database of its own: SQLite's, or a schema of DATABASE_URL. Part of `make bench`.
"""

import os
import sys
import tempfile
import time

from tests.benchmarks import results
from tests.benchmarks.pages import ROWS, TASK, set_up

VALUES = {"best": 2.0, "in the middle": 0.5, "last": -1.0}


def main() -> None:
    if len(sys.argv) == 3 and sys.argv[1] == "--child":
        measure(int(sys.argv[2]))
        return
    for rows in [int(each) for each in sys.argv[1:]] or ROWS:
        placing_on_a_board(rows)


def placing_on_a_board(rows: int) -> None:
    """In a process of its own: settings are read once."""
    pid = os.fork()
    if not pid:
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.placing", "--child", str(rows)])
    os.waitpid(pid, 0)


def measure(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        from django.db import connection  # noqa: PLC0415

        from leaderboard.boards import standings, writing  # noqa: PLC0415
        from tests.benchmarks import crowd  # noqa: PLC0415

        crowd.fill(TASK, rows)
        spent, write = [], writing.Plan.write

        def timed(plan, board):
            begin, since = time.process_time(), time.perf_counter()
            write(plan, board)
            spent.append((1e3 * (time.process_time() - begin), 1e3 * (time.perf_counter() - since)))

        writing.Plan.write = timed
        print(
            f"One run more on a board of {rows:,} rows, {connection.vendor}, CPU-ms of the recorder: in all / of it in the "
            "transaction, and its ms by the clock"
        )
        for place, value in VALUES.items():
            run = crowd.newcomer(TASK, value)
            begin = time.process_time()
            standings.update(run)
            whole = 1e3 * (time.process_time() - begin)
            held, clock = spent[-1]
            results.note(f"finishing a run, in the transaction, {rows} rows, CPU-ms", held)
            results.note(f"finishing a run, outside the transaction, {rows} rows, CPU-ms", whole - held)
            print(f"  {place:14} {whole:8.0f} / {held:6.0f}, {clock:8.0f}")


if __name__ == "__main__":
    main()
