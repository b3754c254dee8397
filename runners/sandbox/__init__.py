"""Runs foreign code apart from everything else. The only place that knows bubblewrap, seccomp and control groups."""

from runners.sandbox.errors import MethodFailure, SandboxError
from runners.sandbox.owner import end_orphans
from runners.sandbox.probe import Isolation, probe_isolation
from runners.sandbox.sandbox import Sandbox, preload_for

__all__ = ["Isolation", "MethodFailure", "Sandbox", "SandboxError", "end_orphans", "preload_for", "probe_isolation"]
