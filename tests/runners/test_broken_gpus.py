"""Whose fault a broken card is, and what its worker does: a torch that pretends a GPU's faults, in real sandboxes."""

import os
import signal
import time
from types import SimpleNamespace

import pytest
from kombu.exceptions import OperationalError

from runners import card, presence
from runners.card import Card
from runners.evaluation import evaluate
from runners.job import Job
from runners.sandbox import Sandbox, SandboxError, gpu, probe
from runners.sandbox.gpu import Gpu
from runners.tasks import SignsOfLife
from tests.runners.conftest import method

TORCH = """
import sys, types
def fault(kind, text):
    def fail(*args, **kwargs):
        raise kind(text)
    return fail
class Tensor:
    def __getitem__(self, key): return self
    def __matmul__(self, other): return self
    def sum(self): return {total}
torch = types.ModuleType("torch")
torch.use_deterministic_algorithms = lambda *args, **kwargs: None
torch.manual_seed = lambda seed: None
torch.ones = {ones}
torch.backends = types.SimpleNamespace(cudnn=types.SimpleNamespace())
torch.cuda = types.SimpleNamespace(empty_cache=lambda: None)
torch.nn = types.SimpleNamespace(functional=types.SimpleNamespace(conv2d={conv}))
sys.modules["torch"] = torch
"""
GOOD = {"total": "512.0", "ones": "lambda *args, **kwargs: Tensor()", "conv": "lambda *args: None"}
OLD = "The NVIDIA driver on your system is too old (found version 11040)."
KERNEL = "CUDA error: no kernel image is available for execution on the device"


def raising(kind, text):
    return f"fault({kind}, {text!r})"


@pytest.fixture
def broken(isolated, doubling, tmp_path, monkeypatch):
    """Evaluate one play on a card that stands in, under a torch with these faults; returns how it ended."""
    stand_in = Gpu("GPU-1234", "stand-in", 77)
    monkeypatch.setattr(Gpu, "nodes", ("/dev/null",))
    monkeypatch.setattr("runners.provenance.worker_gpu", lambda: stand_in)
    monkeypatch.setattr("runners.provenance.ask_driver", lambda: gpu.Driver("580", "13.0", (stand_in,)))
    monkeypatch.setattr("runners.sandbox.sandbox.worker_gpu", lambda: stand_in)
    monkeypatch.setattr("runners.evaluation.probe_isolation", lambda device: SimpleNamespace(level="bubblewrap"))
    monkeypatch.syspath_prepend(tmp_path)
    real = Sandbox.start
    started = SimpleNamespace(start=lambda **options: real(**{**options, "kit": "faulty", "preload": ("faulty",)}))
    monkeypatch.setattr("runners.proxy.Sandbox", started)
    monkeypatch.setattr(probe, "Sandbox", started)
    monkeypatch.setattr(probe, "worker_gpu", lambda: stand_in)
    monkeypatch.setattr(probe, "ask_driver", lambda: gpu.Driver("580", "13.0", (stand_in,)))

    def play(body="return 2 * x", *, after=None, **faults):
        def check():
            if after:
                raise SandboxError(after)

        monkeypatch.setattr("runners.evaluation.check_gpu", check)
        (tmp_path / "faulty.py").write_text(TORCH.format(**{**GOOD, **faults}))
        events = []
        job = Job(task="doubling", tier="quick", code=method(body), device="cuda", seeds=1, cases=("small",))
        evaluate(job, events.append)
        return events[-1]

    return play


LOST = "raise RuntimeError('CUDA error: unspecified launch failure')"


def test_a_card_that_works_plays_and_its_methods_faults_are_its_authors(broken):
    assert broken()["type"] == "finished"
    failure = broken(LOST)
    assert (failure["whose"], failure["reason"]) == ("author", "exception")


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ({"ones": raising("RuntimeError", OLD)}, "driver on your system is too old"),
        ({"ones": raising("AssertionError", "Torch not compiled with CUDA enabled")}, "not compiled with CUDA"),
        ({"conv": raising("RuntimeError", KERNEL)}, "no kernel image"),
        ({"total": "511.0"}, "multiplies wrongly"),
        ({"body": LOST, "after": "unknown error"}, "unknown error. Before that: RuntimeError"),
        ({"body": "import os; os._exit(9)", "after": "the driver is gone"}, "the driver is gone"),
    ],
)
def test_a_card_that_fails_is_our_fault_and_the_reason_is_told(broken, faults, said):
    failure = broken(**faults)
    assert (failure["whose"], failure["reason"]) == ("ours", "refused")
    assert said in failure["message"]


def test_a_missing_device_file_and_a_driver_that_hangs_are_our_fault(broken, monkeypatch):
    monkeypatch.setattr("runners.sandbox.sandbox.START_SECONDS", 2.0)
    failure = broken(ones="lambda *args, **kwargs: __import__('time').sleep(60)")
    assert (failure["whose"], failure["reason"]) == ("ours", "refused")
    monkeypatch.setattr(Gpu, "nodes", ("/dev/nvidia77",))
    failure = broken()
    assert (failure["whose"], failure["reason"]) == ("ours", "refused")
    assert "/dev/nvidia77 of stand-in is missing" in failure["message"]


