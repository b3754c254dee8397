"""What a program pays that asks how its queued run is doing, with many others waiting: CPU-milliseconds of the web process, and
those of whoever asks first after the line was last read, which happens once in two seconds.

    python -m tests.benchmarks.polling [WAITING]

Part of `make bench`.
"""

import os
import statistics
import sys
import tempfile

from tests.benchmarks import results
from tests.benchmarks.pages import TASK, cpu_ms, set_up

WAITING = 200
ASKED = 50


def main() -> None:
    if len(sys.argv) == 3 and sys.argv[1] == "--child":
        measure(int(sys.argv[2]))
        return
    polls_of_a_queued_run(int(sys.argv[1]) if len(sys.argv) > 1 else WAITING)


def polls_of_a_queued_run(waiting: int = WAITING) -> None:
    """In a process of its own: settings are read once."""
    pid = os.fork()
    if not pid:
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.polling", "--child", str(waiting)])
    os.waitpid(pid, 0)


def measure(waiting: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        from django.contrib.auth import get_user_model  # noqa: PLC0415
        from django.test import Client  # noqa: PLC0415

        from leaderboard.api import runs  # noqa: PLC0415
        from leaderboard.models import ApiToken, Run, Submission  # noqa: PLC0415
        from leaderboard.running import forecast  # noqa: PLC0415
        from papers import catalogue  # noqa: PLC0415

        board = catalogue.board(TASK, "quick")
        author = get_user_model().objects.create(username="author")
        sent = [Submission(task=TASK, name=f"m{i}", author=author, code_sha256="0" * 64) for i in range(waiting)]
        lines = [Run(submission=one, **board.key, task_version=1) for one in Submission.objects.bulk_create(sent)]
        run = Run.objects.bulk_create(lines)[-1]
        _, token = ApiToken.issue(author, "bench")
        client = Client(headers={"host": "127.0.0.1", "authorization": f"Bearer {token}"})
        path = f"/api/v1/runs/{run.pk}/state"
        cpu_ms(client, path)
        forecast.FRESH = runs.FRESH = 3600.0
        cpu_ms(client, path)
        known = [cpu_ms(client, path)[0] for _ in range(ASKED)]
        forecast.FRESH = runs.FRESH = 0.0
        read = [cpu_ms(client, path)[0] for _ in range(ASKED // 5)]
        print(
            f"Poll of a queued run, {waiting} waiting, CPU-ms: {statistics.median(known):.1f}; of who has the line read, once in "
            f"two seconds, {statistics.median(read):.1f}"
        )
        for value in known:
            results.note("poll of a queued run, CPU-ms", value)


if __name__ == "__main__":
    main()
