"""Zygotes that outlive a run: what one run leaves, and what another can find of it, is nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runners.evaluation import evaluate
from runners.job import Job
from runners.proxy import Boxes
from runners.sandbox import Forker, Lender, Sandbox, SandboxError, lending, sweep, why_no_forks
from tests.hostile import ordinary
from tests.runners.sandboxes import LIMITS, MEAN, method

pytestmark = [pytest.mark.sandbox, pytest.mark.skipif(bool(why_no_forks()), reason=why_no_forks())]
MARK = os.urandom(12).hex()
# Has a secret in every place it knows of, then waits.
HOLDS = method(
    f"""
    self.kept = '{MARK}' * 1000
    self.mine = socket.socket(socket.AF_UNIX); self.mine.bind('\\0here'); self.mine.listen()
    for folder in ('/tmp', '/dev/shm', '/box/method'):
        open(f'{{folder}}/left', 'w').write(self.kept)
    self.terminal = os.open('/dev/ptmx', os.O_RDWR)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        time.sleep(1000)
    time.sleep(SECONDS)
    return 'whole'
    """,
    "import os, signal, socket, time",
).decode()
# Looks for it, and for whoever holds it. The mark is turned around in its own code.
SEEKS = method(
    f"""
    mark, found = bytes.fromhex('{bytes.fromhex(MARK)[::-1].hex()}')[::-1].hex().encode(), []
    libc = ctypes.CDLL(None, use_errno=True)
    mine = os.getpid()
    for pid in [-1, *range(1, 3000)]:
        if pid == mine:
            continue
        try:
            os.kill(pid, signal.SIGKILL)
            found += [f'signal to {{pid}}'] * (pid not in (-1, 1))
        except (ProcessLookupError, PermissionError):
            pass
        if pid > 1 and libc.syscall(434, pid, 0) >= 0:
            found.append(f'pidfd of {{pid}}')
        for number in (101, 310):  # ptrace, process_vm_readv
            if libc.syscall(number, 16 if number == 101 else pid, pid if number == 101 else 0, 0, 0, 0, 0) >= 0:
                found.append(f'memory of {{pid}}')
    found += [name for name in os.listdir('/proc') if name.isdigit() and int(name) not in (1, mine)]
    for folder in ('/tmp', '/dev/shm', '/dev/pts', '/box/method'):
        found += [f'{{folder}}/{{name}}' for name in os.listdir(folder) if name not in ('ptmx', 'method.py')]
    found += open('/proc/net/unix').read().splitlines()[1:]
    with socket.socket(socket.AF_UNIX) as line:
        if line.connect_ex('\\0here') == 0:
            found.append('a socket')
    held = {{int(name) for name in os.listdir('/proc/self/fd')}}
    found += [f'descriptor {{number}}' for number in held if number > 9 and number not in (100, 101)]
    with open('/proc/self/mem', 'rb', buffering=0) as memory:
        for area in open('/proc/self/maps').read().splitlines():
            start, end = (int(part, 16) for part in area.split()[0].split('-'))
            if ' rw' in area and '[v' not in area:
                memory.seek(start)
                found += ['the secret in memory'] * (memory.read(end - start).count(mark) > 100)
    return found
    """,
    "import ctypes, os, signal, socket",
).decode()


class Keeper:
    """A process that keeps zygotes, as this user, and the evaluators that it forks."""

    def __init__(self, user, groups):
        command = [sys.executable, "-B", "-m", "tests.runners.keeping"]
        if user == "ordinary" and os.geteuid() == 0:
            command = ordinary.command(command, set(groups.values()))
        pipe = subprocess.PIPE
        self.known = set()
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ordinary.PROJECT)

    def start(self, code):
        """Whose number is what, once its play has its code."""
        self.ask(code)
        told = self.next_message()
        self.known.add(told["evaluator"])
        return told

    def ask(self, code):
        self.process.stdin.write(f"{json.dumps(code)}\n")
        self.process.stdin.flush()

    def evaluator(self, seconds=5.0):
        """The one that was asked for, as soon as it runs."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for child in set(running(children_of(self.process.pid))) - self.known:
                self.known.add(child)
                if "tests.runners.keeping" in Path(f"/proc/{child}/cmdline").read_text():
                    return child
        raise AssertionError("no evaluator was forked")

    def next_message(self):
        return json.loads(self.process.stdout.readline())


@pytest.fixture(params=["root", "ordinary"])
def keeper(request, isolated):
    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("the tests don't run as root")
    if request.param == "ordinary" and os.geteuid() == 0 and (reason := ordinary.why_not()):
        pytest.skip(reason)
    with ordinary.delegated() as groups:
        if request.param == "ordinary" and os.geteuid() == 0 and not groups:
            pytest.skip("needs control groups of version 1")
        one = Keeper(request.param, groups)
        try:
            yield one
        finally:
            with one.process:
                one.process.kill()
            assert emptied(groups)
    sweep()  # the groups of killed evaluators


