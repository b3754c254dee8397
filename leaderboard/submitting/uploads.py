"""What people send: checked here, stored under its sha256, and never imported by the site."""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from leaderboard.machine import contents
from leaderboard.machine.storage import STORAGE_ERRORS
from papers.task import Task
from runners.judge import Refusal, judge, size
from runners.sources import Source, SourceError, of_file, printable

PARSERS = 2  # at a time, of all web processes of a machine
WAITING = 3  # threads of a web process that read uploads: the others answer pages
TURN_SECONDS = 3  # how long an upload waits for its turn
BUSY = "Too many files are being read at this moment: try again in a minute."
OWN_BUSY = "Another file of yours is being read at this moment: send one after the other."
AUTHORS = 1000  # doors of authors: two who send at the same moment share one once in so many times
LONGEST = 400  # characters of a refusal


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


def read_upload(name: str, content: bytes, task: Task) -> Source:
    """The method of an uploaded .py or .zip. Raises UploadError; stores nothing, runs nothing of it."""
    check_size(name, len(content))
    try:
        source = of_file(name, content, most=settings.MAX_UPLOAD_BYTES)
    except SourceError as error:
        raise UploadError(str(error)) from None
    check_source(source.name, source.code, task)
    return source


def check_size(name: str, count: int) -> None:
    """Raise UploadError for a file of more bytes than are taken."""
    if count > settings.MAX_UPLOAD_BYTES:
        raise UploadError(f"{printable(name)} has {size(count)}; the limit is {size(settings.MAX_UPLOAD_BYTES)}.")


def check_source(name: str, content: bytes, task: Task) -> None:
    """Raise UploadError for what the command would refuse too. Waits for its turn: at most so many are parsed at a time."""
    with parser():
        try:
            judge(printable(name), content, task)
        except Refusal as refusal:
            raise UploadError(printable(refusal.message, LONGEST), refusal.line) from None


@contextmanager
def turn(author: int) -> Iterator[None]:
    """While an author's file is read, another one of the same author is refused at once: one who sends many at a time does not
    keep others from the parsers. Raises UploadError."""
    folder = settings.DATA_DIR / "parsers"
    folder.mkdir(exist_ok=True)
    with open(folder / f"author {author % AUTHORS}", "a") as door:
        if not is_free(door):
            raise UploadError(OWN_BUSY, code="too many at once")
        yield


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
