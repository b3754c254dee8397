"""Runs pytest against a private PostgreSQL cluster: `python -m tests.postgres tests/leaderboard`.

The cluster lives in a temporary folder under an ordinary uid (PostgreSQL refuses root) and is gone afterwards.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

UNSAFE_BUT_FAST = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def programs():
    """The folder of initdb and pg_ctl, or None. Debian keeps them off the PATH."""
    places = [Path(found).parent for found in [shutil.which("initdb")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "pg_ctl").exists()), None)


@contextmanager
def cluster(bin_folder):
    """Yield the DATABASE_URL of a running cluster."""
    folder = tempfile.mkdtemp(prefix="pg-")  # short: the socket's path may have 107 bytes
    user = None
    if os.getuid() == 0:
        user = "nobody"
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)

    def call(program, *words):
        command = [str(bin_folder / program), "-D", f"{folder}/data", *words]
        subprocess.run(command, check=True, cwd=folder, user=user, stdout=subprocess.DEVNULL)

    try:
        call("initdb", "-A", "trust", "-U", "app", "--no-sync", "-E", "UTF8", "--no-instructions")
        call("pg_ctl", "-w", "-l", f"{folder}/log", "-o", f"{UNSAFE_BUT_FAST} -k {folder}", "start")
        try:
            yield f"postgres://app@/postgres?host={folder}"
        finally:
            call("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    bin_folder = programs()
    if bin_folder is None:
        print("skipped: the same tests on PostgreSQL, because no server is installed (apt-get install postgresql)")
        return 1 if os.environ.get("CLAIMCHECK_TEST_EVERYTHING") == "1" else 0
    with cluster(bin_folder) as url:
        print("the same tests on PostgreSQL:", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", *sys.argv[1:]]
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
