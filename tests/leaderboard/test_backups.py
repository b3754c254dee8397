"""A whole site into one file and back, through the commands that its keeper types; also from one database to the other."""

import contextlib
import json
import os
import re
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import psycopg
import pytest

from leaderboard.machine.backups import BackupError, restore
from leaderboard.models import Submission

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("DATABASE_URL", "")  # PostgreSQL's, where the tests run on it
pytestmark = pytest.mark.slow

FILL = """
from django.contrib.auth import get_user_model
from django.utils import timezone
from leaderboard.boards import standings
from leaderboard.models import ApiToken, RerunSchedule, Run, Score, Submission
from leaderboard.running import house
from leaderboard.running.runs import start_run
from leaderboard.tasks import keep_artefact
from leaderboard.submitting.uploads import store_code
from papers import catalogue

board = catalogue.board("imputation", "quick")
alice = get_user_model().objects.create_user("alice", password="correct horse")
ApiToken.issue(alice, "mine")
for index in range(3):
    submission = Submission.objects.create(
        task="imputation", author=alice, name=f"Method {index} é", code_sha256=store_code(b"class Method: ...  # %d" % index))
    run = start_run(submission, requester=alice)
    rows = [Score(run=run, case=case.name, seed=seed, metric="skill", value=index / 3 + seed / 7)
            for case, seed in board.plays()]
    Score.objects.bulk_create(rows)
    data = {"x": [1.0], "series": {"y": [index]}}
    keep_artefact(run, {"case": "a", "seed": 0, "name": "curve", "kind": "curve", "data": data})
    Run.objects.filter(pk=run.pk).update(status="finished", started=timezone.now(), ended=timezone.now())
start_run(submission)
standings.rebuild(board)
house.sync()
house.schedule_nightly_repeat()
"""
LOOK = """
import json
from django.conf import settings
from django.contrib.auth import get_user_model
from leaderboard.models import *
def rows(model):
    return [str(sorted((key, str(value)) for key, value in row.items())) for row in model.objects.order_by("pk").values()]
found = {model.__name__: rows(model) for model in (Submission, Run, Score, Artefact, Standing, RerunSchedule, ApiToken)}
found["code"] = [submission.code().decode() for submission in Submission.objects.order_by("pk")]
found["chosen"] = [sorted(plan.submissions.values_list("pk", flat=True)) for plan in RerunSchedule.objects.all()]
found["seed"] = settings.SEED_SECRET
found["login"] = get_user_model().objects.get(username="alice").check_password("correct horse")
print("LOOK" + json.dumps(found))
"""


class Site:
    """A site that nobody started: a data folder and a database."""

    def __init__(self, folder, database=""):
        self.folder = folder
        kept = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        self.env = {**kept, "DATA_DIR": str(folder), "DATABASE_URL": database}
        self.env |= {"REDIS_URL": f"redis+socket://{folder}/none.sock?virtual_host=0"}

    def manage(self, *words, ok=True, **env):
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env={**self.env, **env}, capture_output=True, text=True)
        assert (done.returncode == 0) == ok, done.stderr
        return done.stdout + done.stderr

    def shell(self, code):
        return self.manage("shell", "--no-imports", "-v0", "-c", code)

    def look(self):
        return json.loads(re.search(r"^LOOK(.*)$", self.shell(LOOK), re.M)[1])


@contextlib.contextmanager
def fresh_database(name):
    """An empty database on the server of these tests, or "" for SQLite in the data folder."""
    if not SERVER.startswith("postgres"):
        yield ""
        return
    name += os.environ.get("PYTEST_XDIST_WORKER", "")  # one server serves all of them
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield SERVER.replace("/postgres?", f"/{name}?")
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")  # tests without a database come last, after those of other files
def filled(tmp_path_factory):
    """A site with some history, and its backup."""
    folder = tmp_path_factory.mktemp("filled")
    with fresh_database("filled") as database:
        site = Site(folder, database)
        site.manage("migrate", "-v0")
        site.shell(FILL)
        site.manage("backup", str(folder / "site.tar.gz"))
        yield site


@pytest.fixture
def backup(filled):
    return filled.folder / "site.tar.gz"


@pytest.mark.parametrize("database", ["the same kind", *(["SQLite"] if SERVER.startswith("postgres") else [])])
def test_a_restored_site_is_the_same_to_the_last_score_and_goes_on(filled, backup, tmp_path, database):
    with contextlib.nullcontext("") if database == "SQLite" else fresh_database("restored") as address:
        site = Site(tmp_path, address)
        site.manage("restore", str(backup))
        before, after = filled.look(), site.look()
        assert before.keys() == after.keys()
        for name in before:
            assert before[name] == after[name], name
        assert after["login"]
        assert "Method 3" in site.shell(FILL.replace('"alice"', '"bob"').replace("range(3)", "range(3, 4)") + NEW)


NEW = "print(Submission.objects.get(name__startswith='Method 3'), Run.objects.latest('pk').pk)"


def test_a_backup_is_for_its_owner_only_and_never_overwrites(filled, backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert "exists" in filled.manage("backup", str(backup), ok=False)


def test_a_site_with_submissions_is_not_overwritten(backup, alice):
    Submission.objects.create(task="imputation", author=alice, name="Mine", code_sha256="0" * 64)
    with pytest.raises(BackupError, match="has submissions"):
        restore(backup)
    assert Submission.objects.get().name == "Mine"


def test_another_seed_secret_is_refused(backup, db, monkeypatch):
    monkeypatch.setenv("SEED_SECRET", "another" * 10)
    with pytest.raises(BackupError, match="could not be compared"):
        restore(backup)


def rewritten(backup, path, change):
    """A copy of a backup with one entry changed: change(name, content) -> content, or None to leave it out."""
    with tarfile.open(backup) as old, tarfile.open(path, "w:gz") as new:
        for entry in old:
            content = change(entry.name, old.extractfile(entry).read())
            if content is not None:
                (path.parent / "entry").write_bytes(content)
                new.add(path.parent / "entry", entry.name)
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda name, content: content + b"#" if name.endswith(".py") else content, "is broken"),
        (
            lambda name, content: content[: content.rindex(b"\n", 0, -1) + 1] if name == "rows.jsonl" else content,
            "fewer",
        ),
        (
            lambda name, content: content.replace(b'"leaderboard.0001', b'"x') if "manifest" in name else content,
            "version",
        ),
    ],
    ids=["changed code", "missing row", "other version"],
)
def test_a_broken_backup_restores_no_row(backup, tmp_path, db, change, message):
    broken = rewritten(backup, tmp_path / "broken.tar.gz", change)
    with pytest.raises(BackupError, match=message):
        restore(broken)
    assert not Submission.objects.exists()


def test_a_file_that_is_missing_from_storage_fails_the_backup(filled, tmp_path):
    victim = next((filled.folder / "media" / "artefacts").iterdir())
    content = victim.read_bytes()
    victim.unlink()
    try:
        assert "is missing from storage" in filled.manage("backup", str(tmp_path / "b.tar.gz"), ok=False)
        assert not (tmp_path / "b.tar.gz").exists()
    finally:
        victim.write_bytes(content)
