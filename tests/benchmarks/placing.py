"""What putting one more run on a board of many rows costs, in CPU-milliseconds: outside the transaction that writes it, and in it.

    python -m tests.benchmarks.placing [ROWS...]

Each number of rows in a database of its own: SQLite's, or a schema of DATABASE_URL. Part of `make bench`.
"""

import os
import sys
import tempfile
import time

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

        from leaderboard.boards import standings  # noqa: PLC0415
        from tests.benchmarks import crowd  # noqa: PLC0415

        crowd.fill(TASK, rows)
        spent, write = [], standings.Plan.write

        def timed(plan, board):
            begin = time.process_time()
            write(plan, board)
            spent.append(1e3 * (time.process_time() - begin))

        standings.Plan.write = timed
        print(
            f"One run more on a board of {rows:,} rows, {connection.vendor}, CPU-ms: in all / of it in the transaction"
        )
        for place, value in VALUES.items():
            run = crowd.newcomer(TASK, value)
            begin = time.process_time()
            standings.update(run)
            print(f"  {place:14} {1e3 * (time.process_time() - begin):8.0f} / {spent[-1]:6.0f}")


if __name__ == "__main__":
    main()
