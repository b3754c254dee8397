"""Puts runs into a site's database, as if people had submitted them."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.site import ROOT

PAPERS = str(Path(__file__).parent / "papers")


def enqueue(site, *told):
    """Put runs into the site's database. Returns the board's seed key, and {run: kind of method}."""
    env = {**os.environ, **site.env, "DATA_DIR": str(site.folder), "SITE_URL": site.url}
    env |= {"REDIS_URL": f"redis+socket://{site.folder}/valkey.sock?virtual_host=0"}
    text = "\n".join(json.dumps({"author": "alice", "number": 0, "runs": 1} | row) for row in told)
    command = [sys.executable, "-m", "tests.faults.inside"]
    done = subprocess.run(command, cwd=ROOT, env=env, input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, *rows = map(json.loads, done.stdout.splitlines())
    return first["seed_key"], {row["run"]: row["kind"] for row in rows}
