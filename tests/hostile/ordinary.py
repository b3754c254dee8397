"""Runs a command as an ordinary user, for tests that root starts.

What the user has to read may lie under folders that are root's alone (a checkout or an interpreter in /root). The
command then gets a mount namespace of its own, in which those folders are empty but for what it needs. Nothing is
copied or changed.
"""

import contextlib
import os
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

from runners.sandbox.cgroup import writable_parents

UID = 61_234  # nobody's
STAGES = (Path("/mnt"), Path("/media"), Path("/srv"))  # of no use to the command: covered in its own mount namespace
PROJECT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def delegated():
    """Control groups that an ordinary user may divide, by controller; none where they are not of version 1."""
    version, parents = writable_parents()
    folders = {name: parent / f"claimcheck-ordinary-{os.getpid()}" for name, parent in parents.items() if version == 1}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
        for path in (folder, folder / "cgroup.procs", folder / "tasks"):
            os.chown(path, UID, UID)
    try:
        yield folders
    finally:
        for folder in set(folders.values()):
            for each in (*folder.glob("claimcheck-sandbox.*"), folder):
                each.rmdir()


def command(arguments, groups=()):
    """Return the command line that runs `arguments` as an ordinary user in the project's folder, in these control groups."""
    needed = list(dict.fromkeys(Path(path) for path in (sys.base_prefix, sys.prefix, PROJECT)))
    stage = next(folder for folder in STAGES if folder.is_dir() and not any(folder in path.parents for path in needed))
    steps = ["set -e", *(f"echo $$ > {folder}/cgroup.procs" for folder in groups), f"mount -t tmpfs none {stage}"]
    closed = list(dict.fromkeys(folder for path in needed if (folder := closed_folder(path))))
    hidden = [path for path in needed if closed_folder(path)]
    for number, path in enumerate(hidden):
        steps += [f"mkdir {stage}/{number}", f"mount --bind {shlex.quote(str(path))} {stage}/{number}"]
    steps += [f"mount -t tmpfs -o mode=755 none {shlex.quote(str(folder))}" for folder in closed]
    for number, path in enumerate(hidden):
        steps += [f"mkdir -p {shlex.quote(str(path))}", f"mount --bind {stage}/{number} {shlex.quote(str(path))}"]
    steps += [f"cd {shlex.quote(str(PROJECT))}", f"exec {shlex.join([*change(), *arguments])}"]
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", "\n".join(steps)]


def change():
    rights = ["--reuid", str(UID), "--regid", str(UID), "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
    return ["setpriv", *rights, "--", "env", "-i", "PATH=/usr/bin:/bin", "HOME=/tmp", "OMP_NUM_THREADS=1"]


def closed_folder(path):
    """The uppermost folder on the way to `path` that an ordinary user can't pass; None where all are open."""
    for folder in [*reversed(path.parents), path]:
        if not folder.stat().st_mode & 0o001:
            return folder
    return None


@cache
def why_not():
    """Why an ordinary user can't be had here; "" where one can."""
    if os.geteuid() != 0:
        return "only root can become somebody else"
    tried = subprocess.run(
        command([sys.executable, "-c", "import numpy, runners.sandbox"]), capture_output=True, text=True
    )
    return "" if tried.returncode == 0 else f"an ordinary user can't run this checkout: {tried.stderr.strip()[-300:]}"
