"""What a GPU's sandbox shows and refuses, tried on a machine without one: device files and libraries stand in."""

import os
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest

from runners.commands import exits
from runners.commands.group import main
from runners.job import Job
from runners.sandbox import Sandbox, SandboxError, gpu, probe
from runners.sandbox.bubblewrap import Box, command
from runners.sandbox.gpu import Gpu
from runners.sandbox.gpu_meter import GpuMeter, Holding, held_by
from tests.runners.sandboxes import LIMITS, method

GPUS = [Gpu("GPU-aaaa-1", "A", 0), Gpu("GPU-bbbb-2", "B", 1)]
STAND_IN = Gpu("GPU-1234", "stand-in", 77)
LOOK = method("""
    import ctypes, os, resource
    def why(path, flags=os.O_RDONLY):
        try:
            os.close(os.open(path, flags))
        except OSError as error:
            return error.strerror
        return "open"
    try:
        library = bool(ctypes.CDLL("libcuda.so.1"))
    except OSError:
        library = False
    return {
        "uuid": os.environ["CUDA_VISIBLE_DEVICES"],
        "addresses": resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY,
        "module": os.access("/sys/module/kernel/parameters", os.R_OK),
        "modules": os.listdir("/sys/module"),
        "bus": sorted(os.listdir("/sys/bus/pci/devices")),
        "devices": sorted(os.listdir("/sys/devices")),
        "system": sorted(os.listdir("/sys/devices/system")),
        "modes": sorted({oct(os.stat(path).st_mode & 0o777) for path in ("/sys", "/sys/bus", "/sys/bus/pci", "/sys/module")}),
        "name of a thread": why(f"/proc/self/task/{os.getpid()}/comm", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        "settings": why("/proc/sys/kernel/core_pattern", os.O_WRONLY),
        "process 1": os.listdir("/proc/1"),
        "node": why("/dev/null", os.O_RDWR),
        "library": library,
    }
""")  # fmt: skip


@pytest.fixture
def card(monkeypatch):
    """A card without a driver: a device file that every machine has, and the first device on this machine's bus."""
    address = next((path.name for path in sorted(gpu.PCI.glob("*"))), "")
    card = Gpu("GPU-1234", "stand-in", 77, address)
    monkeypatch.setattr(Gpu, "nodes", ("/dev/null",))
    monkeypatch.setattr("runners.sandbox.gpu.MODULES", "kernel")
    monkeypatch.setattr("runners.sandbox.sandbox.worker_gpu", lambda: card)
    return card


