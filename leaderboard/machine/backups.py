"""One file that holds a whole site: its rows, its code and artefacts, and the secret from which its seeds are drawn.

Rows are Django's JSON lines, so that a backup of SQLite can be restored to PostgreSQL and the other way round.
"""

import json
import os
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import chain, groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from psycopg import IsolationLevel

from leaderboard.machine import contents, environment
from leaderboard.machine.contents import ARTEFACTS, CODE, ContentError, Shelf
from leaderboard.models import Artefact, Submission

# What Django makes itself, or what means nothing elsewhere.
LEFT_OUT = {"contenttypes.ContentType", "auth.Permission", "sessions.Session", "admin.LogEntry"}
LEFT_OUT |= {"leaderboard.Recast", "leaderboard.RecastRow"}  # made anew when somebody asks
BATCH = 1000
SNAPSHOT = "snapshot"


class BackupError(Exception):
    """The backup can't be made or restored; the sentence says why."""


class Exact(DjangoJSONEncoder):
    """Keeps microseconds: runs are ordered by them."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, date) else super().default(o)


def backup(path: Path) -> dict[str, int]:
    """Write everything to a .tar.gz, while the site goes on; returns how many rows of each model.

    Raises BackupError where a file is missing or broken, or `path` exists.
    """
    if path.exists():
        raise BackupError(f"{path} exists: name a new file")
    part = path.with_name(path.name + ".part")
    with TemporaryDirectory() as folder, transaction.atomic(using=snapshot()):
        rows = Path(folder) / "rows.jsonl"
        with open(rows, "w") as stream:
            counts = write_rows(stream)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                add(archive, "manifest.json", json.dumps(manifest(counts), indent=1).encode())
                archive.add(rows, "rows.jsonl")
                for shelf, sha256 in kept_contents():
                    add(archive, f"files/{shelf.path(sha256)}", read_verified(shelf, sha256))
            file.flush()
            os.fsync(file.fileno())
    os.replace(part, path)
    return dict(counts)


def snapshot() -> str:
    """The alias of a second connection, which sees one moment of the database and blocks no writer."""
    told = deepcopy(connections.settings["default"])
    if connection.vendor == "sqlite":
        told["OPTIONS"]["transaction_mode"] = "DEFERRED"
    else:
        told["OPTIONS"]["isolation_level"] = IsolationLevel.REPEATABLE_READ
    connections.settings[SNAPSHOT] = told
    return SNAPSHOT


def write_rows(stream: IO[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for model in kept_models():
        counts[model._meta.label] = model._base_manager.using(SNAPSHOT).count()
        rows = model._base_manager.using(SNAPSHOT).order_by("pk").iterator(chunk_size=BATCH)
        serializers.serialize("jsonl", rows, stream=stream, cls=Exact)
    return counts


def kept_models() -> list[type[models.Model]]:
    """Every model with rows of its own, those that others refer to first."""
    by_app = [(config, list(config.get_models())) for config in apps.get_app_configs()]
    ordered = serializers.sort_dependencies(by_app, allow_cycles=True)
    return [model for model in ordered if model._meta.label not in LEFT_OUT and not model._meta.proxy]


def manifest(counts: Counter[str]) -> dict[str, Any]:
    return {
        "made": datetime.now(UTC).isoformat(),
        "migrations": migrations(),
        "rows": counts,
        "seed_secret": settings.SEED_SECRET,
    }


def migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def kept_contents() -> Iterator[tuple[Shelf, str]]:
    """Where each file lies that a row refers to, and its sha256."""
    codes = Submission.everything.using(SNAPSHOT).exclude(code_sha256="").order_by()
    reported = Artefact.objects.using(SNAPSHOT).order_by()
    yield from ((CODE, sha256) for sha256 in codes.values_list("code_sha256", flat=True).distinct())
    yield from ((ARTEFACTS, sha256) for sha256 in reported.values_list("sha256", flat=True).distinct())


def read_verified(shelf: Shelf, sha256: str) -> bytes:
    """A stored file. Raises BackupError where it is missing or is not what its name says."""
    try:
        return shelf.read_verified(sha256)
    except ContentError as error:
        raise BackupError(str(error)) from None


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, BytesIO(content))


def restore(path: Path) -> dict[str, int]:
    """Fill an empty, migrated site from a backup; all rows or none.

    Raises BackupError where the site isn't empty, has other migrations or another SEED_SECRET, or the file is broken.
    """
    with tarfile.open(path) as archive:
        told = json.loads(read(archive, "manifest.json"))
        refuse_what_does_not_fit(told)
        for entry in archive:
            if entry.name.startswith("files/"):
                keep(entry.name.removeprefix("files/"), read(archive, entry))
        with transaction.atomic():
            for model in kept_models():  # what the migrations of libraries put there
                model._base_manager.all().delete()
            rows = archive.extractfile("rows.jsonl")
            assert rows
            counts = read_rows(serializers.deserialize("jsonl", rows))
            if counts != +Counter(told["rows"]):  # without models that have no row
                raise BackupError("the backup holds fewer rows than it says: it is broken")
            connection.check_constraints()
            keep_seed_secret(told["seed_secret"])  # no rows without the secret that their seeds came from
        reset_sequences()
    rows_told: dict[str, int] = told["rows"]
    return rows_told


def read(archive: tarfile.TarFile, entry: tarfile.TarInfo | str) -> bytes:
    file = archive.extractfile(entry)
    assert file
    return file.read()


def refuse_what_does_not_fit(told: dict[str, Any]) -> None:
    if Submission.everything.exists():
        raise BackupError("this site has submissions: restore to an empty DATA_DIR and database")
    if missing := sorted(set(told["migrations"]) ^ set(migrations())):
        raise BackupError(
            f"the backup was made by another version of the site ({missing[0]}): restore with that one, then upgrade"
        )
    given = environment.text("SEED_SECRET")
    if given and given != told["seed_secret"]:
        raise BackupError("SEED_SECRET is not the backup's: its scores could not be compared with new ones")


def keep(name: str, content: bytes) -> None:
    """Store a file under its name, which must be its own sha256 in a known folder."""
    try:
        shelf = contents.shelf_of(name)
        shelf.keep(shelf.verify(Path(name).stem, content))
    except ContentError as error:
        raise BackupError(f"the backup holds what does not belong there: {error}") from None


def read_rows(rows: Iterable[Any]) -> Counter[str]:
    """Insert deserialised objects in batches; what refers to many others last."""
    counts: Counter[str] = Counter()
    with_many = []
    for model, group in groupby(rows, key=lambda item: type(item.object)):
        for batch in batches(group):
            model._base_manager.bulk_create([item.object for item in batch])
            counts[model._meta.label] += len(batch)
            with_many += [item for item in batch if any(item.m2m_data.values())]
    for item in with_many:
        for name, related in item.m2m_data.items():
            getattr(item.object, name).set(related)
    return counts


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    for first in iterator:
        yield list(chain([first], islice(iterator, BATCH - 1)))


def reset_sequences() -> None:
    """Let new rows be numbered after the restored ones."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(statement)


def keep_seed_secret(secret: str) -> None:
    """Put the secret where the next start finds it; a variable of the environment is the same already."""
    path = settings.DATA_DIR / "seed_secret"
    if not environment.text("SEED_SECRET"):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secret)