def gone(pids, seconds=5.0):
    """Whether all these processes end within this time."""
    until = time.monotonic() + seconds
    while (left := {pid for pid in pids if Path(f"/proc/{pid}/exe").exists()}) and time.monotonic() < until:
        time.sleep(0.02)
    return not left


def emptied(groups, seconds=5.0):
    """Whether no process is left in these groups within this time."""
    folders = [each for folder in groups.values() for each in (folder, *folder.glob("claimcheck-sandbox.*"))]
    until = time.monotonic() + seconds
    while any(left := [(each / "cgroup.procs").read_text() for each in folders]) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(left)


def memory_of(pid):
    parts = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            if " rw" in line and "[v" not in line:
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                memory.seek(start)
                parts.append(memory.read(end - start))
    return b"".join(parts)


@pytest.mark.slow
def test_a_run_finds_nothing_of_one_that_runs_beside_it_in_the_same_zygote(keeper):
    one = keeper.start(HOLDS.replace("SECONDS", "6"))
    two = keeper.start(SEEKS)
    assert one["zygote"] == two["zygote"]
    assert keeper.next_message() == {"answer": [], "log": ""}
    assert keeper.next_message() == {"answer": "whole", "log": ""}


@pytest.mark.slow
def test_a_run_finds_nothing_of_the_one_before_it_and_all_of_that_is_gone(keeper):
    one = keeper.start(HOLDS.replace("SECONDS", "0.5"))
    assert keeper.next_message()["answer"] == "whole"
    assert gone({*one["plays"], one["watch"]}, 0.5)
    two = keeper.start(SEEKS)
    assert one["zygote"] == two["zygote"]
    assert keeper.next_message() == {"answer": [], "log": ""}
    if os.geteuid() == 0:
        assert MARK.encode() not in memory_of(one["zygote"])


@pytest.mark.slow
def test_an_evaluator_that_is_killed_leaves_no_play_although_the_zygote_lives_on(keeper):
    """Nobody sweeps here."""
    one = keeper.start(HOLDS.replace("SECONDS", "1000"))
    time.sleep(0.3)
    os.kill(one["evaluator"], signal.SIGKILL)
    assert gone({*one["plays"], one["watch"]})
    two = keeper.start(SEEKS)
    assert one["zygote"] == two["zygote"]
    assert keeper.next_message() == {"answer": [], "log": ""}


@pytest.mark.slow
def test_whoever_watches_a_play_is_killed_and_the_play_ends_as_our_error(keeper):
    one = keeper.start(HOLDS.replace("SECONDS", "1000"))
    os.kill(one["watch"], signal.SIGKILL)
    assert "bubblewrap was ended" in keeper.next_message()["failure"]
    assert gone(one["plays"])
    assert keeper.start(SEEKS)["zygote"] == one["zygote"]
    assert keeper.next_message()["answer"] == []


@pytest.mark.slow
def test_evaluators_that_are_killed_at_any_moment_leave_nothing_and_the_next_one_works(keeper):
    first = keeper.start(SEEKS)
    keeper.next_message()
    for moment in range(12):
        keeper.ask(HOLDS.replace("SECONDS", "1000"))
        evaluator = keeper.evaluator()
        time.sleep(0.005 * moment)
        os.kill(evaluator, signal.SIGKILL)
        until = time.monotonic() + 5
        while len(left := running(children_of(first["zygote"]))) > 1 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(left) == 1  # the walls of the next play
    keeper.ask(SEEKS)
    while "answer" not in (told := keeper.next_message()):
        assert "failure" not in told
    assert told["answer"] == []


