"""Sandboxes that are forked from one process: as tight as those that are started, and what they share is nobody's."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from runners.evaluation import evaluate
from runners.job import Job
from runners.proxy import Boxes
from runners.sandbox import MethodFailure, Sandbox, SandboxError, Zygote, shared, sweep, why_no_forks
from runners.sandbox.owner import marked_processes
from runners.sandbox.zygote import has_ended, pid_of
from tests.hostile import ordinary
from tests.runners.sandboxes import LIMITS, MEAN, method

pytestmark = [pytest.mark.sandbox, pytest.mark.skipif(bool(why_no_forks()), reason=why_no_forks())]
TORCH = replace(LIMITS, memory_bytes=1 << 30)
NAMES = ("pid", "net", "ipc", "mnt", "uts", "cgroup")
PRESENT = f"def present(): return {{name: os.readlink('/proc/self/ns/' + name) for name in {NAMES}}}"


@pytest.fixture
def zygote(isolated):
    one = Zygote(kit=None, modules=())
    yield one
    one.end()


@pytest.fixture
def fork(zygote):
    started = []

    def fork_one(code=MEAN, *, calls=(), limits=LIMITS, preload=()):
        sandbox = Sandbox.forked(zygote.ask(limits, preload))
        started.append(sandbox)
        sandbox.load(code, seed=5, calls=calls)
        return sandbox

    yield fork_one
    for sandbox in started:
        sandbox.close()


def marked():
    return {pid for pid, owner in marked_processes().items() if owner.pid == os.getpid()}


def walls_of(sandbox):
    """Process 1 behind its walls, and bubblewrap, which built them."""
    first = pid_of(sandbox._inmate.inner_handle)
    return {first, int(Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[1])}


def gone(pids, seconds=3):
    until = time.monotonic() + seconds
    while (left := {pid for pid in pids if Path(f"/proc/{pid}/exe").exists()}) and time.monotonic() < until:
        time.sleep(0.02)
    return not left


def test_a_forked_sandbox_answers_as_a_started_one(fork):
    sandbox = fork()
    assert sandbox.call("tell") == {"seed": 5, "device": "cpu"}
    assert sandbox.call("echo", 1, x="y") == [[1], {"x": "y"}]
    assert sandbox.landlock >= 0
    assert sandbox.spent()["cpu_seconds"] < 1


def test_two_forks_share_no_namespace_no_user_and_no_folder(fork):
    code = method(
        "found = present()\n"
        "found |= {'uid': os.getuid(), 'files': os.listdir('/tmp') + os.listdir('/dev/shm'), 'pids':"
        " [name for name in os.listdir('/proc') if name.isdigit()], 'groups': open('/proc/self/cgroup').read()}\n"
        "open('/tmp/left', 'w').close(); open('/dev/shm/left', 'w').close()\n"
        "return found",
        f"import os\n{PRESENT}",
    )
    one, two = (fork(code).call("go") for _ in range(2))
    for name in NAMES:
        assert one[name] != two[name]
        assert one[name] != os.readlink(f"/proc/self/ns/{name}")
    assert os.geteuid() != 0 or one["uid"] != two["uid"]
    assert one["files"] == two["files"] == []
    assert one["pids"] == two["pids"] == ["1", "2"]
    assert not re.search(r"claimcheck|\.\.", one["groups"])


def test_a_fork_sees_no_abstract_socket_of_another(fork):
    code = method(
        "self.mine = socket.socket(socket.AF_UNIX); self.mine.bind('\\0here'); return open('/proc/net/unix').read()",
        "import socket",
    )
    assert [fork(code).call("go").count("@here") for _ in range(2)] == [1, 1]


def test_nothing_of_one_play_is_in_the_memory_of_the_next_or_of_what_forks(fork):
    mark = os.urandom(12).hex()
    first = fork(method(f"self.kept = '{mark}' * 100; return len(self.kept)"))
    first.call("go", mark)
    code = method(
        "mark, found = bytes.fromhex(turned)[::-1].hex().encode(), 0\n"
        "with open('/proc/self/mem', 'rb', buffering=0) as memory:\n"
        "    for line in open('/proc/self/maps').read().splitlines():\n"
        "        start, end = (int(part, 16) for part in line.split()[0].split('-'))\n"
        "        if ' rw' in line and '[v' not in line:\n"
        "            memory.seek(start)\n"
        "            found += memory.read(end - start).count(mark + mark)\n"
        "return found",
        f"turned = '{bytes.fromhex(mark)[::-1].hex()}'",
    )
    assert fork(code).call("go") == 0


def test_a_fork_holds_its_pipes_and_nothing_else(fork, zygote):
    fork()  # one that lives beside it
    waiting = zygote.ask(LIMITS, ())
    code = method("return {n: os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd')}", "import os")
    sandbox = fork(code)
    pid = sandbox._inmate.process.pid
    held = {int(link.name): os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    waiting.close()
    assert sorted(held) == [0, 1, 2, 3, 100, 101]
    assert held[0] == held[3] == "/dev/null"
    assert all(held[number].startswith("pipe:") for number in (1, 2, 100, 101))
    assert len({held[number] for number in (1, 100, 101)}) == 3


def test_its_rights_are_those_of_a_started_one_or_fewer(fork, isolated):
    code = method("return {line.split(':')[0]: line.split(':')[1].split() for line in open('/proc/self/status')}")
    forked = fork(code).call("go")
    with Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox:
        sandbox.load(code, seed=1, calls=())
        started = sandbox.call("go")
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(forked[name][0], 16) == 0
    for name in (
        "NoNewPrivs",
        "Seccomp",
        "Seccomp_filters",
        "Groups",
        "Umask",
        "SigIgn",
        "SigBlk",
        "SigCgt",
        "TracerPid",
    ):
        assert forked[name] == started[name], name


def test_its_limits_are_those_of_a_started_one(fork, isolated):
    code = method(
        "return {name: list(resource.getrlimit(getattr(resource, name))) for name in dir(resource)"
        " if name.startswith('RLIMIT_') and name != 'RLIMIT_AS'}",
        "import resource",
    )
    with Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox:
        sandbox.load(code, seed=1, calls=())
        assert fork(code).call("go") == sandbox.call("go")


@pytest.mark.slow
def test_imports_are_nobodys_cost_and_count_as_memory_as_they_do_where_they_are_imported(isolated):
    code = method("return float((torch.ones(8, 8) @ torch.ones(8, 8)).sum())", "import torch")
    costs = []
    zygote = Zygote(kit=None, modules=("torch",))
    try:
        for start in (
            lambda: Sandbox.start(limits=TORCH, device="cpu", preload=("torch",)),
            lambda: Sandbox.forked(zygote.ask(TORCH, ("torch",))),
            lambda: Sandbox.forked(zygote.ask(TORCH, ("torch",))),
        ):
            with start() as sandbox:
                sandbox.load(code, seed=1, calls=("go",))
                assert sandbox.call("go") == 512
                costs.append(sandbox.spent())
    finally:
        zygote.end()
    started, first, second = costs
    assert max(first["cpu_seconds"], second["cpu_seconds"]) < started["cpu_seconds"] + 0.05
    for forked in (first, second):
        assert forked["memory_bytes"] == pytest.approx(started["memory_bytes"], rel=0.15)


@pytest.mark.slow
def test_what_libraries_do_after_a_fork_they_do_here(isolated):
    code = method(
        """
        torch.set_num_threads(2)
        product = float((torch.ones(300, 300) @ torch.ones(300, 300)).sum())
        batches = [len(batch) for batch in DataLoader(list(range(10)), batch_size=4, num_workers=2)]
        tree = RandomForestClassifier(n_estimators=4, n_jobs=2, random_state=0).fit([[0.0], [1.0]] * 20, [0, 1] * 20)
        weight = torch.nn.Parameter(torch.ones(3))
        (weight**2).sum().backward()
        return [product, batches, float(tree.score([[0.0], [1.0]], [0, 1])), weight.grad.tolist()]
        """,
        "import torch\nfrom torch.utils.data import DataLoader\nfrom sklearn.ensemble import RandomForestClassifier",
    )
    zygote = Zygote(kit=None, modules=("torch", "sklearn.ensemble"))
    try:
        with Sandbox.forked(zygote.ask(replace(TORCH, call_seconds=60, play_seconds=60), ("torch",))) as sandbox:
            sandbox.load(code, seed=1, calls=("go",))
            assert sandbox.call("go") == [300.0**3, [4, 4, 2], 1.0, [2.0, 2.0, 2.0]]
    finally:
        zygote.end()


def test_more_memory_than_the_limit_ends_it_and_no_other(fork):
    other = fork()
    with pytest.raises(MethodFailure) as caught:
        fork(method("x = bytearray(b'x' * (1 << 30)); return len(x)"), limits=LIMITS).call("go")
    assert caught.value.reason == "limit"
    assert other.call("tell")["seed"] == 5


def test_an_author_chooses_among_listed_modules_what_is_imported_before_the_fork():
    assert shared(("torch", "numpy.f2py.__main__", "torch.utils.collect_env", "scipy.stats")) == (
        "scipy.stats",
        "torch",
    )
    assert shared(("torch.optim", "scipy.stats", "torch.nn")) == ("scipy.stats", "torch")  # one kind of zygote
    assert shared(("papers.gain.kit", "papers.gain.kit.x", "papers.gain.kitten"), "papers.gain.kit") == (
        "papers.gain.kit",
        "papers.gain.kit.x",
    )
    assert shared(("numpy", "numpy.linalg")) == ()  # as cheap to import


def test_its_end_by_itself_is_its_authors_and_its_walls_end_ours(fork):
    with pytest.raises(MethodFailure, match="signal 9"):
        fork(method("import os; os.kill(os.getpid(), 9)")).call("go")
    with pytest.raises(MethodFailure, match="exit status 3"):
        fork(method("import os; os._exit(3)")).call("go")
    sandbox = fork(method("import time; time.sleep(60)"))
    pid = pid_of(sandbox._inmate.inner_handle)
    threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()
    with pytest.raises(SandboxError, match="bubblewrap was ended by signal 9"):
        sandbox.call("go")


def test_what_forks_is_killed_and_all_that_it_forked_ends_as_our_error(fork, zygote):
    sandbox = fork(method("import time; time.sleep(60)"))
    mine = marked() | {sandbox._inmate.process.pid}
    threading.Timer(0.2, zygote._process.kill).start()
    with pytest.raises(SandboxError, match="bubblewrap was ended"):
        sandbox.call("go")
    assert gone(mine)
    assert has_ended(zygote._first, 10)  # all in there has
    with pytest.raises(SandboxError, match="gone"):
        zygote.ask(LIMITS, ())


def test_a_play_that_is_over_leaves_nothing_while_its_siblings_go_on(fork, zygote):
    other = fork()
    sandbox = fork(
        method(
            "if os.fork() == 0:\n    os.setsid()\n    os.fork()\n    time.sleep(60)\nreturn os.getpid()",
            "import os, time",
        )
    )
    sandbox.call("go")
    until = time.monotonic() + 5
    while len(mine := set(sandbox._inmate.group.process_ids())) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert len(mine) == 3
    walls = walls_of(sandbox)
    assert walls & marked()
    sandbox.close()
    assert gone(mine | walls)
    assert other.call("tell")["seed"] == 5
    asked = zygote.ask(LIMITS, ())
    time.sleep(0.3)
    asked.close()  # never let go
    other.close()
    zygote.end()
    assert gone(marked())


EVALUATOR = """
import sys
from runners.sandbox import Sandbox, Zygote
from tests.hostile.contain import CLINGING, LIMITS
zygote = Zygote(kit=None, modules=())
asked = zygote.ask(LIMITS, ())
sandbox = Sandbox.forked(zygote.ask(LIMITS, ()))
sandbox.load(CLINGING, seed=1, calls=("impute",))
print("working", *sandbox._inmate.group.process_ids(), flush=True)
sandbox.call("impute")
"""


@pytest.mark.slow
@pytest.mark.parametrize("user", ["root", "ordinary"])
def test_an_evaluator_that_is_killed_leaves_nothing_even_without_a_sweep(user):
    command = [sys.executable, "-B", "-c", EVALUATOR]
    if (os.geteuid() == 0) != (user == "root") and (reason := ordinary.why_not()):
        pytest.skip(reason)
    with ordinary.delegated() as groups:
        if user == "ordinary":
            if not groups:
                pytest.skip("needs control groups of version 1")
            command = ordinary.command(command, set(groups.values()))
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ordinary.PROJECT) as evaluator:
            word, *pids = evaluator.stdout.readline().split()
            assert word == b"working"
            time.sleep(0.1)
            mine = {pid for pid, owner in marked_processes().items() if owner.pid == evaluator.pid}
            assert len(mine) >= 4
            evaluator.kill()
        assert gone({*mine, *map(int, pids)})
        time.sleep(0.2)
    sweep()  # the groups


@pytest.mark.slow
def test_a_run_forks_its_plays_and_scores_what_it_scores_where_they_are_started(doubling, isolated, monkeypatch):
    code = b"import numpy as np, torch\nclass Method:\n    def __init__(self, seed, device):\n        pass\n"
    code += b"    def double(self, x):\n        noise = torch.randn(len(x)).numpy() + np.random.normal(size=len(x))\n"
    code += b"        return 2 * x + noise\n"
    scores = []
    for reason in ("", "not now"):
        monkeypatch.setattr("runners.proxy.why_no_forks", lambda reason=reason: reason)
        forks = []
        monkeypatch.setattr(Sandbox, "forked", counted(Sandbox.forked, forks) if not reason else None)
        told = []
        assert evaluate(Job(task="doubling", tier="quick", code=code, seeds=2), told.append), told[-1]
        scores.append([event["scores"] for event in told if event["type"] == "play"])
        assert len(forks) == (0 if reason else 4)
    assert scores[0] == scores[1]


def counted(function, calls):
    def count(asked):
        calls.append(asked)
        return function(asked)

    return count


@pytest.mark.slow
def test_where_what_forks_is_lost_between_plays_the_rest_is_started(doubling, isolated):
    boxes = Boxes(Job(task="doubling", tier="quick", code=b"import torch\n" + MEAN))
    try:
        boxes.prepare()
        assert boxes._zygote
        boxes._zygote._process.kill()
        boxes._zygote._process.wait()
        box = boxes.take()
        assert isinstance(box, Sandbox)
        box.load(MEAN, seed=1, calls=(), optional=(), ledger=None)
        assert box.call("tell")["seed"] == 1
        box.close()
        boxes.prepare()
        assert boxes._asked is None
    finally:
        boxes.close()


def test_where_nothing_can_be_forked_everything_is_started(doubling, isolated, monkeypatch):
    monkeypatch.setattr("runners.proxy.why_no_forks", lambda: "no control group can be made")
    boxes = Boxes(Job(task="doubling", tier="quick", code=b"import torch\n" + MEAN))
    boxes.prepare()
    assert boxes._zygote is None
    assert boxes._spare
    boxes.close()
