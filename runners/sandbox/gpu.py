"""The one GPU of this worker: what its sandboxes must see of it, and what a job uses of it, asked from outside."""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from runners.sandbox.errors import SandboxError

CARDS = Path(__file__).with_name("cards.py")
PATIENCE = 30  # seconds: a driver that has to wake its card takes some
SHARED_NODES = ("/dev/nvidiactl", "/dev/nvidia-uvm")
OPTIONAL_NODES = ("/dev/nvidia-uvm-tools",)
DRIVER_FOLDER = "NVIDIA_DRIVER_FOLDER"  # environment: where libcuda lies, once somebody has asked
LOADERS_OWN = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", f"/usr/lib/{platform.machine()}-linux-gnu")
PCI = Path("/sys/bus/pci/devices")
MODULES = "nvidia*"  # the kernel's names of the driver
SHOW_LIBCUDA = """
import ctypes, os
ctypes.CDLL("libcuda.so.1")
print({os.path.realpath(line.split()[-1]) for line in open("/proc/self/maps") if "/libcuda.so" in line}.pop())
"""


@dataclass(frozen=True)
class Gpu:
    """One GPU as the driver describes it; `minor` is the number of its device file, `address` its place on the PCI bus."""

    uuid: str
    name: str
    minor: int
    address: str = ""
    memory_bytes: int = 0
    capability: str = ""
    is_split: bool = False

    @property
    def nodes(self) -> tuple[str, ...]:
        """The device files that a job on this GPU needs, and no other GPU's."""
        return (f"/dev/nvidia{self.minor}", *SHARED_NODES)

    def require_nodes(self) -> None:
        """Raises SandboxError for a device file that isn't there."""
        for node in self.nodes:
            if not Path(node).exists():
                remedy = f"`nvidia-modprobe -u -c {self.minor}` as root makes it, where the driver is loaded"
                raise SandboxError(f"the device file {node} of {self.name} is missing: {remedy}")

    @property
    def groups(self) -> tuple[int, ...]:
        """The groups that may open these files, where not everybody may."""
        found = [Path(node).stat() for node in self.nodes if Path(node).exists()]
        return tuple(sorted({stat.st_gid for stat in found if stat.st_mode & 0o006 != 0o006 and stat.st_gid}))

    def kernel_folders(self) -> Iterator[str]:
        """What CUDA reads below /sys: the modules' state, processors and their memory, this card's own entry."""
        yield from sorted(str(path) for path in Path("/sys/module").glob(MODULES))
        yield from ("/sys/devices/system/cpu", "/sys/devices/system/node")
        if self.address and (PCI / self.address).exists():
            yield from (str(PCI), str((PCI / self.address).resolve()))


@dataclass(frozen=True)
class Driver:
    """What the driver says: its version, the newest CUDA that it runs, its cards by their PCI addresses."""

    version: str
    cuda: str
    cards: tuple[Gpu, ...]


def ask_driver() -> Driver:
    """Ask in a process of its own, within a time. Raises SandboxError with what keeps it from answering."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(CARDS)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
        )
        told: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise SandboxError(f"the GPU's driver did not answer within {PATIENCE} s") from None
    except (OSError, ValueError) as error:
        raise SandboxError(f"the GPU's driver can't be asked: {error}") from None
    if "error" in told:
        raise SandboxError(f"the GPU's driver doesn't answer: {told['error']}")
    return Driver(told["driver"], told["cuda"], tuple(Gpu(**card) for card in told["cards"]))


def find_gpus() -> list[Gpu]:
    """This machine's GPUs in the order of their PCI addresses; none without a driver that answers."""
    try:
        return list(ask_driver().cards)
    except SandboxError:
        return []


@cache
def worker_gpu() -> Gpu:
    """The GPU of this worker: the first one that CUDA_VISIBLE_DEVICES names, or else the first of all. Asked once.

    Raises SandboxError where there is none, or none that can be lent to a sandbox.
    """
    require_device_files()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    cards = list(ask_driver().cards)
    chosen = visible_of(cards, visible)
    if not chosen:
        raise SandboxError(f"no GPU for this job: {len(cards)} found, CUDA_VISIBLE_DEVICES is {visible!r}")
    if reason := why_not(chosen[0]):
        raise SandboxError(reason)
    return chosen[0]


def lendable(cards: list[Gpu], visible: str | None) -> tuple[list[Gpu], list[str]]:
    """Of the visible cards those that can be lent to sandboxes, and why others can't. Raises SandboxError."""
    require_device_files()
    chosen = visible_of(cards, visible)
    return [card for card in chosen if not why_not(card)], [why_not(card) for card in chosen if why_not(card)]


def require_device_files() -> None:
    """Raises SandboxError where the machine has a card of another kind."""
    if Path("/dev/dxg").exists() and not Path("/dev/nvidiactl").exists():
        raise SandboxError("a GPU of Windows (WSL) has no device file of its own that a sandbox could be given")


def why_not(card: Gpu) -> str:
    """Why a card can't be lent to a sandbox, or ""."""
    if card.is_split:
        return f"{card.name} is divided by MIG, whose parts can't be told apart from outside: switch it off"
    return ""


def visible_of(cards: list[Gpu], visible: str | None) -> list[Gpu]:
    """The cards that a CUDA_VISIBLE_DEVICES names, in its order: by UUID or its beginning.

    An index counts in the order of PCI addresses, which is CUDA's where there is one card or CUDA_DEVICE_ORDER says so;
    elsewhere it could mean another card than its author thinks. Raises SandboxError.
    """
    if visible is None:
        return cards
    chosen = []
    for word in filter(None, map(str.strip, visible.split(","))):
        if word.startswith("MIG-"):
            raise SandboxError(f"CUDA_VISIBLE_DEVICES names a part of a card, {word}: a worker needs a whole one")
        if word.isdigit() and len(cards) > 1 and os.environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID":
            raise SandboxError(
                f"CUDA_VISIBLE_DEVICES={visible} may mean any of {len(cards)} cards: name it by its UUID"
            )
        found = cards[int(word) : int(word) + 1] if word.isdigit() else [c for c in cards if c.uuid.startswith(word)]
        if not found:
            break  # as CUDA does: what comes after an unknown one isn't there
        chosen += found[:1]
    return chosen


@cache
def driver_folder() -> str:
    """Where the driver's libraries really lie; "" where libcuda can't be loaded. Asked once, then told to children.

    Links to it may lead through folders that a sandbox has not, and LD_LIBRARY_PATH is not handed on to it.
    """
    if told := os.environ.get(DRIVER_FOLDER):
        return told
    try:
        done = subprocess.run([sys.executable, "-c", SHOW_LIBCUDA], capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return str(Path(done.stdout.strip()).parent) if done.returncode == 0 else ""


def library_path() -> dict[str, str]:
    """The variable with which the driver's libraries are found.

    None where the loader looks there by itself: its other libraries must not come before those that torch brings.
    """
    folder = driver_folder()
    return {} if not folder or folder in LOADERS_OWN else {"LD_LIBRARY_PATH": folder}


def driver_environment() -> dict[str, str]:
    """What an evaluator must be told to find the driver."""
    return {DRIVER_FOLDER: driver_folder(), **library_path()} if driver_folder() else {}


def make_nodes(gpu: Gpu) -> None:
    """Let the driver's own helper load its memory module and make the device files: inside a sandbox it can't."""
    if helper := shutil.which("nvidia-modprobe"):
        words = [helper, "-u", "-c", str(gpu.minor)]
        try:
            subprocess.run(words, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired):
            return  # a file that is missing is named when the sandbox starts
