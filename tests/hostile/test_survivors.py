"""Nothing survives: whoever is killed with -9, and however early."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from runners.sandbox import Sandbox, SandboxError, sweep
from runners.sandbox.owner import Owner, marked_processes
from tests.hostile import ordinary
from tests.hostile.contain import LIMITS

pytestmark = [pytest.mark.sandbox]
ROUNDS = 25
EVALUATOR = """
import sys
from runners.sandbox import Sandbox
from tests.hostile.contain import CLINGING, LIMITS
print("up", flush=True)
sandbox = Sandbox.start(limits=LIMITS, device="cpu", preload=())
if sys.argv[1] == "works":
    sandbox.load(CLINGING, seed=1, calls=("impute",))
    print("working", flush=True)
    sandbox.call("impute")
sandbox.ready()
sys.stdin.read()
"""


def left(pid):
    """Sandbox processes that belong to the evaluator with this pid."""
    return [process for process, owner in marked_processes().items() if owner.pid == pid]


def wait_until_nothing_is_left(pid, seconds):
    until = time.monotonic() + seconds
    while left(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return left(pid)


def start_evaluator(user, what):
    command = [sys.executable, "-B", "-c", EVALUATOR, what]
    if user == "ordinary" and os.geteuid() == 0:
        if reason := ordinary.why_not():
            pytest.skip(reason)
        command = ordinary.command(command)
    elif user == "root" and os.geteuid() != 0:
        pytest.skip("the tests don't run as root")
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ordinary.PROJECT)
    assert process.stdout.readline() == b"up\n"
    return process


@pytest.mark.slow
@pytest.mark.parametrize("user", ["root", "ordinary"])
def test_an_evaluator_killed_while_it_starts_a_sandbox_leaves_nothing(user):
    generator = random.Random(1)
    for _ in range(ROUNDS):
        with start_evaluator(user, "starts") as evaluator:
            time.sleep(generator.uniform(0, 0.03))
            evaluator.kill()
        if wait_until_nothing_is_left(evaluator.pid, 0.1):
            sweep()  # bubblewrap's own gap; what is left waits for code that never comes
        assert not wait_until_nothing_is_left(evaluator.pid, 2)


@pytest.mark.parametrize("user", ["root", "ordinary"])
def test_an_evaluator_killed_while_a_method_works_leaves_nothing_even_without_a_sweep(user):
    for _ in range(5):
        with start_evaluator(user, "works") as evaluator:
            assert evaluator.stdout.readline() == b"working\n"
            time.sleep(0.02)
            assert left(evaluator.pid)
            evaluator.kill()
        assert not wait_until_nothing_is_left(evaluator.pid, 2)


def test_bubblewrap_killed_in_its_first_milliseconds_is_our_error_and_leaves_nothing():
    generator = random.Random(2)
    errors = 0
    for _ in range(ROUNDS):
        killer = threading.Thread(target=kill_bubblewrap_soon, args=(generator.uniform(0, 0.03),))
        killer.start()
        try:
            with Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox:
                killer.join()
                sandbox.ready()
        except SandboxError:
            errors += 1
        killer.join()
        assert not wait_until_nothing_is_left(os.getpid(), 1)
    assert errors > ROUNDS / 2


def test_bubblewrap_killed_while_a_method_works_is_our_error_and_leaves_nothing():
    code = b"import time\nclass Method:\n    def __init__(self, *_): pass\n    def go(self): time.sleep(1000)"
    with Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox:
        sandbox.load(code, seed=1, calls=("go",))
        killer = threading.Thread(target=kill_bubblewrap_soon, args=(0.2,))
        killer.start()
        with pytest.raises(SandboxError, match="bubblewrap was ended by signal 9"):
            sandbox.call("go")
        killer.join()
    assert not wait_until_nothing_is_left(os.getpid(), 1)


def kill_bubblewrap_soon(seconds):
    until = time.monotonic() + 2
    while not left(os.getpid()) and time.monotonic() < until:
        pass
    time.sleep(seconds)
    for pid in sorted(left(os.getpid()))[:1]:
        os.kill(pid, signal.SIGKILL)


def test_the_sweep_spares_what_has_an_owner_and_what_it_cannot_judge():
    with Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox:
        sweep()
        sandbox.ready()
        assert left(os.getpid())
    assert not Owner("1", 1, -2).is_gone  # of another pid namespace
    assert not Owner.me().is_gone


def test_the_sweep_ends_a_marked_process_without_an_owner():
    me = Owner.me()
    gone = Owner(me.namespace, me.pid, me.started - 1)  # the same pid, but another start: its process is no more
    with subprocess.Popen([gone.mark(0), "1000"], executable="/bin/sleep") as orphan:
        deadline = time.monotonic() + 2
        while orphan.pid not in marked_processes() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert sweep() >= 1
        assert orphan.wait(timeout=2) == -signal.SIGKILL


@pytest.mark.parametrize(
    "mark", ["", "python", "claimcheck-sandbox", "claimcheck-sandbox.1.2", "claimcheck-sandbox.a.b.c.d"]
)
def test_other_titles_are_no_marks(mark):
    assert Owner.parse(mark) is None
    assert Owner.parse(Owner.me().mark(3)) == Owner.me()
