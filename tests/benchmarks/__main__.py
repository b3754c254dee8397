"""What an evaluation costs beyond the method's own work: `make bench`. Prints tables; asserts nothing.

Machines are shared and noisy: compare the rows of one table, not tables with each other.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import requests

from tests.benchmarks import importance_sampling, results, sbeed, slow_clients, soak, starting, work
from tests.benchmarks.calls import calls_through_the_sandbox
from tests.benchmarks.load import under_load
from tests.benchmarks.memory import memory_of_an_idle_site
from tests.benchmarks.overparameterization import play_in_both
from tests.benchmarks.pages import ROWS, pages_of_a_board
from tests.benchmarks.placing import placing_on_a_board
from tests.benchmarks.polling import polls_of_a_queued_run
from tests.benchmarks.tokens import new_token
from tests.benchmarks.transport import exact_beside_all_pairs
from tests.elsewhere import FOLDER
from tests.site import ROOT, Site

PLAIN = """
class Method:
    def __init__(self, seed, device):
        pass

    def double(self, x):
        return 2 * x
"""
WORKING = """
import time

class Method:
    def __init__(self, seed, device):
        pass

    def double(self, x):
        until = time.process_time() + {seconds}
        while time.process_time() < until:
            sum(range(10_000))
        return 2 * x
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--baseline", type=Path, metavar="FOLDER", help="another checkout, for what a call costs")
    parser.add_argument("--against", metavar="COMMIT", help="measure an older commit too, and set the two side by side")
    parser.add_argument("--site", action="store_true", help="what a site costs, and nothing of evaluations")
    parser.add_argument(
        "--quick", action="store_true", help="a minute or two: whether all of the site's tables come out"
    )
    options = parser.parse_args()
    rounds = options.rounds
    os.environ["PAPERS_PATH"] = FOLDER
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        noted = Path(folder) / "now.jsonl"
        os.environ.setdefault(results.PATH, str(noted))  # another commit's run names its own
        if options.quick:
            measure_site(rows=(100,), runs=20, seconds=10)
        else:
            if not options.site:
                measure_evaluations(rounds, options.baseline)
            measure_site(rows=ROWS, runs=1000, seconds=60)
            slow_clients.main()
        before = older(options.against, Path(folder), is_quick=options.quick) if options.against else None
        results.report(Path(os.environ[results.PATH]), before, options.against or "")


def older(commit: str, folder: Path, *, is_quick: bool) -> Path:
    """What the site of another commit notes, measured by its own benchmarks."""
    tree, noted = folder / "tree", folder / "before.jsonl"
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(tree), commit], cwd=ROOT, check=True)
    try:
        words = [sys.executable, "-m", "tests.benchmarks", "--quick" if is_quick else "--site"]
        env = {**os.environ, results.PATH: str(noted), "PYTHONPATH": str(tree)}
        subprocess.run(words, cwd=tree, env=env, check=True)
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)
    return noted


def measure_evaluations(rounds: int, baseline: Path | None) -> None:
    sandbox_against_process(rounds)
    overhead_of_a_run(rounds)
    starting.starts_of_runs(rounds, baseline)
    starting.several_slots(rounds)
    exact_beside_all_pairs(rounds)
    calls_through_the_sandbox(rounds, baseline)
    play_in_both(rounds)
    sbeed.play_in_both("sbeed", rounds)
    sbeed.bare_loop()
    importance_sampling.measure(rounds)
    work.own_work_of_evaluators(rounds)
    work.imputation_beside_the_library(1)


def measure_site(*, rows: Sequence[int], runs: int, seconds: float) -> None:
    for count in rows:
        pages_of_a_board(count)
        placing_on_a_board(count)
    polls_of_a_queued_run()
    memory_of_an_idle_site()
    soak.soak(runs, seconds)
    under_load(seconds)


def sandbox_against_process(rounds: int) -> None:
    """The same evaluation in the sandbox and in the evaluator's own process, in turn."""
    print("One evaluation (2 cases x 1 seed), wall seconds: in the sandbox / in this process, median ratio of pairs")
    for seconds in (0.0, 0.5, 2.5):  # two calls: 5 s of work at most, each within the limit of a call
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "method.py"
            path.write_text(WORKING.format(seconds=seconds))
            pairs = [(timed(path), timed(path, "--no-sandbox")) for _ in range(rounds)]
        ratio = statistics.median(a / b for a, b in pairs)
        inside, outside = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(f"  {seconds:3.1f} s of work a call: {inside:6.2f} / {outside:6.2f} = {ratio:.3f}")


def timed(path: Path, *options: str) -> float:
    command = [sys.executable, "-m", "runners", "doubling", str(path), "--seeds", "1", *options]
    command += ["--out", tempfile.mkdtemp(dir=path.parent)]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def overhead_of_a_run(rounds: int) -> None:
    """Upload to recorded result through a whole site, less what the method itself took; 10 plays."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), PAPERS_PATH=FOLDER, HOUSE_METHODS="no", QUOTA_PER_DAY="1000")
        site.start()
        try:
            token = new_token(site)
            print("One run of 10 plays through the whole site, seconds beyond the method's own (medians)")
            for name, code in (("without torch", PLAIN), ("importing torch", "import torch\n" + PLAIN)):
                runs = [run(site, token, f"{code}\n# {index}") for index in range(rounds)]
                queued, played, own = (statistics.median(times) for times in zip(*runs, strict=True))
                print(
                    f"  {name:16} upload to started {queued:5.2f} (queue, evaluator's start), "
                    f"started to recorded {played:5.2f} ({played / 10:.3f} a play), the method itself {own:5.2f}"
                )
        finally:
            site.stop()


def run(site: Site, token: str, code: str) -> tuple[float, float, float]:
    """Seconds from upload to started, from started to ended beyond the method's own, and the method's own."""
    told = requests.post(
        f"{site.url}/api/v1/submissions",
        data={"task": "doubling", "name": "bench", "code_is_public": "true"},
        files={"file": ("method.py", code.encode())},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    told.raise_for_status()
    path = f"/api/v1/runs/{told.json()['run']}"
    while (state := site.get(path).json())["status"] in ("queued", "running"):
        time.sleep(0.1)
    assert state["status"] == "finished", state
    queued, started, ended = (datetime.fromisoformat(state[name]) for name in ("queued", "started", "ended"))
    own = state["cost"]["seconds"]
    return (started - queued).total_seconds(), (ended - started).total_seconds() - own, own


if __name__ == "__main__":
    main()
