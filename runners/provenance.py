"""What a run's scores depend on, so that somebody else can get the same ones."""

import hashlib
import os
import platform
import shlex
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from runners import packages
from runners.job import Job, commitment
from runners.sandbox.gpu import ask_driver, worker_gpu


def provenance(job: Job, isolation: str) -> dict[str, Any]:
    """The facts of a job on this machine. Data are named by the protocol as it loads them, at the end of a run."""
    return {
        "task": job.task,
        "task_version": job.board.task.version,
        "tier": job.tier,
        "seeds": job.seeds or job.board.seeds,
        "code_sha256": hashlib.sha256(job.code).hexdigest(),
        "seed_commitment": commitment(job.seed_key),
        "libraries": versions(),
        "machine": f"{platform.system()} {platform.machine()}",
        "device": job.device,
        "device_name": device_name(job.device),
        **(graphics() if job.device == "cuda" else {}),
        "isolation": isolation,
        "threads": os.environ.get("OMP_NUM_THREADS", "all"),
        "command": command(job),
    }


def command(job: Job, *, file: str = "method.py") -> str:
    """What repeats the job; under the public key, since another one is secret. file: how the method's is called."""
    who = ["--house", job.house or job.oracle] if job.house or job.oracle else [file]
    words = ["claimcheck", "run", job.task, *who, "--tier", job.tier, "--device", job.device]
    if job.seeds is not None and job.seeds < job.board.seeds:
        words += ["--seeds", str(job.seeds)]
    for seed in job.only_seeds or ():
        words += ["--seed", str(seed)]
    for case in job.cases or ():
        words += ["--case", case]
    if job.mode == "inprocess":
        words.append("--no-sandbox")
    return shlex.join(words)


@cache
def graphics() -> dict[str, str]:
    """What a GPU's numbers depend on beside the libraries' versions: the driver, the card, and torch's build."""
    driver, build = ask_driver(), metadata.version("torch")
    cudnn = next((d.version for d in metadata.distributions() if d.name.startswith("nvidia-cudnn")), "torch's own")
    cuda = next(
        (d.version for d in metadata.distributions() if d.name.startswith("nvidia-cuda-runtime")), "torch's own"
    )
    return {
        "driver": driver.version,
        "torch_build": build,
        "cuda": cuda,
        "cudnn": cudnn,
        "capability": worker_gpu().capability,
        "arithmetic": "no TF32, deterministic algorithms where there are any",
    }


@cache
def versions() -> dict[str, str]:
    """Of Python and of every package that a method may use."""
    return {"python": platform.python_version(), **packages.versions()}


@cache
def device_name(device: str) -> str:
    """ "NVIDIA H100 80GB HBM3" or the processor's model. Raises SandboxError without a GPU."""
    if device == "cuda":
        return worker_gpu().name
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
