"""Content that lies in storage under its own sha256: the code of methods, and what protocols reported.

Everything that reads or writes it comes through here.
"""

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


class ContentError(Exception):
    """What should lie in storage is missing or broken; the sentence says which."""


@dataclass(frozen=True)
class Shelf:
    """One folder of storage. A file's name is the sha256 of its content."""

    folder: str
    suffix: str

    def path(self, sha256: str) -> str:
        return f"{self.folder}/{sha256}{self.suffix}"

    def keep(self, content: bytes) -> str:
        """Store content, once, and return its sha256. Raises STORAGE_ERRORS."""
        sha256 = digest(content)
        path = self.path(sha256)
        if default_storage.exists(path):
            if default_storage.size(path) == len(content):
                return sha256
            default_storage.delete(path)  # half written, by a full disk perhaps
        kept = default_storage.save(path, ContentFile(content))
        if kept != path:  # somebody stored the same at the same moment
            default_storage.delete(kept)
        return sha256

    def open(self, sha256: str) -> "File[bytes]":
        return default_storage.open(self.path(sha256))

    def read(self, sha256: str) -> bytes:
        with self.open(sha256) as file:
            content: bytes = file.read()
        return content

    def read_verified(self, sha256: str) -> bytes:
        """The content, surely. Raises ContentError where it is missing or isn't what its name says."""
        if not default_storage.exists(self.path(sha256)):
            raise ContentError(f"{self.path(sha256)} is missing from storage")
        return self.verify(sha256, self.read(sha256))

    def verify(self, sha256: str, content: bytes) -> bytes:
        """The content itself. Raises ContentError where its sha256 is another."""
        if digest(content) != sha256:
            raise ContentError(f"{self.path(sha256)} is broken: its content is not what its name says")
        return content


CODE = Shelf("methods", ".py")
ARTEFACTS = Shelf("artefacts", ".json")
OPEN_DATA = Shelf("open", ".parquet")  # made anew from the database: see leaderboard.boards.open_data


def shelf_of(path: str) -> Shelf:
    """The shelf on which a path lies. Raises ContentError for any other path."""
    for shelf in (CODE, ARTEFACTS):
        if path == shelf.path(PurePosixPath(path).stem):
            return shelf
    raise ContentError(f"{path} is no place for content")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
