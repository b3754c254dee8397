"""Kill -9 of every part of a site while it works: no run is lost, none is doubled, and no value changes."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from random import Random

import pytest
import requests

from runners.sandbox import probe_isolation
from tests.faults import processes
from tests.faults.enqueue import PAPERS, enqueue
from tests.faults.methods import QUICK, code
from tests.site import ROOT, Site

pytestmark = [
    pytest.mark.slow,
    pytest.mark.sandbox,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(not probe_isolation().ok, reason=probe_isolation().reason),
]

SEED = int(os.environ.get("FAULT_SEED", "20180710"))
AUTHORS = int(os.environ.get("FAULT_AUTHORS", "8"))  # of 15 runs each, which last while every part is struck
SECRETS = {"SECRET_KEY": "k" * 40, "SEED_SECRET": "s" * 40}
FAULTS = [*processes.PARTS, processes.FORKING, processes.EVALUATOR, "Valkey and its file"]
MOST_RESTARTS = 4  # of one part within CALM: the supervisor gives up after the fifth
CALM = 125.0


@pytest.fixture
def start(tmp_path):
    """Start a site whose only work is the board `halving`; returns it."""
    sites = []

    def start(**env):
        database = {"DATABASE_URL": os.environ.get("DATABASE_URL", "")}
        site = Site(tmp_path / "site", PAPERS_PATH=PAPERS, HOUSE_METHODS="no", **SECRETS, **database, **env)
        sites.append(site)
        site.start()
        return site

    yield start
    for site in sites:
        site.stop()
        assert site.processes() == []


def undisturbed(folder, seed_key, kinds=QUICK):
    """What each kind of method scores where nothing goes wrong: {kind: {(case, seed, metric): value}}."""
    found = {}
    for kind in set(kinds) - {"failing"}:
        method, result = folder / f"{kind}.py", folder / f"{kind}.json"
        method.write_bytes(code(kind))
        words = ["halving", str(method), "--seed-key", seed_key, "--json", str(result), "--device", "cpu"]
        words += ["--out", str(folder / f"{kind}-results")]
        env = {**os.environ, "PAPERS_PATH": PAPERS}
        subprocess.run([sys.executable, "-m", "runners", *words], cwd=ROOT, env=env, check=True, capture_output=True)
        rows = json.loads(result.read_text())["scores"]
        found[kind] = {(row["case"], row["seed"], row["metric"]): row["value"] for row in rows}
    return found


def asked(site, path):
    """The site's answer to its administrator, who sees what failed of others; it may be away for a moment."""
    for _ in range(100):
        try:
            site.staff = site.staff or site.signed_in()
            response = site.staff.get(site.url + path, timeout=20)
            if response.ok:
                return response
        except (requests.RequestException, KeyError):  # no answer, or one without a form
            pass
        time.sleep(0.5)
    raise AssertionError(f"no answer to {path}")


def counted(site):
    """Runs by status, as the metrics tell."""
    found = Counter()
    for status, number in re.findall(r'claimcheck_runs{.*?status="(\w+)".*?} (\S+)', asked(site, "/metrics").text):
        found[status] += int(float(number))
    return found


def are_open(site):
    states = counted(site)
    return states["queued"] + states["running"]


def wait_for_progress(site, random):
    """Until one or two more runs ended, however slow the machine is, but no more than 25 s; then a random moment."""
    target, deadline = are_open(site) - random.randint(1, 2), time.monotonic() + 25
    while are_open(site) > target and time.monotonic() < deadline:
        time.sleep(0.3)
    time.sleep(random.uniform(0, 1.5))


def run_of(site, pk):
    return asked(site, f"/api/v1/runs/{pk}").json()


def check(site, kinds, expected):
    """Every run ended; every score is there once, with the value of an undisturbed run. Returns how they ended."""
    ends = Counter()
    for pk, kind in kinds.items():
        run = run_of(site, pk)
        scores = [((row["case"], row["seed"], row["metric"]), row["value"]) for row in run["scores"]]
        assert len(dict(scores)) == len(scores), f"run {pk} has a score twice"
        whose = run["failure"] and run["failure"]["whose"]
        ends[run["status"], whose] += 1
        if run["status"] == "finished":
            assert dict(scores) == expected[kind], f"run {pk}, {kind}"
        elif kind == "failing" and whose == "author":
            assert "IndexError" in run["failure"]["message"] + run["failure"]["traceback"]
        else:
            assert (run["status"], whose) == ("failed", "ours"), run
            assert run["attempt"] == 3, "we gave up after three tries"
    return ends


