"""Runs foreign code apart from everything else. The only place that knows bubblewrap, seccomp and control groups."""

from runners.sandbox.errors import MethodFailure, SandboxError
from runners.sandbox.probe import Isolation, probe_isolation, sweep
from runners.sandbox.sandbox import Sandbox, preload_for

__all__ = ["Isolation", "MethodFailure", "Sandbox", "SandboxError", "preload_for", "probe_isolation", "sweep"]