def children_of(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def running(pids):
    return [pid for pid in pids if Path(f"/proc/{pid}/exe").exists()]


@pytest.fixture
def lender(isolated):
    one = Lender()
    yield one
    one.end()


def test_the_same_imports_are_lent_the_same_zygote_and_one_that_ended_has_a_successor(lender):
    first = lender.lend((None, ()), 1)
    assert lender.lend((None, ()), 1) is lender.lend((None, ()), 2) is first
    lender.take_back(1)
    first._process.kill()
    first._process.wait()
    with pytest.raises(SandboxError, match="served its time"):  # another run's plays may end with it
        lender.lend((None, ()), 3)
    lender.take_back(2)
    assert lender.lend((None, ()), 3) is not first


def test_one_that_has_served_its_time_ends_and_its_successor_is_there_before_it_is_asked_for(lender, monkeypatch):
    monkeypatch.setattr(lending, "RUNS", 2)
    first = lender.lend((None, ()), 1)
    lender.take_back(1)
    assert lender.lend((None, ()), 2) is first
    with pytest.raises(SandboxError, match="served its time"):
        lender.lend((None, ()), 3)
    assert first.is_alive
    lender.take_back(2)
    assert not first.is_alive
    (kept,) = lender._kept.values()
    assert kept.zygote.is_alive
    assert lender.lend((None, ()), 4) is kept.zygote


def test_of_too_many_the_one_that_was_lent_longest_ago_ends_and_none_that_is_in_use(lender, monkeypatch):
    monkeypatch.setattr(lending, "KEPT", 2)
    one, two = lender.lend((None, ()), 1), lender.lend((None, ("PIL",)), 2)
    with pytest.raises(SandboxError, match="in use"):
        lender.lend((None, ("tqdm",)), 3)
    lender.take_back(1)
    lender.take_back(2)
    assert lender.lend((None, ()), 4) is one
    lender.lend((None, ("tqdm",)), 5)
    assert one.is_alive
    assert not two.is_alive


def test_it_imports_what_is_listed_alone(lender):
    with pytest.raises(SandboxError, match="listed"):
        lender.lend((None, ("torch.utils.collect_env",)), 1)


def test_a_borrower_that_has_gone_is_told_nothing_and_the_lender_goes_on(lender):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.send(b'{"kit": null, "modules": []}')
    theirs.close()
    with ours:
        assert lender.answer(ours, 1) is False
    lender.take_back(1)
    assert lender.lend((None, ()), 2).is_alive


class Lent:
    """A borrower for whom this zygote is kept, or none."""

    def __init__(self, zygote):
        self.zygote, self.kinds = zygote, []

    def borrow(self, kit, modules):
        self.kinds.append((kit, modules))
        if self.zygote is None:
            raise SandboxError("as many zygotes as may be are in use")
        return Forker(self.zygote.forker.control.dup(), os.dup(self.zygote.forker.parent))


@pytest.fixture
def boxes(doubling, isolated):
    opened = []

    def make(borrower, code=MEAN):
        opened.append(Boxes(Job(task="doubling", tier="quick", code=code), borrower))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def answers(box):
    assert isinstance(box, Sandbox)
    box.load(MEAN, seed=1, calls=())
    try:
        return box.call("tell")["seed"] == 1
    finally:
        box.close()


def test_a_run_that_imports_numpy_alone_forks_where_it_is_lent_a_zygote(lender, boxes):
    borrower = Lent(lender.lend((None, ()), 1))
    of_a_run = boxes(borrower)
    assert answers(of_a_run.take())
    assert answers(of_a_run.take())
    assert borrower.kinds == [(None, ())]
    assert of_a_run._zygote is None
    of_a_run.close()
    assert answers(Sandbox.forked(borrower.zygote.ask(LIMITS, ())))  # its end is no end of what was lent


def test_a_zygote_that_is_lost_is_followed_by_one_of_the_runs_own_and_that_by_none(lender, boxes):
    zygote = lender.lend((None, ()), 1)
    of_a_run = boxes(Lent(zygote), b"import tqdm\n" + MEAN)
    of_a_run.prepare()
    for lost in (lambda: zygote, lambda: of_a_run._zygote):
        lost()._process.kill()
        lost()._process.wait()
        assert answers(of_a_run.take())
    assert not of_a_run._forks


def test_where_none_is_lent_a_run_has_one_of_its_own(boxes):
    of_a_run = boxes(Lent(None), b"import tqdm\n" + MEAN)
    assert answers(of_a_run.take())
    assert answers(of_a_run.take())
    assert of_a_run._zygote
    few = boxes(Lent(None))  # not for numpy alone
    assert answers(few.take())
    assert answers(few.take())
    assert few._zygote is None


@pytest.mark.slow
def test_scores_are_the_same_where_a_zygote_is_lent(lender, doubling):
    head = b"import numpy as np, tqdm\nclass Method:\n    def __init__(self, seed, device):\n        pass\n"
    code = head + b"    def double(self, x):\n        return 2 * x + np.random.normal(size=len(x))\n"
    scores = []
    for borrower in (None, Lent(lender.lend((None, ("tqdm",)), 1))):
        told = []
        assert evaluate(Job(task="doubling", tier="quick", code=code, seeds=2), told.append, borrower), told[-1]
        scores.append([event["scores"] for event in told if event["type"] == "play"])
    assert scores[0] == scores[1]
    assert borrower.kinds == [(None, ("tqdm",))]
