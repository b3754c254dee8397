"""A site without runners of its own, and one worker apart from it: reruns by schedule, logs, and repeating a run."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from runners.sandbox import probe_isolation
from tests.far import Worker
from tests.faults.enqueue import PAPERS, enqueue
from tests.site import ROOT, Site

pytestmark = [
    pytest.mark.slow,
    pytest.mark.sandbox,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not probe_isolation().ok, reason=probe_isolation().reason),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(
        tmp_path_factory.mktemp("site"), PAPERS_PATH=PAPERS, HOUSE_METHODS="no", CPU_RUNNERS="0", LOG_FORMAT="json"
    )
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="module")
def worker(site):
    folder = Path(tempfile.mkdtemp(prefix="far-"))  # short: a socket's path may have 107 bytes
    worker = Worker(site, folder, PAPERS_PATH=PAPERS, LOG_FORMAT="json")
    yield worker
    worker.stop()


@pytest.fixture(scope="module")
def run(site, worker):
    """A run that the far worker finished."""
    key, kinds = enqueue(site, {"kind": "noisy"})
    (pk,) = kinds
    site.wait_for(lambda: told(site, pk)["status"] in ("finished", "failed"), 240)
    return {"seed_key": key, **told(site, pk)}


def told(site, pk):
    return site.get(f"/api/v1/runs/{pk}").json()


def scores(document):
    return {(row["case"], row["seed"], row["metric"]): row["value"] for row in document["scores"]}


def test_a_worker_without_the_sites_files_database_and_network_evaluates_its_runs(site, worker, run):
    assert (run["status"], run["attempt"]) == ("finished", 1), worker.said()
    assert len(scores(run)) == 3
    assert not (worker.folder / "leaderboard").exists()
    if worker.is_apart:
        environment = Path(f"/proc/{worker.process.pid}/root{site.folder}")
        assert list(environment.iterdir()) == [], "the worker sees an empty folder where the site's data are"
        interfaces = Path(f"/proc/{worker.process.pid}/net/dev").read_text().splitlines()[2:]
        assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]


def test_logs_are_json_with_the_runs_id(site, worker, run):
    lines = [json.loads(line) for line in [*site.lines, *worker.said().splitlines()]]
    about = [line for line in lines if line.get("run") == run["id"]]
    assert {"started", "finished", "begins"} <= {line["message"] for line in about}
    assert all(line["attempt"] == 1 for line in about)
    assert {"time", "level", "logger", "message"} <= about[0].keys()


def test_the_printed_command_repeats_the_run(site, run, tmp_path):
    """With public seeds it gives the same scores again and again; with the site's own, exactly the site's scores."""
    command = site.get(f"/runs/{run['id']}/provenance.json").json()["command"]
    assert command in site.get(f"/submissions/{run['submission']}/").text.replace("&amp;", "&")
    environment = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment |= {"PYTHONPATH": str(ROOT), "PAPERS_PATH": PAPERS}

    def repeated(name, more=""):
        folder = tmp_path / name
        folder.mkdir()
        line = f"{command} --json out.json {more}"
        subprocess.run(["bash", "-c", line], cwd=folder, env=environment, check=True, capture_output=True)
        return scores(json.loads((folder / "out.json").read_text()))

    assert repeated("once") == repeated("twice")
    assert repeated("secret", f"--seed-key {shlex.quote(run['seed_key'])}") == scores(run)
    assert repeated("third") != scores(run), "the site's seeds are secret"


def test_a_rerun_that_an_admin_schedules_fires_by_itself_and_appears_in_the_history(site, worker, run):
    session = site.signed_in()
    every_minute = dict.fromkeys(("minute", "hour", "day_of_month", "month_of_year", "day_of_week"), "*")
    inline = {"periodictask_set-TOTAL_FORMS": 0, "periodictask_set-INITIAL_FORMS": 0}
    site.post(session, "/admin/django_celery_beat/crontabschedule/add/", **every_minute, timezone="UTC", **inline)
    listed = site.post(
        session, "/admin/leaderboard/rerunschedule/add/",
        name="every minute", tier="quick", submissions=run["submission"], crontab=crontab(site, session),
    ).text  # fmt: skip
    assert "every minute" in listed
    page = f"/submissions/{run['submission']}/"
    site.wait_for(lambda: "schedule: every minute" in site.get(page).text, 150)
    site.wait_for(lambda: site.get(page).text.count('class="state finished"') >= 2, 240)
    assert 'data-figure="history-figure"' in site.get(page).text
    changelist = "/admin/leaderboard/rerunschedule/"
    paused = site.post(session, changelist, action="pause", _selected_action=1).text
    assert "1 schedules paused" in paused
    runs = len(site.get(f"/api/v1/submissions/{run['submission']}").json())
    assert runs >= 2


def crontab(site, session):
    """The latest crontab's number, from the form in which an admin would choose it."""
    form = session.get(site.url + "/admin/leaderboard/rerunschedule/add/").text
    options = form.partition('name="crontab"')[2].partition("</select>")[0]
    return max(int(part.partition('"')[0]) for part in options.split('value="')[1:] if part[0].isdigit())
