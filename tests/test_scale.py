"""A site on many machines, as docs/scale.md has it: its files are read by what reads such files, and start what there is."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "scale"
UNITS = sorted(FOLDER.glob("*.service"))
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
QUEUES = {"cpu", "gpu", "results", "aside"}
STARTED = {"web", "recorder", "clock", "aside", "cpu", "gpu"}


def command_of(unit):
    return re.search(r"^ExecStart=(.*)$", unit.read_text(), re.M)[1].replace("%%", "%").split()


COMMANDS = {f"service {name}": COMPOSE["services"][name]["command"] for name in sorted(STARTED)}
COMMANDS |= {unit.name: command_of(unit) for unit in UNITS}


def test_both_ways_start_the_same_parts():
    assert {re.match(r"claimcheck-(\w+)", unit.name)[1] for unit in UNITS} == STARTED


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_command_starts_what_there_is(words):
    program, *rest = words
    assert program.removeprefix("/srv/claimcheck/") in (".venv/bin/python", ".venv/bin/celery")
    if "-m" in rest:
        assert (ROOT / f"{rest[rest.index('-m') + 1].replace('.', '/')}.py").exists()
    else:
        assert rest[rest.index("-A") + 1] in ("leaderboard", "runners")
        assert "beat" in rest or rest[rest.index("-Q") + 1] in QUEUES


def test_runners_know_the_broker_and_nothing_else():
    for name in ("cpu", "gpu"):
        known = set(COMPOSE["services"][name]["environment"])
        assert known <= {"REDIS_URL", "RUNNER_DEVICE", "NVIDIA_DRIVER_CAPABILITIES"}
        assert "volumes" not in COMPOSE["services"][name]


def test_what_the_site_is_told_are_settings_of_the_readme():
    readme = (ROOT / "README.md").read_text()
    told = set(COMPOSE["services"]["web"]["environment"])
    assert {name for name in told if f"`{name}`" not in readme and not name.startswith("AWS_")} == set()


def test_what_waits_is_waited_for():
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= set(services), name
    kept = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert kept == set(COMPOSE["volumes"])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_systemd_takes_a_unit(unit, tmp_path):
    text = unit.read_text().replace("/srv/claimcheck/.venv/bin/", "/usr/bin/env ").replace("nvidia-modprobe", "env")
    (tmp_path / unit.name).write_text(text)
    told = subprocess.run(["systemd-analyze", "verify", tmp_path / unit.name], capture_output=True, text=True)
    said = [line for line in told.stderr.splitlines() if unit.stem.partition("@")[0] in line]
    assert [line for line in said if "DelegateSubgroup" not in line] == [], "new in systemd 254"