@pytest.fixture
def libcuda(monkeypatch):
    """A library by libcuda's name that is found only through a link and a variable, as on Debian."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # a sandbox has a /tmp of its own
        real, link = Path(folder, "driver"), Path(folder, "link")
        real.mkdir()
        Path(folder).chmod(0o755)
        some = next(
            Path(line.split()[-1]) for line in Path("/proc/self/maps").read_text().splitlines() if "libm." in line
        )
        shutil.copy(some, real / "libcuda.so.1")
        link.symlink_to(real)
        monkeypatch.setenv("LD_LIBRARY_PATH", str(link))
        monkeypatch.delenv(gpu.DRIVER_FOLDER, raising=False)
        gpu.driver_folder.cache_clear()
        yield str(real)
    gpu.driver_folder.cache_clear()


def look(device="cuda"):
    with Sandbox.start(limits=LIMITS, device=device, preload=()) as sandbox:
        sandbox.load(LOOK, seed=1, calls=("go",))
        return sandbox.call("go"), sandbox


def test_a_gpus_sandbox_shows_what_cuda_asks_for_and_no_more(isolated, card, libcuda):
    seen, sandbox = look()
    assert (seen["uuid"], seen["addresses"]) == ("GPU-1234", True)
    assert seen["modes"] == ["0o755"]
    assert (seen["module"], seen["modules"]) == (True, ["kernel"])
    assert card.address in seen["bus"]
    assert seen["system"] == ["cpu", "node"]
    assert len(seen["devices"]) == 2  # the bus of the one card, and "system"
    assert seen["name of a thread"] == "open"
    assert seen["settings"] in ("Permission denied", "Read-only file system")
    assert seen["process 1"] == []
    assert seen["library"]
    assert sandbox.spent()["gpu_seconds"] == sandbox.spent()["seconds"] > 0


def test_the_drivers_folder_is_asked_once_and_told_to_the_evaluator(card, libcuda, monkeypatch):
    assert gpu.driver_folder() == libcuda
    monkeypatch.setenv("LD_LIBRARY_PATH", "")
    assert gpu.library_path() == {"LD_LIBRARY_PATH": libcuda}
    told = Job(task="imputation", tier="quick", code=b"", device="cuda").surroundings()
    assert told["LD_LIBRARY_PATH"] == told[gpu.DRIVER_FOLDER] == libcuda
    assert "LD_LIBRARY_PATH" not in Job(task="imputation", tier="quick", code=b"").surroundings()


def test_a_folder_where_the_loader_looks_anyway_is_not_named_to_it(monkeypatch):
    monkeypatch.setattr("runners.sandbox.gpu.driver_folder", lambda: f"/usr/lib/{os.uname().machine}-linux-gnu")
    assert gpu.library_path() == {}


GREEDY = """
import mmap
held = mmap.mmap(-1, 4 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)
"""


def test_what_is_imported_ahead_may_map_more_than_the_method_is_allowed(isolated, tmp_path, monkeypatch):
    """A torch that was built for CUDA does, on a machine without a GPU too."""
    (tmp_path / "greedy.py").write_text(GREEDY)
    monkeypatch.syspath_prepend(tmp_path)
    code = method("""
        import greedy, mmap
        for size in (64 << 20, 8 << 30):
            try:
                mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)
            except OSError as error:
                return [len(greedy.held), size, error.strerror]
    """)  # fmt: skip
    with Sandbox.start(limits=LIMITS, device="cpu", kit="greedy", preload=("greedy",)) as sandbox:
        sandbox.load(code, seed=1, calls=("go",))
        assert sandbox.call("go") == [4 << 30, 8 << 30, "Cannot allocate memory"]


def test_a_device_file_that_is_missing_is_our_error_and_named(isolated, monkeypatch):
    monkeypatch.setattr("runners.sandbox.sandbox.worker_gpu", lambda: STAND_IN)
    with pytest.raises(SandboxError, match="/dev/nvidia77"):
        Sandbox.start(limits=LIMITS, device="cuda", preload=())


def test_only_the_jobs_device_files_are_bound_and_before_dev_becomes_read_only():
    arguments = command(Box(uid=None, gpu=GPUS[1]), seccomp_fd=3, info_fd=4, settings="{}")
    bound = [arguments[at + 1] for at, argument in enumerate(arguments) if argument == "--dev-bind"]
    assert bound == ["/dev/nvidia1", "/dev/nvidiactl", "/dev/nvidia-uvm"]
    closed = next(at for at, pair in enumerate(pairwise(arguments)) if pair == ("--remount-ro", "/dev"))
    assert arguments.index("--dev") < arguments.index("/dev/nvidia1") < closed
    assert "--dev-bind" not in command(Box(uid=None), seccomp_fd=3, info_fd=4, settings="{}")


def test_a_device_file_of_a_group_makes_the_sandbox_a_member(tmp_path, monkeypatch):
    node = tmp_path / "nvidia77"
    node.touch(0o660)
    monkeypatch.setattr(Gpu, "nodes", (str(node),))
    monkeypatch.setattr(
        "runners.sandbox.gpu.Path.stat", lambda path: os.stat_result((0o20660, 0, 0, 1, 0, 44, 0, 0, 0, 0))
    )
    arguments = command(Box(uid=60_300, gpu=STAND_IN), seccomp_fd=3, info_fd=4, settings="{}")
    assert "--groups=44" in arguments
    assert "--clear-groups" not in arguments
    assert "--clear-groups" in command(Box(uid=60_300), seccomp_fd=3, info_fd=4, settings="{}")


def test_the_attempts_to_break_out_are_refused_by_a_gpus_recipe_too(isolated, card):
    outcomes, _ = probe._attempt("cuda")
    assert len(outcomes) >= 20
    assert all(outcome.startswith("refused: ") for outcome in outcomes.values())


def test_on_a_gpu_nothing_but_a_control_group_limits_memory(monkeypatch):
    monkeypatch.setattr("runners.sandbox.probe._attempt", lambda device: ({"become root": "refused: no"}, 7))
    monkeypatch.setattr("runners.sandbox.probe.writable_parents", lambda: (0, {}))
    found = probe.probe_isolation.__wrapped__("cuda")
    assert not found.ok
    assert "control group" in found.reason


@pytest.mark.parametrize(
    ("visible", "order", "uuids"),
    [
        (None, "", ["GPU-aaaa-1", "GPU-bbbb-2"]),
        ("GPU-bbbb-2", "", ["GPU-bbbb-2"]),
        ("GPU-bb,GPU-aa", "", ["GPU-bbbb-2", "GPU-aaaa-1"]),
        ("1,0", "PCI_BUS_ID", ["GPU-bbbb-2", "GPU-aaaa-1"]),
        ("", "", []),
        ("GPU-c", "", []),
        ("-1", "", []),
        ("GPU-a,GPU-c,GPU-b", "", ["GPU-aaaa-1"]),
    ],
)
def test_the_visible_cards_are_those_that_are_named_and_in_that_order(monkeypatch, visible, order, uuids):
    monkeypatch.setenv("CUDA_DEVICE_ORDER", order)
    assert [card.uuid for card in gpu.visible_of(GPUS, visible)] == uuids


@pytest.mark.parametrize(("visible", "reason"), [("1", "by its UUID"), ("MIG-7", "a whole one")])
def test_what_may_mean_another_card_or_is_a_part_of_one_is_refused_in_a_sentence(monkeypatch, visible, reason):
    monkeypatch.delenv("CUDA_DEVICE_ORDER", raising=False)
    with pytest.raises(SandboxError, match=reason):
        gpu.visible_of(GPUS, visible)


def test_a_divided_card_is_left_out_with_the_reason():
    split = Gpu("GPU-cccc-3", "C", 2, is_split=True)
    cards, refused = gpu.lendable([*GPUS, split], None)
    assert cards == GPUS
    assert len(refused) == 1
    assert "C is divided by MIG" in refused[0]


def test_gpu_memory_is_told_by_process_else_by_difference_else_not_at_all():
    """Numbers that are processes here are the driver's own; others come from outside a container."""
    mine, other, outside = os.getpid(), os.getppid(), 1 << 30
    nothing = Holding(600, ())
    assert held_by(Holding(900, ((mine, 100), (other, 31 << 30))), nothing, {mine}) == 100
    assert held_by(Holding(900, ((other, 31 << 30),)), nothing, {mine}) == 0, "never another process's"
    assert held_by(nothing, nothing, {mine}) == 0
    before = Holding(700, ((outside, 70),))
    assert held_by(Holding(950, ((outside, 320),)), before, {mine}) == 250
    assert held_by(Holding(950, ((outside, 320), (outside + 1, 9))), before, {mine}) is None, "somebody came"
    assert held_by(Holding(950, ((mine, None),)), Holding(700, ((mine, None),)), {mine}) == 250


