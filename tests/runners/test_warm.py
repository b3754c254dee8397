"""Evaluators that are forked: what they share with their parent, and what becomes of them when somebody is killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runners import preloaded
from runners.evaluation import evaluate
from runners.job import Job, events
from runners.sandbox import probe_isolation, why_no_forks
from runners.sandbox.cgroup import writable_parents
from runners.warm import Forked, Warm
from tests.elsewhere import FOLDER
from tests.runners.conftest import method

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


@pytest.fixture
def warm(monkeypatch, doubling):
    monkeypatch.setenv("PAPERS_PATH", FOLDER)
    one = Warm()
    yield one
    one.end()


def job(body="return 2 * x", **options):
    mode = "sandbox" if probe_isolation().ok else "bare"
    return Job(**({"task": "doubling", "tier": "quick", "code": method(body), "seeds": 1, "mode": mode} | options))


def said(process):
    told = list(events(process))
    process.wait()
    return told


def scores(told):
    return {(event["case"], event["seed"]): event["scores"] for event in told if event["type"] == "play"}


def forked(process):
    """Its pid, once it has one."""
    until = time.monotonic() + 100
    while process.pid == process._parent.pid and time.monotonic() < until:
        time.sleep(0.02)
    return process.pid


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_forked_evaluator_says_what_a_cold_one_says(warm):
    first, second, cold = said(warm.start(job())), said(warm.start(job())), said(job().start())
    assert scores(first) == scores(second) == scores(cold) != {}
    for told in (first, second, cold):
        told[0]["provenance"].pop("command")
    assert first[0] == second[0] == cold[0]


def test_the_second_one_has_the_same_parent_and_another_life(warm):
    body = "import os; return 2 * x"
    one, two = warm.start(job(body)), warm.start(job(body))
    assert forked(one) != forked(two)
    assert parent_of(one.pid) == parent_of(two.pid) == one._parent.pid != os.getpid()
    assert [said(each)[-1]["type"] for each in (one, two)] == ["finished", "finished"]
    assert (one.returncode, two.returncode) == (0, 0)


def test_whoever_does_not_wait_for_an_end_harms_no_other_run(warm):
    left, kept = warm.start(job()), warm.start(job("import time; time.sleep(0.5); return 2 * x"))
    assert forked(kept)
    left._teller.close()  # its number unread
    assert list(events(left))[-1]["type"] == "finished"
    assert said(kept)[-1]["type"] == "finished"
    assert said(last := warm.start(job()))[-1]["type"] == "finished"
    assert last._parent is kept._parent


def test_a_failure_is_the_exit_status_and_an_end_by_force_a_negative_one(warm):
    failing = warm.start(job("raise RuntimeError"))
    assert said(failing)[-1]["whose"] == "author"
    assert failing.returncode == 1
    sleeping = warm.start(job("import time; time.sleep(60)"))
    with pytest.raises(subprocess.TimeoutExpired):
        sleeping.wait(0.1)
    sleeping.kill()
    assert sleeping.wait(5) == -signal.SIGKILL
    sleeping.kill()  # nobody is hit
    sleeping.stdout.close()


def test_whoever_forked_it_is_killed_and_it_ends_and_the_next_one_is_warm_again(warm):
    sleeping = warm.start(job("import time; time.sleep(60)"))
    server = parent_of(forked(sleeping))
    os.kill(server, signal.SIGKILL)
    assert sleeping.wait(10) == -signal.SIGKILL
    sleeping.stdout.close()
    after = warm.start(job())
    assert isinstance(after, Forked)
    assert parent_of(forked(after)) != server
    assert said(after)[-1]["type"] == "finished"


@pytest.mark.skipif(bool(why_no_forks()), reason=why_no_forks())
def test_what_a_killed_one_leaves_is_gone_when_its_end_is_told(warm):
    body = "import os, time\nif os.fork() == 0:\n    os.setsid()\ntime.sleep(60)"
    code = method("pass").replace(b"pass", body.replace("\n", "\n        ").encode())
    for _ in range(2):
        sleeping = warm.start(job(code=code))
        pid, groups = forked(sleeping), writable_parents()[1]["pids"]
        until = time.monotonic() + 60
        while not (plays := working(groups, pid)) and time.monotonic() < until:
            time.sleep(0.02)
        assert len(plays) == 2
        os.kill(pid, signal.SIGKILL)
        assert sleeping.wait(10) == -signal.SIGKILL
        assert not list(groups.glob(f"*.{pid}.*"))
        assert not any(Path(f"/proc/{play}/exe").exists() for play in plays)
        sleeping.stdout.close()


def working(groups, pid):
    """The processes of an evaluator's play, once there are two."""
    plays = [
        int(line) for folder in groups.glob(f"*.{pid}.*") for line in (folder / "cgroup.procs").read_text().split()
    ]
    return plays if len(plays) == 2 else []