def test_the_self_test_says_what_keeps_a_card_from_computing(broken):
    broken(ones=raising("AssertionError", "Torch not compiled with CUDA enabled"))
    with pytest.raises(SandboxError, match="CUDA does not start in the sandbox: AssertionError: Torch not compiled"):
        probe.check_gpu()


@pytest.fixture
def shelf(monkeypatch):
    """A worker's card whose self-test and whose note beside the broker a test decides."""
    told = SimpleNamespace(canary="", note="", left="", uuid="GPU-of-a-test", said=[])
    monkeypatch.setattr(card, "canary", lambda: told.canary)
    monkeypatch.setattr(card, "left_behind", lambda: told.left)
    monkeypatch.setattr(card, "worker_gpu", lambda: Gpu(told.uuid, "stand-in", 77))
    monkeypatch.setattr(presence, "retirement", lambda worker: told.note)
    monkeypatch.setattr(presence, "retire", lambda worker, reason: setattr(told, "note", reason))
    told.card = Card("w", lambda: told.said.append("stop"), lambda: told.said.append("go on"))
    yield told
    told.card.leave()
    for held in told.card._held:
        held.close()


def test_a_worker_retires_with_its_card_and_comes_back_when_it_computes_and_is_empty(shelf):
    shelf.card.take()
    assert (shelf.card.trouble, shelf.said) == ("", [])
    shelf.note = "the card was lost"
    shelf.card.look()
    assert (shelf.card.trouble, shelf.said) == ("the card was lost", ["stop"])
    shelf.left = "700 MiB of the GPU are held, by process 7"
    shelf.card.look()
    assert shelf.card.trouble == shelf.left
    shelf.left, shelf.canary = "", "it does not compute"
    shelf.card.look()
    assert (shelf.card.trouble, shelf.said) == ("it does not compute", ["stop"])
    shelf.canary = ""
    shelf.card.look()
    assert (shelf.card.trouble, shelf.note, shelf.said) == ("", "", ["stop", "go on"])


def test_while_the_broker_is_away_a_card_neither_retires_nor_comes_back(shelf):
    def fail():
        raise OperationalError("away")

    shelf.card.take()
    shelf.note = "the card was lost"
    stop, shelf.card.stop_taking = shelf.card.stop_taking, fail
    with pytest.raises(OperationalError):
        shelf.card.look()
    assert not shelf.card.trouble, "it is stopped at the next look"
    shelf.card.stop_taking = stop
    shelf.card.look()
    go_on, shelf.card.go_on_taking = shelf.card.go_on_taking, fail
    with pytest.raises(OperationalError):
        shelf.card.look()
    assert shelf.card.trouble
    shelf.card.go_on_taking = go_on
    shelf.card.look()
    assert (shelf.card.trouble, shelf.said) == ("", ["stop", "go on"])


def test_a_card_serves_one_worker(shelf):
    shelf.card.take()
    second = Card("v", list, lambda: shelf.said.append("v goes on"))
    second.take()
    assert "another worker of this machine has GPU-of-a-test" in second.trouble
    second.look()
    assert (bool(second.trouble), shelf.said) == (True, [])
    second.leave()


def test_a_self_test_that_hangs_or_says_nothing_is_a_sentence(monkeypatch):
    monkeypatch.setattr(card, "CANARY_SECONDS", 1)
    monkeypatch.setattr(card, "CANARY", ["sleep", "60"])
    assert card.canary() == "the GPU's self-test did not end within 1 s"
    monkeypatch.setattr(card, "CANARY_SECONDS", 60)
    monkeypatch.setattr(card, "CANARY", ["sh", "-c", "exit 3"])
    assert card.canary() == "the GPU's self-test ended with status 3 and said nothing"


@pytest.mark.parametrize(
    ("switches", "is_gone"),
    [([7] * 13, True), ([7] * 12, False), (list(range(40)), False), ([7] * 12 + [8] * 12, False)],
)
def test_an_evaluator_that_never_wakes_gives_no_sign_of_life(monkeypatch, switches, is_gone):
    looks = iter(switches)
    process = SimpleNamespace(num_ctx_switches=lambda: (next(looks), 0), cpu_times=lambda: (1.0, 0.0))
    monkeypatch.setattr("runners.tasks.psutil.Process", lambda pid: process)
    signs = SignsOfLife(7)
    assert [signs.are_gone() for _ in switches][-1] == is_gone


def test_an_evaluator_that_waits_for_a_sleeping_method_lives_and_a_stopped_one_does_not(
    isolated, doubling, monkeypatch
):
    monkeypatch.setattr(SignsOfLife, "LOOKS", 2)
    job = Job(task="doubling", tier="quick", code=method("import time; time.sleep(60); return 2 * x"), seeds=1)
    process = job.start()
    try:
        signs = SignsOfLife(process.pid)
        assert not any(signs.are_gone() or time.sleep(1) for _ in range(5))
        os.kill(process.pid, signal.SIGSTOP)
        assert [signs.are_gone() for _ in range(4)][-1]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
