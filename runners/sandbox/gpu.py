"""The one GPU of this worker: its device files, and what a job uses of it, asked of the driver from outside."""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pynvml

from runners.sandbox.errors import SandboxError

DRIVER = Path("/proc/driver/nvidia/gpus")
SHARED_NODES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")


@dataclass(frozen=True)
class Gpu:
    """One GPU as the driver describes it; `minor` is the number of its device file."""

    uuid: str
    name: str
    minor: int

    @property
    def nodes(self) -> tuple[str, ...]:
        """The device files that a job on this GPU needs, and no other GPU's."""
        return (f"/dev/nvidia{self.minor}", *SHARED_NODES)


def find_gpus(driver: Path = DRIVER) -> list[Gpu]:
    """The machine's GPUs by device file; none without the driver."""
    return sorted(
        (parse_information(file.read_text()) for file in driver.glob("*/information")), key=lambda gpu: gpu.minor
    )


def parse_information(text: str) -> Gpu:
    """Read one /proc/driver/nvidia/gpus/*/information."""
    fields = dict(re.findall(r"^([^:\n]+):\s*(.*?)\s*$", text, re.MULTILINE))
    return Gpu(uuid=fields["GPU UUID"], name=fields["Model"], minor=int(fields["Device Minor"]))


def worker_gpu() -> Gpu:
    """The GPU of this worker: the first one that CUDA_VISIBLE_DEVICES names by UUID or index, or else the first of all.

    Raises SandboxError where there is none.
    """
    return choose(find_gpus(), os.environ.get("CUDA_VISIBLE_DEVICES"))


def choose(gpus: list[Gpu], visible: str | None) -> Gpu:
    wanted = "0" if visible is None else visible.split(",")[0].strip()
    for index, gpu in enumerate(gpus):
        if wanted == str(index) or (wanted and gpu.uuid.startswith(wanted)):
            return gpu
    raise SandboxError(f"no GPU for this job: {len(gpus)} found, CUDA_VISIBLE_DEVICES is {visible!r}")


def gpu_memory(uuid: str, pids: Collection[int]) -> int:
    """Bytes of GPU memory that these processes hold now.

    Where the driver can't tell processes apart (in a container), everything on this GPU counts: a worker runs one job
    at a time. Raises SandboxError where the driver doesn't answer.
    """
    try:
        pynvml.nvmlInit()
        try:
            device = pynvml.nvmlDeviceGetHandleByUUID(uuid)
            rows = [(row.pid, row.usedGpuMemory) for row in pynvml.nvmlDeviceGetComputeRunningProcesses(device)]
        finally:
            pynvml.nvmlShutdown()
    except pynvml.NVMLError as error:
        raise SandboxError(f"the GPU's driver doesn't answer: {error}") from error
    return held_by(rows, pids)


def held_by(rows: Collection[tuple[int, int | None]], pids: Collection[int]) -> int:
    """Add up (pid, bytes) of one GPU, those of `pids` if any of them is listed; None where the driver doesn't know."""
    known = [(pid, size) for pid, size in rows if size is not None]
    mine = [size for pid, size in known if pid in pids]
    return sum(mine) if mine else sum(size for _, size in known)
