"""What a page costs on boards of many rows, in CPU-milliseconds of the process that answers; and what is computed outside.

    python -m tests.benchmarks.pages [ROWS...]

Each number of rows is measured on a site of its own with a made-up board. Part of `make bench`.
"""

import os
import statistics
import sys
import tempfile
import time

from tests.benchmarks import results

ROWS = (100, 10_000)
WARM = 7
CHANGES = 3
RECAST = ("viewer's rule", "as of a day")
TASK = "imputation"
PAGES = {
    "board": f"/tasks/{TASK}/",
    "board, page 3": f"/tasks/{TASK}/?page=3",
    "board, sorted": f"/tasks/{TASK}/?sort=cpu",
    "board, searched": f"/tasks/{TASK}/?q=method+12",
    "best per author": f"/tasks/{TASK}/?authors=best",
    "rows as CSV": f"/tasks/{TASK}/board.csv",
    "viewer's rule": f"/tasks/{TASK}/?rule=worst",
    "as of a day": f"/tasks/{TASK}/?asof=2100-01-01",
    "compared": f"/tasks/{TASK}/compare/",
    "API": f"/api/v1/tasks/{TASK}/leaderboard?per_page=50",
    "home": "/",
    "boards": "/tasks/",
    "claims": "/claims/",
    "paper": "/papers/gain/",
    "search": "/search/?q=method+12",
}


def main() -> None:
    if len(sys.argv) == 3 and sys.argv[1] == "--child":
        measure(int(sys.argv[2]))
        return
    for rows in [int(each) for each in sys.argv[1:]] or ROWS:
        pages_of_a_board(rows)


def pages_of_a_board(rows: int) -> None:
    """In a process of its own: settings are read once."""
    pid = os.fork()
    if not pid:
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.pages", "--child", str(rows)])
    os.waitpid(pid, 0)


def set_up(folder: str) -> None:
    """An empty site in this process, without a broker; its database is DATABASE_URL's, else one in the folder."""
    import django  # noqa: PLC0415  # after the settings' environment

    os.environ.update(DATA_DIR=folder, DJANGO_SETTINGS_MODULE="leaderboard.settings", DEBUG="", LOG_LEVEL="CRITICAL")
    os.environ["REDIS_URL"] = f"redis+socket://{folder}/none.sock?virtual_host=0"
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def measure(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        from django.test import Client  # noqa: PLC0415

        from leaderboard.running import aside  # noqa: PLC0415
        from tests.benchmarks import crowd  # noqa: PLC0415

        crowd.fill(TASK, rows)
        handed_over: list[dict] = []
        aside.send = lambda _, /, **task: handed_over.append(task) or True
        client = Client(headers={"host": "127.0.0.1", "accept-encoding": "gzip"})
        for name, path in PAGES.items():  # what is imported and read once
            if name not in RECAST:
                client.get(path)
        prepared = statistics.median(prepare() for _ in range(CHANGES))
        print(
            f"A board of {rows:,} rows, CPU-ms: first reader after a change, before the worker / after it / warm / ETag"
        )
        print(f"  {'beside pages':16} {prepared:9.1f}, once for each change")
        dearest = max(page(client, rows, name, path, handed_over) for name, path in PAGES.items())
        results.note(f"dearest page of any query, {rows} rows, CPU-ms", dearest)


def page(client, rows: int, name: str, path: str, handed_over: list[dict]) -> float:
    """Measure one page: medians of CHANGES changes, and of WARM calls; the greatest of them."""
    early, late = [], []
    for _ in range(CHANGES if name not in RECAST else 1):
        prepare()
        early.append(first_after_a_change(client, path))
        if handed_over:
            make_view(name, handed_over)
        prepare(is_changed=name not in RECAST)
        late.append(cpu_ms(client, path)[0])
    response = cpu_ms(client, path)[1]
    warm = [cpu_ms(client, path)[0] for _ in range(WARM)]
    tag = {"headers": {"if-none-match": response["ETag"]}} if "ETag" in response else {}
    again, answer = cpu_ms(client, path, **tag)
    told = f"{again:7.1f} ({answer.status_code})" if tag else "      –"
    figures = " / ".join(f"{statistics.median(each):7.1f}" for each in (early, late, warm))
    print(f"  {name:16} {figures} / {told}, {len(response.content) / 1e3:6.1f} kB", flush=True)
    results.note(f"{name}, first after a change, {rows} rows, CPU-ms", statistics.median(early))
    if name == "board":
        results.note(f"a kept page, {rows} rows, CPU-ms", statistics.median(warm))
        results.note(f"the same page with its ETag, {rows} rows, CPU-ms", again)
        results.note(f"board made anew, {rows} rows, CPU-ms", statistics.median(late))
    return max(statistics.median(early), statistics.median(late))


def make_view(name: str, handed_over: list[dict]) -> None:
    """As a worker does, while readers are told that it is under way."""
    from leaderboard.boards import recast  # noqa: PLC0415

    begin = time.process_time()
    recast.make(**handed_over.pop())
    print(f"  {name:16} made outside, once for each change: {time.process_time() - begin:.1f} CPU-s")


def prepare(*, is_changed: bool = True) -> float:
    """An upload takes its place, and the worker makes what pages will need: its CPU-ms."""
    from leaderboard import tasks  # noqa: PLC0415
    from leaderboard.models import Change  # noqa: PLC0415

    if is_changed:
        Change.note_upload(TASK)
    begin = time.process_time()
    tasks.prepare(TASK)
    return 1e3 * (time.process_time() - begin)


def first_after_a_change(client, path: str) -> float:
    """What the first reader pays who is faster than the worker."""
    from leaderboard.models import Change  # noqa: PLC0415

    Change.note_upload(TASK)
    return cpu_ms(client, path)[0]


def cpu_ms(client, path, **more):
    start = time.process_time()
    response = client.get(path, **more)
    assert response.status_code in (200, 304) or "Refresh" in response, (path, response.status_code)
    return 1e3 * (time.process_time() - start), response


if __name__ == "__main__":
    main()
