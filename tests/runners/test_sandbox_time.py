"""Limits of time: CPU-seconds of the method, measured from outside, and wall time as a generous second limit."""

import contextlib
import time
from dataclasses import replace

import pytest

from papers.task import Limits
from runners.sandbox import Ledger, MethodFailure, Sandbox, clock
from runners.sandbox.process import START_CPU, cpu_backstop
from tests.runners.sandboxes import LIMITS, failure_of, method

WORK = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"


def test_a_call_beyond_its_cpu_seconds_is_a_limit_that_says_which_used_and_allowed(start):
    failure = failure_of(start, method(WORK.format(60)), limits=replace(LIMITS, call_seconds=0.5))
    assert failure.reason == "limit"
    assert failure.exceeded["limit"] == "cpu seconds"
    assert 0.5 < failure.exceeded["used"] < 3
    used = failure.exceeded["used"]
    assert failure.message == f"While answering go, the method used {used:.2f} CPU-s, 0.5 are allowed."


def test_cpu_seconds_of_threads_and_children_count(start):
    body = f"import os\nfor _ in range(2): os.fork()\n{WORK.format(60)}"
    failure = failure_of(start, method(body), limits=replace(LIMITS, call_seconds=1.0))
    assert failure.exceeded["limit"] == "cpu seconds"


def test_an_answer_that_comes_after_too_much_work_is_none(start):
    failure = failure_of(start, method(WORK.format(0.18)), limits=replace(LIMITS, call_seconds=0.1))
    assert failure.exceeded["limit"] == "cpu seconds"


def test_the_calls_of_a_play_share_its_cpu_seconds(start):
    sandbox = start(method(WORK.format(0.3)), limits=replace(LIMITS, play_seconds=0.8))
    sandbox.call("go")
    sandbox.call("go")
    with pytest.raises(MethodFailure, match=r"The calls of this play used 0\.[89]\d* CPU-s, 0\.8 are allowed"):
        sandbox.call("go")


def test_sandboxes_of_one_play_share_its_limits(isolated):
    ledger = Ledger()
    limits = replace(LIMITS, play_seconds=0.8)
    boxes = [Sandbox.start(limits=limits, device="cpu", preload=()) for _ in range(3)]
    try:
        for box in boxes:
            box.load(method(WORK.format(0.3)), seed=1, calls=("go",), ledger=ledger)
        boxes[0].call("go")
        boxes[0].close()
        boxes[1].call("go")
        with pytest.raises(MethodFailure, match="this play used"):
            boxes[2].call("go")
    finally:
        for box in boxes:
            box.close()
    assert ledger.cpu_seconds == pytest.approx(sum(box.spent()["cpu_seconds"] for box in boxes))


def test_whoever_sleeps_is_caught_by_the_wall_clock_and_told_so(start):
    limits = replace(LIMITS, call_seconds=0.2, patience=5.0)
    begin = time.monotonic()
    failure = failure_of(start, method("import time\ntime.sleep(60)"), limits=limits)
    assert time.monotonic() - begin < 30
    assert failure.exceeded["limit"] == "wall seconds"
    assert failure.exceeded["allowed"] == 1.0
    assert "s of wall time, 1 s are allowed: it used 0.0 CPU-s, so it slept or waited." in failure.message


def test_sleeping_less_than_the_patience_is_no_failure_although_the_limit_on_work_is_shorter(start):
    limits = replace(LIMITS, call_seconds=0.2, play_seconds=0.5, patience=100.0)
    sandbox = start(method("import time\ntime.sleep(0.3)\nreturn 1"), limits=limits)
    assert [sandbox.call("go") for _ in range(3)] == [1, 1, 1]
    assert sandbox.spent()["seconds"] >= 0.9
    assert sandbox.spent()["cpu_seconds"] < 0.2


def test_sleep_in_many_short_calls_adds_up(start):
    limits = replace(LIMITS, play_seconds=0.2, patience=5.0)
    sandbox = start(method("import time\ntime.sleep(0.3)"), limits=limits)
    with pytest.raises(MethodFailure, match=r"The calls of this play took 1\.\d s of wall time, 1 s are allowed"):
        call_often(sandbox, 20)


