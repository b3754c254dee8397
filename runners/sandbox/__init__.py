"""Runs foreign code apart from everything else. The only place that knows bubblewrap, seccomp and control groups."""

from runners.sandbox.clock import Ledger
from runners.sandbox.errors import MethodFailure, SandboxError
from runners.sandbox.lending import Borrower, Lender
from runners.sandbox.preload import preload_for, shared
from runners.sandbox.probe import Isolation, check_gpu, probe_isolation, sweep, why_no_forks
from runners.sandbox.sandbox import Sandbox
from runners.sandbox.zygote import Asked, Forker, Zygote

__all__ = [
    "Asked",
    "Borrower",
    "Forker",
    "Isolation",
    "Ledger",
    "Lender",
    "MethodFailure",
    "Sandbox",
    "SandboxError",
    "Zygote",
    "check_gpu",
    "preload_for",
    "probe_isolation",
    "shared",
    "sweep",
    "why_no_forks",
]
