"""Two hundred visitors and two dozen hostile uploaders at once, on a whole site: how long /healthz takes, and what is lost.

    python -m tests.benchmarks.load [--seconds 60]

Whoever asks runs at the lowest priority, so that the figures are the site's. Part of `make bench`.
"""

import argparse
import itertools
import os
import statistics
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import requests

from tests.benchmarks import results
from tests.benchmarks.tokens import new_token
from tests.elsewhere import FOLDER
from tests.site import Site

VISITORS, UPLOADERS, HONEST = 200, 24, 3
PATHS = ("/", "/tasks/", "/tasks/doubling/", "/tasks/doubling/?sort=cpu", "/tasks/imputation/?rule=worst", "/claims/")
PATHS += ("/api/v1/tasks/doubling/leaderboard", "/search/?q=a", "/tasks/doubling/?q={n}")
HOSTILE = b"x = [\n" + b"{a:b},\n" * 149_000 + b"]\n"  # a megabyte that takes a parser seconds
PLAIN = "class Method:\n    def __init__(self, seed, device):\n        pass\n\n    def double(self, x):\n        return 2 * x\n"
OPEN = {"queued", "running"}
THINKING = 2.0  # seconds between two pages of a visitor
WORDS = 10  # that visitors look for on a board


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    under_load(parser.parse_args().seconds)


def under_load(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), PAPERS_PATH=FOLDER, HOUSE_METHODS="no", QUOTA_PER_DAY="1000", QUOTA_OPEN="1000")
        site.start()
        try:
            tokens = {name: new_token(site, name) for name in ("mallory", "alice")}
            os.nice(19)
            crowd = Crowd(site, tokens, time.monotonic() + seconds)
            crowd.come()
            states = wait_for_runs(site, crowd.runs)
        finally:
            site.stop()
    report(crowd, seconds, states)


class Crowd:
    """Everybody who asks at once, and what they saw: seconds of each probe, statuses by kind, runs that were begun."""

    def __init__(self, site: Site, tokens: dict[str, str], until: float) -> None:
        self.site, self.tokens, self.until = site, tokens, until
        self.probes: list[float] = []
        self.statuses: Counter = Counter()
        self.runs: list[int] = []
        self.load = os.getloadavg()[:1]

    def come(self) -> None:
        people = [threading.Thread(target=self.probe)]
        people += [threading.Thread(target=self.visit, args=(number,)) for number in range(VISITORS)]
        people += [threading.Thread(target=self.strike) for _ in range(UPLOADERS)]
        people += [threading.Thread(target=self.send, args=(number,)) for number in range(HONEST)]
        for person in people:
            person.start()
        for person in people:
            person.join()

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    def ask(self, kind: str, session: requests.Session, method: str, path: str, **more) -> requests.Response | None:
        try:
            response = session.request(method, self.site.url + path, timeout=60, **more)
        except requests.RequestException as error:
            self.statuses[kind, type(error).__name__] += 1
            return None
        self.statuses[kind, response.status_code] += 1
        return response

    def probe(self) -> None:
        """A connection of its own each time, as a monitor makes it."""
        while not self.is_over:
            begin = time.monotonic()
            self.ask("healthz", requests.Session(), "GET", "/healthz")
            self.probes.append(time.monotonic() - begin)
            time.sleep(0.2)

    def visit(self, number: int) -> None:
        session = requests.Session()
        time.sleep(THINKING * number / VISITORS)
        for path in itertools.islice(itertools.cycle(PATHS), number % len(PATHS), None):
            if self.is_over:
                return
            self.ask("visitor", session, "GET", path.format(n=number % WORDS))
            time.sleep(THINKING)

    def strike(self) -> None:
        session = requests.Session()
        while not self.is_over:
            self.upload("hostile", session, "mallory", "hostile", HOSTILE)

    def send(self, number: int) -> None:
        """An honest author's uploads, among all of this."""
        session = requests.Session()
        for turn in itertools.count():
            if self.is_over:
                return
            code = f"{PLAIN}# {number} {turn}".encode()
            told = self.upload("honest", session, "alice", f"honest {number} {turn}", code)
            if told is not None and told.status_code == 201:
                self.runs.append(told.json()["run"])
            time.sleep(10)

    def upload(
        self, kind: str, session: requests.Session, author: str, name: str, code: bytes
    ) -> requests.Response | None:
        return self.ask(
            kind,
            session,
            "POST",
            "/api/v1/submissions",
            data={"task": "doubling", "name": name, "code_is_public": "true"},
            files={"file": ("method.py", code)},
            headers={"Authorization": f"Bearer {self.tokens[author]}"},
        )


def wait_for_runs(site: Site, runs: list[int], patience: float = 300) -> Counter[str]:
    """What became of the runs that were begun, when the queue has had its time."""
    until = time.monotonic() + patience
    while (states := Counter(state_of(site, run) for run in runs)).keys() & OPEN and time.monotonic() < until:
        time.sleep(1)
    return states


def state_of(site: Site, run: int) -> str:
    answer = site.get(f"/api/v1/runs/{run}")
    return str(answer.json()["status"]) if answer.ok else "gone"


def report(crowd: Crowd, seconds: float, states: Counter[str]) -> None:
    probes = sorted(crowd.probes)
    middle, late = statistics.median(probes), statistics.quantiles(probes, n=20)[-1]
    results.note("/healthz within, 95 %, s", late)
    load = ", ".join(f"{each:.1f}" for each in crowd.load)
    print(
        f"{VISITORS} visitors and {UPLOADERS} hostile uploaders for {seconds:g} s on {os.cpu_count()} cores, where other work "
        f"kept {load} processes busy before"
    )
    print(
        f"  /healthz: {len(probes)} asked, seconds: median {middle:.3f}, 95 % within {late:.3f}, all {probes[-1]:.3f}"
    )
    for (kind, status), count in sorted(crowd.statuses.items(), key=str):
        print(f"  {kind:8} {status}: {count}")
    lost = sum(count for state, count in states.items() if state not in {"finished", *OPEN})
    waiting = sum(states[state] for state in OPEN)
    print(f"  {len(crowd.runs)} runs of honest authors begun, {lost} of them lost, {waiting} not finished yet")


if __name__ == "__main__":
    main()
