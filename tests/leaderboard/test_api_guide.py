"""docs/api.md, run: its commands submit a method and follow the run with curl."""

import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from django.utils import timezone

from leaderboard.api.endpoints import api
from leaderboard.models import ApiToken, Run
from tests.leaderboard.conftest import CODE

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)```$", GUIDE, re.M | re.S)


@pytest.mark.slow
def test_the_commands_of_the_guide_submit_and_follow_a_run(live_server, alice, tmp_path):
    (tmp_path / "method.py").write_bytes(CODE)
    env = {"PATH": os.environ["PATH"], "SITE": live_server.url, "TOKEN": ApiToken.issue(alice, "curl")[1]}
    _, submit, follow = BLOCKS
    told = subprocess.run(["sh", "-ec", submit], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    run = Run.objects.get(pk=json.loads(told.stdout)["run"])
    assert (run.status, run.submission.author) == ("queued", alice)
    process = subprocess.Popen(["sh", "-ec", follow], cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True)
    time.sleep(1.5)
    assert process.poll() is None, "it waits while the run is queued"
    Run.objects.filter(pk=run.pk).update(status="finished", ended=timezone.now())
    out, _ = process.communicate(timeout=60)
    assert out.strip() == "finished 0 scores None"


def test_the_guide_names_every_operation():
    described = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    text = GUIDE.replace("{id}", "{submission}")
    for _, path in described:
        assert path.rstrip("/") in text, path
