"""A method that tries to break out, for the self-test: each attempt must be refused. Standard library only.

On a GPU it also computes there, with torch, and tells what it found.
"""

import ctypes
import importlib
import mmap
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

AF_VSOCK, AF_ALG = 40, 38
IO_URING = 425  # the same on every machine
NUMBERS = {"x86_64": (101, 165, 272, 321, 250), "aarch64": (117, 40, 97, 280, 219)}
PTRACE, MOUNT, UNSHARE, BPF, KEYCTL = NUMBERS[os.uname().machine]
CLONE_NEWUSER = 0x10000000
GOT_THROUGH = "got through"
SIDE = 256  # of the matrices


class Method:
    """`attempt` returns {what was tried: "got through" or how it was refused}, `compute` what the GPU is and does."""

    def __init__(self, seed: int, device: str) -> None:
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.device = device

    def attempt(
        self, secret_file: str, secret_variable: str, outside: dict[str, str], processes: int
    ) -> dict[str, str]:
        attempts: dict[str, Callable[[], object]] = {
            "read a file of the project": lambda: Path(secret_file).read_bytes(),
            "read /etc/passwd": lambda: Path("/etc/passwd").read_bytes(),
            "find a secret in any environment": lambda: _environments(secret_variable),
            "write outside the temporary folder": lambda: Path("/box/planted").write_text("x"),
            "write into the interpreter": lambda: os.open(os.__file__, os.O_WRONLY),
            "write the kernel's settings": lambda: os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY),
            "share a namespace": lambda: _namespaces(outside),
            "see a process outside": lambda: _others(processes),
            "open an internet socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            "open an internet 6 socket": lambda: socket.socket(socket.AF_INET6),
            "open a socket to the machine's host": lambda: socket.socket(AF_VSOCK, socket.SOCK_STREAM),
            "open a socket to the kernel's ciphers": lambda: socket.socket(AF_ALG, socket.SOCK_SEQPACKET),
            "become root": lambda: os.setuid(0),
            "hold a capability": _capabilities,
            "trace a process": lambda: self._call(PTRACE, 16, os.getppid(), 0, 0),
            "mount a file system": lambda: self._call(MOUNT, b"none", b"/tmp", b"tmpfs", 0, 0),
            "make a user namespace": lambda: self._call(UNSHARE, CLONE_NEWUSER),
            "load a kernel program": lambda: self._call(BPF, 0, 0, 0),
            "reach a keyring": lambda: self._call(KEYCTL, 0, -1, 0),
            "queue calls past the filter": lambda: self._call(IO_URING, 1, ctypes.create_string_buffer(120)),
            "fork without end": lambda: _forks(processes),
            "fill the temporary folder": _fill,
        }
        if self.device == "cpu":  # CUDA needs its addresses without limit: there a control group must hold
            attempts["map memory without end"] = lambda: mmap.mmap(-1, 1 << 40)
        return {name: _try(attempt) for name, attempt in attempts.items()}

    def compute(self) -> dict[str, str]:
        """Multiply two matrices of whole numbers on the GPU; raises ArithmeticError where the product is wrong."""
        torch = importlib.import_module("torch")
        left, right = (torch.arange(SIDE * SIDE).reshape(SIDE, SIDE) % prime for prime in (7, 11))
        product = (left.double().to("cuda") @ right.double().to("cuda")).cpu()
        if not torch.equal(product, (left @ right).double()):
            raise ArithmeticError("the GPU multiplies wrongly")
        return {
            "name": torch.cuda.get_device_name(),
            "capability": "{}.{}".format(*torch.cuda.get_device_capability()),
            "torch": str(torch.__version__),
            "cuda": str(torch.version.cuda),
            "cudnn": str(torch.backends.cudnn.version()),
        }

    def _call(self, number: int, *arguments: object) -> None:
        if self.libc.syscall(number, *arguments) < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _try(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except (OSError, MemoryError, LookupError, OverflowError) as error:
        return f"refused: {error}"
    return GOT_THROUGH


def _environments(secret: str) -> None:
    for file in (Path("/proc/self/environ"), *Path("/proc").glob("[0-9]*/environ"), Path("/proc/1/environ")):
        try:
            if secret.encode() in file.read_bytes():
                return
        except OSError:
            continue
    raise LookupError("not there")


def _namespaces(outside: dict[str, str]) -> None:
    if not any(os.readlink(f"/proc/self/ns/{name}") == number for name, number in outside.items()):
        raise LookupError("all its own")


def _others(processes: int) -> None:
    if len([name for name in os.listdir("/proc") if name.isdigit()]) <= processes:
        raise LookupError("only the sandbox's own")


def _capabilities() -> None:
    lines = Path("/proc/self/status").read_text().splitlines()
    if all(
        int(line.split()[1], 16) == 0 for line in lines if line.startswith(("CapEff", "CapPrm", "CapInh", "CapAmb"))
    ):
        raise LookupError("none")


def _forks(processes: int) -> None:
    """Fork until the limit; the children end with us or after a second."""
    children = []
    try:
        for _ in range(processes + 8):
            child = os.fork()
            if child == 0:
                time.sleep(1)
                os._exit(0)
            children.append(child)
    finally:
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)


def _fill() -> None:
    """Write until the file system or a limit says no."""
    block = bytes(1 << 20)
    paths = [Path(f"/tmp/{number}") for number in range(8)]  # noqa: S108
    try:
        for path in paths:
            with path.open("wb") as file:
                for _ in range(64):
                    file.write(block)
    finally:
        for path in paths:
            path.unlink(missing_ok=True)