def test_one_that_wants_for_work_ends_and_has_a_successor(doubling, monkeypatch):
    monkeypatch.setenv("PAPERS_PATH", FOLDER)
    warm = Warm(idle_seconds=0.3)
    try:
        first = warm.start(job())
        server = first._parent.pid
        said(first)
        until = time.monotonic() + 10
        while warm._server.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        assert warm._server.returncode == 0
        after = warm.start(job())
        assert parent_of(forked(after)) != server
        said(after)
    finally:
        warm.end()


def test_where_nothing_can_fork_and_on_a_gpu_the_start_is_cold(warm, monkeypatch):
    monkeypatch.setattr(Warm, "_up", lambda self, surroundings: (_ for _ in ()).throw(OSError))
    cold = warm.start(job())
    assert isinstance(cold, subprocess.Popen)
    assert said(cold)[-1]["type"] == "finished"
    asked = []
    monkeypatch.setattr(Job, "start", lambda self: asked.append(self.device))
    warm.start(job(device="cuda"))
    assert asked == ["cuda"]


def test_a_start_does_not_wait_for_what_is_imported(warm, monkeypatch):
    """Heartbeats tell of the run meanwhile."""
    begin = time.monotonic()
    first = warm.start(job("import time; time.sleep(60)"))
    assert first.pid == warm._server.pid
    with pytest.raises(subprocess.TimeoutExpired):
        first.wait(0)
    assert time.monotonic() - begin < 1
    monkeypatch.setattr("runners.warm.KILL_SECONDS", 0.0)
    first.kill()  # before there is anybody
    assert first.wait(5) == -signal.SIGKILL
    first.stdout.close()


def test_what_can_not_fork_is_asked_once_and_the_next_start_is_cold(warm, monkeypatch):
    monkeypatch.setattr("runners.warm.sys.executable", "/usr/bin/false")
    lost = warm.start(job())
    assert said(lost) == []
    assert lost.returncode == -signal.SIGKILL
    warm._server.wait()
    asked = []
    monkeypatch.setattr(Job, "start", lambda self: asked.append(self.device))
    warm.start(job())
    assert asked == ["cpu"]


def test_other_surroundings_need_another_parent(warm, monkeypatch):
    first = warm.start(job())
    server = first._parent.pid
    said(first)
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    other = warm.start(job())
    assert other._parent.pid != server
    said(other)


def test_nothing_of_a_job_is_in_the_process_that_forks(warm):
    """It would be in every later evaluator: code, seed key, truth."""
    mark = os.urandom(16).hex()
    first = warm.start(job(f"return 2 * x  # {mark}", seed_key=bytes.fromhex(mark)))
    server = first._parent.pid
    said(first)
    assert bytes.fromhex(mark) not in memory_of(server)
    assert mark.encode() not in memory_of(server)
    assert b"runners.preloaded" in memory_of(server)


def memory_of(pid):
    found = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if "rw" in line.split()[1]:
                with contextlib.suppress(OSError):
                    memory.seek(start)
                    found.append(memory.read(end - start))
    return b"".join(found)


def test_a_worker_that_is_killed_leaves_none_of_them(tmp_path, doubling):
    code = (
        "import os, sys\nfrom runners.job import Job\nfrom runners.warm import Warm\n"
        "process = Warm().start(Job(task='doubling', tier='quick', code=sys.stdin.buffer.read(), seeds=1))\n"
        "while process.pid == process._parent.pid: pass\nprint(process.pid, flush=True)\nprocess.wait()"
    )
    pipe = subprocess.PIPE
    worker = subprocess.Popen(
        [sys.executable, "-c", code], stdin=pipe, stdout=pipe, env={**os.environ, "PAPERS_PATH": FOLDER}
    )
    worker.stdin.write(method("import time; time.sleep(60)"))
    worker.stdin.close()
    evaluator = int(worker.stdout.readline())
    server = parent_of(evaluator)
    worker.kill()
    worker.wait()
    worker.stdout.close()
    until = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in (server, evaluator)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [pid for pid in (server, evaluator) if Path(f"/proc/{pid}").exists()]


def test_what_fails_to_be_prepared_fails_in_the_run(warm):
    preloaded.prepare(task="no such task", isolates=False)
    unknown = warm.start(job(cases=("no such case",)))
    assert said(unknown)[-1]["reason"] == "internal"
    told = []
    assert not evaluate(job(cases=("no such case",)), told.append)
    assert told[-1]["reason"] == "internal"
