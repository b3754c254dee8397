"""Runs foreign code apart from everything else. The only place that knows bubblewrap, seccomp and control groups."""

from runners.sandbox.clock import Ledger
from runners.sandbox.errors import MethodFailure, SandboxError
from runners.sandbox.preload import preload_for
from runners.sandbox.probe import Isolation, check_gpu, probe_isolation, sweep
from runners.sandbox.sandbox import Sandbox

__all__ = [
    "Isolation",
    "Ledger",
    "MethodFailure",
    "Sandbox",
    "SandboxError",
    "check_gpu",
    "preload_for",
    "probe_isolation",
    "sweep",
]