class Mischief:
    """Faults in an order that depends on the seed alone, each kind as often as any other."""

    def __init__(self, site, random):
        self.site, self.random, self.bag = site, random, []
        self.done, self.times = Counter(), {}

    def strike(self):
        if not self.bag:
            self.bag = self.random.sample(FAULTS, len(FAULTS))
        fault = self.bag.pop()
        part = "Valkey" if fault == "Valkey and its file" else fault
        times = [moment for moment in self.times.get(part, []) if moment > time.monotonic() - CALM]
        if len(times) >= MOST_RESTARTS:
            return
        if fault == "Valkey and its file":
            struck = processes.kill_valkey_with_its_file(self.site, self.random)
        else:
            struck = processes.kill(self.site, part, self.random)
        if struck:
            self.done[fault] += 1
            self.times[part] = [*times, time.monotonic()]


def test_whatever_is_killed_every_run_ends_and_every_score_is_counted_once(start, tmp_path):
    random = Random(SEED)
    site = start(CPU_RUNNERS="2", LEASE_SECONDS="20", RUNNING_PER_AUTHOR="50")
    told = [
        {"author": author, "kind": kind, "number": number, "runs": 3}
        for number, author in enumerate(f"author{number}" for number in range(AUTHORS))
        for kind in QUICK
    ]
    key, kinds = enqueue(site, *told)
    assert len(kinds) == 15 * AUTHORS
    expected = undisturbed(tmp_path, key)
    mischief = Mischief(site, random)
    while are_open(site) and min(mischief.done[fault] for fault in FAULTS) < 2:
        wait_for_progress(site, random)
        mischief.strike()
    site.wait_for(lambda: not are_open(site), 900)
    ends = check(site, kinds, expected)
    print(f"seed {SEED}: faults {dict(mischief.done)}, runs {dict(ends)}")
    assert min(mischief.done[fault] for fault in FAULTS) >= 1, f"the runs ended before every fault: {mischief.done}"
    assert ends["finished", None] >= 10 * AUTHORS, "of each author's runs 12 can finish, and most of them were let be"


def test_a_cancelled_run_stops_within_seconds_and_a_lost_worker_is_noticed_within_ninety(start, tmp_path):
    """With the settings that everybody gets."""
    site = start()
    session = site.signed_in()
    key, kinds = enqueue(site, {"kind": "long"}, {"kind": "long", "number": 1})
    first, second = kinds
    site.wait_for(lambda: run_of(site, first)["status"] == "running" and processes.playing(site, "evaluator"), 120)
    (pid,) = processes.playing(site, "evaluator")
    began = time.monotonic()
    site.post(session, f"/runs/{first}/cancel/", shown_at="/")
    assert processes.wait_until(lambda: not processes.is_alive(pid), 15)
    print(f"a cancelled evaluator was gone after {time.monotonic() - began:.1f} s")
    assert run_of(site, first)["status"] == "cancelled"
    site.wait_for(lambda: run_of(site, second)["plays_done"] > 0, 120)
    assert processes.kill(site, "worker", Random(0))
    began = time.monotonic()
    site.wait_for(lambda: run_of(site, second)["attempt"] == 2, 120)
    noticed = time.monotonic() - began
    print(f"a killed worker was noticed after {noticed:.0f} s")
    assert noticed < 90
    site.wait_for(lambda: run_of(site, second)["status"] == "finished", 180)
    check(site, {second: "long"}, undisturbed(tmp_path, key, ["long"]))


def test_after_a_power_cut_everything_goes_on(start, tmp_path):
    site = start(LEASE_SECONDS="20", RUNNING_PER_AUTHOR="50")
    key, kinds = enqueue(site, *({"kind": kind, "runs": 2} for kind in QUICK))
    site.wait_for(lambda: counted(site)["finished"] + counted(site)["failed"] >= 2, 180)
    for pid in site.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    site.process.wait(20)
    site.reader.join(10)
    assert processes.wait_until(lambda: not site.processes(), 15)
    site.lines.clear()
    site.start()
    site.wait_for(lambda: not are_open(site), 300)
    ends = check(site, kinds, undisturbed(tmp_path, key))
    assert ends == {("finished", None): 8, ("failed", "author"): 2}
