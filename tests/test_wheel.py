"""The package as somebody else has it: a wheel in an environment of its own, without the repository."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from runners.job import ROOT
from runners.sandbox import probe_isolation

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
def command(fresh, tmp_path):
    """Run `claimcheck` there, in an empty folder that knows nothing of the repository."""
    known = ("PATH", "HOME", "DATA_MIRROR", "DATA_CACHE")
    env = {name: os.environ[name] for name in known if name in os.environ}

    def run(*words, program="claimcheck"):
        words = [fresh / "venv" / "bin" / program, *words]
        return subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=280)

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
    (tmp_path / "method.py").write_text(METHOD)
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
