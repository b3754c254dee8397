"""What people send: checked here, stored under its sha256, and never imported by the site."""

import json
import resource
import stat
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from leaderboard.machine import contents
from leaderboard.machine.storage import STORAGE_ERRORS
from papers.task import Task

OUTLINE = Path(__file__).with_name("outline.py")
MAX_ZIP_ENTRIES = 20
PARSE_SECONDS, PARSE_BYTES = 10, 1 << 30
TOLERATED = ("readme", "license", "licence")  # may lie beside the method in a zip
CONSTRUCTOR = "__init__(self, seed, device)"


class Bounded(FileUploadHandler):
    """Keeps no more of a file that is being sent than a method may have, and counts the rest: nothing fills up."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.kept.write(raw_data[: max(settings.MAX_UPLOAD_BYTES + 1 - start, 0)])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.kept.seek(0)
        return InMemoryUploadedFile(self.kept, self.field_name, self.file_name, self.content_type, file_size, None)


class UploadError(Exception):
    """The upload can't be taken; the sentence says why and where."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


def read_upload(name: str, content: bytes, task: Task) -> bytes:
    """The code of an uploaded .py or .zip. Raises UploadError; stores nothing, runs nothing of it."""
    check_size(name, len(content))
    suffix = PurePosixPath(name.lower()).suffix
    if suffix == ".zip":
        name, content = from_zip(name, content)
    elif suffix != ".py":
        raise UploadError(f"{printable(name)} is neither a .py nor a .zip file: upload one Python file.")
    check_source(name, content, task)
    return content


def check_size(name: str, count: int) -> None:
    """Raise UploadError for a file of more bytes than are taken."""
    if count > settings.MAX_UPLOAD_BYTES:
        raise UploadError(f"{printable(name)} has {size(count)}; the limit is {size(settings.MAX_UPLOAD_BYTES)}.")


def printable(name: str) -> str:
    """A file name as it may appear in a sentence."""
    return "".join(c if c.isprintable() else "?" for c in name)[:80] or "The file"


def size(count: int) -> str:
    return f"{count / (1 << 20):.3g} MiB" if count >= 1 << 20 else f"{count / (1 << 10):.3g} KiB"


def from_zip(name: str, content: bytes) -> tuple[str, bytes]:
    """The one Python file at the root of a zip: its name and content. Nothing is extracted to disk."""
    name = printable(name)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ZIP_ENTRIES:
                raise UploadError(f"{name} holds {len(entries)} entries; a method is one Python file.")
            for entry in entries:
                check_entry(name, entry)
            files = [entry for entry in entries if not entry.is_dir() and not is_tolerated(entry)]
            methods = [entry for entry in files if entry.filename.endswith(".py") and "/" not in entry.filename]
            if others := [entry.filename for entry in files if entry not in methods]:
                raise UploadError(
                    f"{name} also holds {printable(others[0])}; a method is one Python file at the zip's root."
                )
            if len(methods) != 1:
                raise UploadError(f"{name} holds {len(methods)} Python files at its root; it must hold exactly one.")
            return methods[0].filename, inflate(name, archive, methods[0])
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UploadError(f"{name} is not a readable zip file: {printable(str(error))}.") from None
    except Exception as error:
        if isinstance(error, UploadError):
            raise
        # zlib, struct and codecs have errors of their own for broken archives.
        raise UploadError(f"{name} is not a readable zip file ({type(error).__name__}).") from None


def check_entry(name: str, entry: zipfile.ZipInfo) -> None:
    path, inner = PurePosixPath(entry.filename), printable(entry.filename)
    if path.is_absolute() or "\\" in entry.filename or ":" in entry.filename or "\0" in entry.orig_filename:
        raise UploadError(f"{name} holds an absolute or foreign path: {inner}.")
    if ".." in path.parts:
        raise UploadError(f"{name} holds a path that leaves its folder: {inner}.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
        raise UploadError(f"{name} holds a link or device: {inner}; only plain files are taken.")
    if entry.flag_bits & 0x1:
        raise UploadError(f"{name} is encrypted: {inner} can't be read.")


def is_tolerated(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    return path.parts[0] == "__MACOSX" or path.name == ".DS_Store" or path.name.lower().startswith(TOLERATED)


def inflate(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read an entry up to the size limit, whatever its header promises."""
    with archive.open(entry) as file:
        content = file.read(settings.MAX_UPLOAD_BYTES + 1)
    if len(content) > settings.MAX_UPLOAD_BYTES:
        raise UploadError(
            f"{printable(entry.filename)} in {name} unpacks to more than {size(settings.MAX_UPLOAD_BYTES)}."
        )
    return content


def check_source(name: str, content: bytes, task: Task) -> None:
    """Raise UploadError unless the source is within the task's size and defines Method with the calls of the task."""
    name = printable(name)
    if len(content) > task.file_bytes:
        raise UploadError(
            f"{name} has {size(len(content))} of code; {task.title} takes {size(task.file_bytes)}: learn in the run, "
            "don't pack in what was learnt before."
        )
    try:
        source = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UploadError(
            f"{name}, line {line}: byte {error.start} is not UTF-8. Save the file as UTF-8.", line
        ) from None
    if source.startswith("\ufeff"):
        raise UploadError(f"{name}, line 1: the file begins with a byte order mark. Save it as UTF-8 without one.", 1)
    outline = read_outline(name, content)
    line = outline["line"]
    place = f"{name}, line {line}" if line else name
    if "error" in outline:
        raise UploadError(f"{place} {outline['error']}." if not line else f"{place}: it {outline['error']}.", line)
    if missing := [call for call in task.required_calls if call not in outline["names"] and not outline["open"]]:
        raise UploadError(f"{place}: class Method lacks {' and '.join(missing)}, which {task.title} calls.", line)
    if outline["init"] is None:
        if not outline["open"]:
            raise UploadError(f"{place}: class Method lacks {CONSTRUCTOR}.", line)
    else:
        least, most = outline["init"]
        if least > 3 or (most != -1 and most < 3):
            raise UploadError(f"{place}: class Method must be constructed by {CONSTRUCTOR}.", line)


def read_outline(name: str, content: bytes) -> dict[str, Any]:
    """Parse in a process of its own, with limits: a hostile source can exhaust any parser."""
    try:
        process = subprocess.run(
            [sys.executable, "-I", str(OUTLINE)],
            input=content,
            capture_output=True,
            timeout=PARSE_SECONDS,
            env={},
            preexec_fn=limit_parser,  # setrlimit takes no lock
        )
        outline: dict[str, Any] = json.loads(process.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise UploadError(f"{name} could not be parsed within {PARSE_SECONDS} s and {size(PARSE_BYTES)}.") from None
    return outline


def limit_parser() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (PARSE_BYTES, PARSE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PARSE_SECONDS, PARSE_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def store_code(code: bytes) -> str:
    """Keep the code under its sha256 and return that. Raises UploadError where storage fails: nothing is queued then."""
    try:
        return contents.CODE.keep(code)
    except STORAGE_ERRORS as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UploadError(f"The file could not be stored ({reason}). This is our fault; try again later.") from error
