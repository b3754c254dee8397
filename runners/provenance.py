"""What a run's scores depend on, so that somebody else can get the same ones."""

import hashlib
import os
import platform
import shlex
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from runners import packages
from runners.job import Job


def provenance(job: Job, isolation: str) -> dict[str, Any]:
    """The facts of a job on this machine. Data are named by the protocol as it loads them, at the end of a run."""
    return {
        "task": job.task,
        "task_version": job.board.task.version,
        "tier": job.tier,
        "seeds": job.seeds or job.board.seeds,
        "code_sha256": hashlib.sha256(job.code).hexdigest(),
        "seed_commitment": hashlib.sha256(b"commitment" + job.seed_key).hexdigest(),
        "libraries": versions(),
        "machine": f"{platform.system()} {platform.machine()}",
        "device": job.device,
        "device_name": device_name(job.device),
        "isolation": isolation,
        "threads": os.environ.get("OMP_NUM_THREADS", "all"),
        "command": command(job),
    }


def command(job: Job) -> str:
    """What repeats the job; under the public key, since another one is secret."""
    who = ["--house", job.house or job.oracle] if job.house or job.oracle else ["method.py"]
    words = ["python", "-m", "runners", job.task, *who, "--tier", job.tier, "--device", job.device]
    if job.seeds is not None and job.seeds < job.board.seeds:
        words += ["--seeds", str(job.seeds)]
    for case in job.cases or ():
        words += ["--case", case]
    return shlex.join(words)


@cache
def versions() -> dict[str, str]:
    """Of Python and of every package that a method may use."""
    return {"python": platform.python_version(), **packages.versions()}


@cache
def device_name(device: str) -> str:
    """ "NVIDIA H100 80GB HBM3" or the processor's model."""
    if device == "cuda":
        words = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        if gpu := os.environ.get("CUDA_VISIBLE_DEVICES"):
            words += ["-i", gpu.split(",")[0]]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip().splitlines()[0]
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
