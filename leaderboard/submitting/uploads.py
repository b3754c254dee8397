"""What people send: checked here, stored under its sha256, and never imported by the site."""

import fcntl
import stat
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from leaderboard.machine import contents
from leaderboard.machine.storage import STORAGE_ERRORS
from papers.task import Task
from runners.judge import Refusal, judge, size

MAX_ZIP_ENTRIES = 50
PARSERS = 2  # at a time, of all web processes of a machine
WAITING = 3  # threads of a web process that read uploads: the others answer pages
TURN_SECONDS = 3  # how long an upload waits for its turn
BUSY = "Too many files are being read at this moment: try again in a minute."
LONGEST = 400  # characters of a refusal
BESIDE = ("readme", "license", "licence", "copying", "changelog")  # texts that may lie beside the method in a zip
TEXTS = ("", ".md", ".txt", ".rst")
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", "__pycache__")  # what systems and Python put there


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

    def __init__(self, message: str, line: int | None = None, code: str = "upload") -> None:
        super().__init__(message)
        self.message, self.line, self.code = message, line, code


@dataclass(frozen=True)
class Upload:
    """The code of a method, and what else its zip held: it is told, as nothing is done with it."""

    code: bytes
    left_out: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        return f"Not kept: {', '.join(self.left_out)}." if self.left_out else ""


def read_upload(name: str, content: bytes, task: Task) -> Upload:
    """The code of an uploaded .py or .zip. Raises UploadError; stores nothing, runs nothing of it."""
    check_size(name, len(content))
    suffix = PurePosixPath(name.lower()).suffix
    left_out: tuple[str, ...] = ()
    if suffix == ".zip":
        name, content, left_out = from_zip(name, content)
    elif suffix != ".py":
        raise UploadError(f"{printable(name)} is neither a .py nor a .zip file: upload one Python file.")
    check_source(name, content, task)
    return Upload(content, left_out)


def check_size(name: str, count: int) -> None:
    """Raise UploadError for a file of more bytes than are taken."""
    if count > settings.MAX_UPLOAD_BYTES:
        raise UploadError(f"{printable(name)} has {size(count)}; the limit is {size(settings.MAX_UPLOAD_BYTES)}.")


def printable(name: str, most: int = 80) -> str:
    """A file name, or a sentence with one in it, as it may be shown."""
    return "".join(c if c.isprintable() else "?" for c in name)[:most] or "The file"


def from_zip(name: str, content: bytes) -> tuple[str, bytes, tuple[str, ...]]:
    """The one Python file at the root of a zip, or in its one folder: name and content; the names of what else it holds.

    Nothing is extracted to disk.
    """
    name = printable(name)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ZIP_ENTRIES:
                raise UploadError(f"{name} holds {len(entries)} entries; a method is one Python file.")
            for entry in entries:
                check_entry(name, entry)
            files = [entry for entry in entries if not is_folder(entry)]
            left_out = [entry for entry in files if is_beside(entry)]
            method = only_method(name, [entry for entry in files if entry not in left_out])
            told = tuple(printable(str(path_of(entry))) for entry in left_out)
            return path_of(method).name, inflate(name, archive, method), told
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UploadError(f"{name} is not a readable zip file: {printable(str(error))}.") from None
    except Exception as error:
        if isinstance(error, UploadError):
            raise
        # zlib, struct and codecs have errors of their own for broken archives.
        raise UploadError(f"{name} is not a readable zip file ({type(error).__name__}).") from None


def only_method(name: str, files: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """The file that is the method. Raises UploadError where there is another number of them, or anything else."""
    folders = {path_of(entry).parts[:1] for entry in files if len(path_of(entry).parts) > 1}
    depth = 2 if len(folders) == 1 and all(len(path_of(entry).parts) > 1 for entry in files) else 1
    methods = [entry for entry in files if path_of(entry).suffix == ".py" and len(path_of(entry).parts) == depth]
    if others := [entry for entry in files if entry not in methods]:
        raise UploadError(
            f"{name} also holds {printable(others[0].filename)}; a method is one Python file at the zip's root."
        )
    if len(methods) != 1:
        raise UploadError(f"{name} holds {len(methods)} Python files at its root; it must hold exactly one.")
    return methods[0]


def path_of(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Its place in the zip: some programs for Windows write backslashes, some command lines a dot before it."""
    return PurePosixPath(entry.filename.replace("\\", "/"))


def is_folder(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.endswith(("/", "\\"))


def check_entry(name: str, entry: zipfile.ZipInfo) -> None:
    path, inner = path_of(entry), printable(entry.filename)
    if path.is_absolute() or ":" in entry.filename or "\0" in entry.orig_filename:
        raise UploadError(f"{name} holds an absolute or foreign path: {inner}.")
    if ".." in path.parts:
        raise UploadError(f"{name} holds a path that leaves its folder: {inner}.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
        raise UploadError(f"{name} holds a link or device: {inner}; only plain files are taken.")
    if entry.flag_bits & 0x1:
        raise UploadError(f"{name} is encrypted: {inner} can't be read.")


def is_beside(entry: zipfile.ZipInfo) -> bool:
    """What may lie beside a method and is left out: texts about it, and what systems put into every zip."""
    path = path_of(entry)
    is_text = path.suffix.lower() in TEXTS and path.name.lower().startswith(BESIDE)
    return is_text or bool(set(LITTER) & set(path.parts)) or path.name.startswith("._")


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
    """Raise UploadError for what the command would refuse too. Waits for its turn: at most so many are parsed at a time."""
    with parser():
        try:
            judge(printable(name), content, task)
        except Refusal as refusal:
            raise UploadError(printable(refusal.message, LONGEST), refusal.line) from None


readers = threading.BoundedSemaphore(WAITING)


@contextmanager
def parser() -> Iterator[None]:
    """One of the few parsers that this machine's web processes share. Raises UploadError where none is free for long."""
    folder = settings.DATA_DIR / "parsers"
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        if not readers.acquire(blocking=False):
            raise UploadError(BUSY, code="busy")
        stack.callback(readers.release)
        doors = [stack.enter_context(open(folder / str(number), "a")) for number in range(PARSERS)]
        deadline = time.monotonic() + TURN_SECONDS
        while not any(map(is_free, doors)):
            if time.monotonic() > deadline:
                raise UploadError(BUSY, code="busy")
            time.sleep(0.05)
        yield


def is_free(door: IO[str]) -> bool:
    """Take the door if nobody has it; it is given back when the file is closed, whatever happens to this process."""
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def store_code(code: bytes) -> str:
    """Keep the code under its sha256 and return that. Raises UploadError where storage fails: nothing is queued then."""
    try:
        return contents.CODE.keep(code)
    except STORAGE_ERRORS as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UploadError(f"The file could not be stored ({reason}). This is our fault; try again later.") from error