def call_often(sandbox, times):
    for _ in range(times):
        sandbox.call("go")


def test_an_honest_method_of_four_thousand_calls_fails_by_no_clock(start):
    sandbox = start(method("return 1"), limits=replace(LIMITS, call_seconds=5, play_seconds=5))
    call_often(sandbox, 4101)
    assert sandbox.spent()["cpu_seconds"] < 5


class Still:
    """A meter that says what it is told."""

    is_cheap, looked, INTERVAL, cpu_seconds = True, 0.0, 0.05, 0.0

    def look(self):
        pass


def test_on_a_gpu_wall_time_itself_counts_and_cpu_time_does_not():
    meter = Still()
    timing = clock.Clock(Limits(call_seconds=10, play_seconds=100, memory_bytes=1), meter, on_gpu=True)
    timing.set_to_zero(Ledger())
    assert timing.begin("answering go") == pytest.approx(time.monotonic() + 10, abs=1)
    meter.cpu_seconds = 1000.0
    timing.look()
    assert timing.cpu_seconds == 1000.0
    late = timing.overslept()
    assert "on a GPU the device's time counts" in str(late)
    assert "cpu_seconds" not in late.exceeded, "who has a GPU for himself doesn't wait for others"


def test_on_a_cpu_the_wall_clock_is_a_patience_as_generous():
    timing = clock.Clock(Limits(call_seconds=10, play_seconds=100, memory_bytes=1), Still(), on_gpu=False)
    timing.set_to_zero(Ledger())
    assert timing.begin("answering go") == pytest.approx(time.monotonic() + 200, abs=1)


def test_the_kernels_own_limit_lies_beyond_the_clocks():
    limits = Limits(call_seconds=10, play_seconds=100, memory_bytes=1)
    assert cpu_backstop(limits, False) == 100 + START_CPU
    assert cpu_backstop(limits, True) == 2000 + START_CPU


HEAVY = b"""
import torch
from sklearn.impute import KNNImputer
class Method:
    def __init__(self, seed, device): pass
    def go(self):
        weight = torch.nn.Parameter(torch.ones(3))
        optimiser = torch.optim.Adam([weight], 0.1)
        weight.sum().backward()
        optimiser.step()
        return float(weight[0].detach())
"""


def test_imports_and_the_first_step_of_an_optimiser_are_nobodys_cost(isolated):
    limits = Limits(call_seconds=20, play_seconds=20, memory_bytes=1 << 30)
    with Sandbox.start(limits=limits, device="cpu", preload=("torch", "sklearn.impute")) as sandbox:
        sandbox.load(HEAVY, seed=1, calls=("go",))
        assert sandbox.call("go") == pytest.approx(0.9)
        assert sandbox.spent()["cpu_seconds"] < 0.3
    with Sandbox.start(limits=limits, device="cpu", preload=()) as cold:
        cold.load(HEAVY, seed=1, calls=("go",))
        cold.call("go")
        assert cold.spent()["cpu_seconds"] > 0.8  # what it would have been billed


BURNER = """
import os, time
class Method:
    def __init__(self, seed, device):
        pass
    def burn(self):
        if os.fork() == 0:
            while True: pass
    def go(self):
        time.sleep(0.01)
"""


def test_what_one_box_left_running_counts_while_another_one_is_called(isolated):
    limits, ledger = replace(LIMITS, call_seconds=1.0, play_seconds=1.0), Ledger()
    with contextlib.ExitStack() as stack:
        boxes = [stack.enter_context(Sandbox.start(limits=limits, device="cpu", preload=())) for _ in range(2)]
        for box in boxes:
            box.load(BURNER.encode(), seed=1, calls=("burn", "go"), ledger=ledger)
        boxes[0].call("burn")
        with pytest.raises(MethodFailure, match="The calls of this play used") as told:
            call_often(boxes[1], 1000)
        assert told.value.exceeded["used"] < 3
        assert len(ledger.clocks) == 1, "the one that failed counts no longer"
