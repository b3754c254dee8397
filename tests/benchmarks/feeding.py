"""Runs for `tests.benchmarks.soak`, put straight into a site's database: `python -m tests.benchmarks.feeding RUNS SECONDS WAITING`.

Prints how many were sent, have finished, had to be tried again; scores that there are and those of one run; seconds.
"""

import sys
import time

METHOD = b"class Method:\n    def __init__(self, seed, device):\n        pass\n\n    def double(self, x):\n        return 2 * x\n"
METHODS = 20
PATIENCE = 300  # seconds, for what is still open at the end


def main(wanted: int, seconds: float, waiting: int) -> None:
    import django  # noqa: PLC0415  # before the models

    django.setup()
    from leaderboard.models import Run, Score, Submission  # noqa: PLC0415
    from leaderboard.running.runs import start_run  # noqa: PLC0415
    from leaderboard.submitting.uploads import store_code  # noqa: PLC0415
    from papers import catalogue  # noqa: PLC0415

    task, sha256 = catalogue.task("doubling"), store_code(METHOD)
    known = {"task": task.slug, "is_house": True, "code_sha256": sha256}
    methods = [Submission.objects.create(**known, name=f"no-op {number}") for number in range(METHODS)]
    begin, sent = time.time(), 0
    while sent < wanted and time.time() < begin + seconds:
        for _ in range(min(waiting - Run.objects.open().count(), wanted - sent)):
            start_run(methods[sent % METHODS], why="soak")
            sent += 1
        time.sleep(0.5)
    while Run.objects.open().exists() and time.time() < begin + seconds + PATIENCE:
        time.sleep(0.5)
    took = time.time() - begin
    runs = Run.objects.filter(why="soak")
    finished, again = runs.filter(status="finished").count(), runs.exclude(attempt=1).count()
    scores, each = Score.objects.filter(run__in=runs).count(), len(task.board("quick").plays()) * len(task.metrics)
    print(sent, finished, again, scores, each, took)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