class Told:
    """A driver that answers one thing after the other."""

    def __init__(self, *answers):
        self.answers = iter(answers)

    def __call__(self, uuid):
        answer = next(self.answers)
        if answer is None:
            raise SandboxError("lost")
        return answer


@pytest.mark.parametrize(
    ("answers", "peak", "idle"),
    [
        ((500, 500, 500), 500, True),
        ((500, 500, 900, 600), 900, False),
        ((500, 500, None, 900), 900, False),
        ((None, None, 900), None, False),
    ],
)
def test_a_method_that_leaves_the_gpu_alone_is_known_by_what_its_context_held(monkeypatch, answers, peak, idle):
    me = os.getpid()
    told = Told(*(answer and Holding(answer, ((me, answer),)) for answer in answers))
    monkeypatch.setattr("runners.sandbox.gpu_meter.ask_card", told)
    meter = GpuMeter(STAND_IN, me)
    meter.begin()
    for _ in answers[2:]:
        meter.look()
    assert (meter.peak_bytes, meter.is_idle) == (peak, idle)


def test_a_machine_without_a_driver_says_so_in_a_sentence(capsys):
    if gpu.find_gpus():
        pytest.skip("this machine has a GPU")
    with pytest.raises(SandboxError, match="driver doesn't answer"):
        gpu.ask_driver()
    assert main(["canary", "--gpu"]) == exits.METHOD
    assert capsys.readouterr().out.startswith("ok: False\nreason: the GPU's driver doesn't answer")
