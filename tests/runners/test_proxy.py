"""The method as a protocol meets it: costs, optional calls, copies, and its end; in a sandbox and in this process."""

import os
import time
from dataclasses import replace

import numpy as np
import pytest

from papers.playing import RESERVED, Contestant
from runners.job import Job
from runners.proxy import Boxes, Misuse, Playing, Proxy
from runners.sandbox import MethodFailure, cgroup, probe_isolation
from runners.sandbox.owner import Owner, marked_processes
from runners.sandbox.slots import used_numbers
from tests.runners.conftest import method

COUNTS = "self.seen = getattr(self, 'seen', 0) + 1\nreturn x + self.seen"
WORK = "import time\nend = time.process_time() + float(x[0])\nwhile time.process_time() < end: pass\nreturn x"
MEMORY = "block = bytearray(b'x' * int(x[0]))\nreturn x"
X = np.zeros(1)


IN_THE_SANDBOX = pytest.mark.parametrize("playing", ["sandbox"], indirect=True)


@pytest.fixture(params=["inprocess", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def playing(request, doubling):
    """Begin a play with this body of `double`; all its boxes are gone at the end."""
    if request.param == "sandbox" and not probe_isolation().ok:
        pytest.skip(probe_isolation().reason)
    begun = []

    def begin(body, *, more="", mode=request.param):
        boxes = Boxes(Job(task="doubling", tier="quick", code=method(body, more=more), mode=mode))
        play = Playing(boxes._job, boxes, seed=7)
        begun.append((play, boxes))
        return play

    yield begin
    for play, boxes in begun:
        play.end()
        boxes.close()


def mine():
    return [pid for pid, owner in marked_processes().items() if owner == Owner.me()]


def test_a_proxy_has_all_that_a_protocol_is_promised():
    assert set(RESERVED) == {name for name in vars(Contestant) if not name.startswith("_")}
    assert all(hasattr(Proxy, name) for name in RESERVED)


def test_a_fresh_copy_knows_nothing_of_the_first(playing):
    method = Proxy(playing(COUNTS))
    assert [method.double(X)[0], method.double(X)[0]] == [1, 2]
    other = method.fresh()
    assert [other.double(X)[0], method.double(X)[0], other.double(X)[0]] == [1, 3, 2]


def test_costs_of_all_copies_add_up_and_stay_when_one_is_closed(playing):
    play = playing(WORK)
    method = Proxy(play)
    other = method.fresh()
    method.double(X + 0.2)
    other.double(X + 0.3)
    assert 0.5 <= method.spent["cpu_seconds"] < 1.5
    assert method.spent["cpu_seconds"] == pytest.approx(other.spent["cpu_seconds"], abs=0.05)
    method.close()
    other.close()
    assert 0.5 <= play.spent()["cpu_seconds"] < 1.5


def test_a_closed_method_answers_nothing_and_its_call_is_the_protocols_mistake(playing):
    method = Proxy(playing(COUNTS))
    method.close()
    method.close()
    with pytest.raises(Misuse, match="double was asked of a method that the protocol had closed"):
        method.double(X)


@pytest.mark.sandbox
@IN_THE_SANDBOX
def test_a_closed_methods_process_has_ended(playing):
    method = Proxy(playing(COUNTS, mode="sandbox"))
    assert mine()
    method.close()
    assert not mine()


def test_what_calls_within_a_block_cost_is_measured(playing):
    method = Proxy(playing(WORK))
    method.double(X + 0.3)
    with method.measured() as cost:
        method.double(X + 0.2)
    assert 0.2 <= cost.cpu_seconds < 0.3
    assert cost.seconds >= cost.cpu_seconds * 0.9
    assert cost.peak_bytes > 0


@pytest.mark.sandbox
@IN_THE_SANDBOX
def test_the_peak_of_a_block_is_its_own_where_the_kernel_can_begin_anew(playing):
    group = cgroup.Cgroup.create(memory_bytes=1 << 26, processes=4)
    can = group is not None and group.reset_peak()
    if group:
        group.remove()
    method = Proxy(playing(MEMORY, mode="sandbox"))
    with method.measured() as large:
        method.double(X + (200 << 20))
    with method.measured() as small:
        method.double(X + 1000)
    assert large.peak_bytes >= 200 << 20
    assert (small.peak_bytes < 150 << 20) == can or group is None
    assert method.spent["memory_bytes"] >= 200 << 20


def test_has_tells_which_optional_calls_are_defined(playing):
    without, with_it = Proxy(playing(COUNTS)), Proxy(playing(COUNTS, more="def halve(self, x): return x / 2"))
    assert (without.has("double"), without.has("halve"), with_it.has("halve")) == (True, False, True)
    assert with_it.halve(np.ones(1)) == 0.5
    with pytest.raises(Misuse, match="defines no halve"):
        without.halve(X)
    with pytest.raises(Misuse, match="no call 'triple', only double, halve"):
        without.has("triple")
    with pytest.raises(AttributeError, match="no call 'triple'"):
        without.triple(X)


@pytest.mark.sandbox
@pytest.mark.alone  # a neighbour's sandboxes have numbers, too
@IN_THE_SANDBOX
def test_thirteen_copies_leave_no_process_group_or_user_number_behind(playing):
    parents = set(cgroup.writable_parents()[1].values())
    groups = lambda: sum(Owner.parse(path.name) == Owner.me() for parent in parents for path in parent.iterdir())  # noqa: E731
    files = len(os.listdir("/proc/self/fd"))
    numbers = used_numbers()
    play = playing(COUNTS, mode="sandbox")
    method = Proxy(play)
    for _ in range(13):
        copy = method.fresh()
        assert copy.double(X)[0] == 1
        begin = time.process_time()
        copy.close()
        assert time.process_time() - begin < 0.1
        assert len(mine()) <= 2 * 3  # the first, and one that starts ahead: bubblewrap is two processes each
    play.end()
    play._boxes.close()
    assert not mine()
    assert groups() == 0
    assert len(os.listdir("/proc/self/fd")) == files
    assert used_numbers() <= numbers | {0}


@pytest.mark.sandbox
@IN_THE_SANDBOX
def test_the_log_of_a_play_holds_what_all_copies_printed(playing):
    play = playing("print('copy', int(x[0]))\nreturn x", mode="sandbox")
    method = Proxy(play)
    method.double(X + 1)
    method.fresh().double(X + 2)
    assert play.log() == "copy 1\ncopy 2\n"


@pytest.mark.sandbox
@IN_THE_SANDBOX
def test_a_log_that_was_cut_says_so(playing):
    play = playing("for number in range(20_000): print(number)\nreturn x", mode="sandbox")
    Proxy(play).double(X)
    assert play.log().startswith("[what was printed before is left out]\n")
    assert play.log().endswith("19999\n")


@pytest.mark.sandbox
@IN_THE_SANDBOX
def test_a_fresh_copy_after_the_plays_time_is_used_up_is_the_authors_failure(playing, doubling, monkeypatch):
    tier = doubling.board("quick").tier
    monkeypatch.setitem(tier.__dict__, "limits", replace(tier.limits, call_seconds=0.5, play_seconds=0.5))
    method = Proxy(playing("import os\nif os.fork() == 0:\n    while True: pass\nreturn x", mode="sandbox"))
    method.double(X)

    def copies():
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            method.fresh().close()

    with pytest.raises(MethodFailure, match=r"CPU-s, 0\.5 are allowed") as told:
        copies()
    assert told.value.reason == "limit"
