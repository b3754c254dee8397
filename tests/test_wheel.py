"""The package as somebody else has it: a wheel in an environment of its own, without the repository."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from leaderboard.models import ApiToken, Run
from runners.client import logins
from runners.job import ROOT
from runners.sandbox import probe_isolation
from tests.leaderboard.test_run_life import play_through

METHOD = """
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return np.where(np.isnan(x), np.nanmean(x, axis=0), x)
"""
UV = [sys.executable, "-m", "uv"]
OURS = ("claimcheck", "__editable__", "__pycache__")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The folder of an environment that has the wheel, and the packages that it needs, as pip would put them there."""
    folder = tmp_path_factory.mktemp("wheel")
    quiet = ("--offline", "-q")
    subprocess.run([*UV, "build", *quiet, "--wheel", "--no-build-isolation", "-o", folder, ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([*UV, "venv", *quiet, "--python", sys.executable, folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([*UV, "pip", "install", *quiet, "--no-deps", "--python", python, wheel], check=True)
    site = next((folder / "venv" / "lib").glob("python*/site-packages"))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(OURS) and not (site / entry.name).exists():
            (site / entry.name).symlink_to(entry)
    return folder


@pytest.fixture
def begin(fresh, tmp_path):
    """Start `claimcheck` there, in an empty folder that knows nothing of the repository."""
    known = ("PATH", "HOME", "DATA_MIRROR", "DATA_CACHE", logins.SITE, logins.TOKEN)
    (tmp_path / "method.py").write_text(METHOD)

    def start(*words, program="claimcheck"):
        env = {name: os.environ[name] for name in known if name in os.environ}
        words = [fresh / "venv" / "bin" / program, *words]
        return subprocess.Popen(words, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return start


@pytest.fixture
def command(begin):
    """Carry it out: how it ended, and what it said."""

    def run(*words, **options):
        with begin(*words, **options) as process:
            out, err = process.communicate(timeout=280)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    return run


@pytest.mark.slow
@pytest.mark.sandbox
def test_a_wheel_runs_reports_compares_and_repeats_without_the_repository(command, tmp_path):
    if not probe_isolation().ok:
        pytest.skip(probe_isolation().reason)
    assert "Exit status:" in command("--help").stdout
    where = command(
        "-c", "import claimcheck, runners; print(claimcheck.evaluate.__module__, runners.__file__)", program="python"
    )
    assert str(ROOT) not in where.stdout, where.stderr
    done = command("run", "imputation", "method.py", "--case", "breast/mcar-50", "--seeds", "1")
    assert done.returncode == 0, done.stderr
    assert "Among what was recorded it would stand at" in done.stdout
    results = tmp_path / "results" / "imputation-quick-method"
    assert "Plotly" in (results / "report.html").read_text()
    first = json.loads((results / "result.json").read_text())
    again = command(*first["provenance"]["command"].split()[1:])
    assert again.returncode == 0, again.stderr
    assert (
        json.loads((tmp_path / "results/imputation-quick-method-2/result.json").read_text())["scores"]
        == first["scores"]
    )
    compared = command("compare", str(results), "--house", "gain")
    assert "GAIN (paper) − method.py" in compared.stdout, compared.stderr


@pytest.mark.slow
def test_a_wheel_submits_to_a_site_and_follows(begin, live_server, django_user_model, monkeypatch):
    author = django_user_model.objects.create_user("alice", password="correct horse")
    monkeypatch.setenv(logins.SITE, live_server.url)
    monkeypatch.setenv(logins.TOKEN, ApiToken.issue(author, "laptop")[1])
    with begin("submit", "imputation", "method.py", "--name", "Means", "--public-code", "--follow") as process:
        address = process.stdout.readline()
        assert address.startswith(live_server.url), process.stderr.read()
        play_through(Run.objects.get())
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "rank 1 of 1 by Skill" in out
