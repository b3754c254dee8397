"""The one GPU of this worker: its device files, and what a job uses of it, asked of the driver from outside."""

import os
import re
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from runners.sandbox.errors import SandboxError

DRIVER = Path("/proc/driver/nvidia/gpus")
SHARED_NODES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")
QUERY = ("nvidia-smi", "--query-compute-apps=gpu_uuid,pid,used_gpu_memory", "--format=csv,noheader,nounits")


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
        asked = subprocess.run(QUERY, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxError(f"nvidia-smi doesn't answer: {error}") from error
    return parse_memory(asked.stdout, uuid, pids)


def parse_memory(rows: str, uuid: str, pids: Collection[int]) -> int:
    """Add up the rows "uuid, pid, MiB" of this GPU, those of `pids` if any of them is listed."""
    table = [[field.strip() for field in row.split(",")] for row in rows.splitlines() if row.count(",") == 2]
    here = [(int(pid), int(size) << 20) for gpu, pid, size in table if gpu == uuid and pid.isdigit() and size.isdigit()]
    mine = [size for pid, size in here if pid in pids]
    return sum(mine) if mine else sum(size for _, size in here)
