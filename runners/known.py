"""What depends on a case and a seed alone is worked out once by a site, and looked up from then on: the scores are the same.

A card names such functions of its protocol (`Task.once`): draws of a problem, truths, exact distances. In an evaluator each
gives way to one that looks below DATA_CACHE first. An entry is found by all that its content follows from (the syntax of the
function's module and of all that it imports, the arguments, the libraries, the processor, whose sums differ in their last
digits) under the site's secret, which seals it too, with its name: what is damaged, forged or another's is worked out again. No
sandbox sees the folder, and where somebody else may write to it, it is not used.
"""

import contextlib
import hashlib
import hmac
import importlib
import os
import pickle
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from papers import data
from papers.fingerprint import VOCABULARY, path_of, reached
from papers.task import Seed, Task
from runners.provenance import device_name, versions

MOST = 256 << 20  # bytes of all entries, of which those used last stay
SEAL = hashlib.sha256().digest_size
OURS = re.compile(f"[0-9a-f]{{{2 * SEAL}}}|{data.HALF}.*")  # names of files that may be removed
STARTED = time.time()  # before a board is imported
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class Fed:
    """A file of which nothing is kept: arrays may have hundreds of megabytes."""

    write: Callable[[bytes | memoryview], object]


class Unsalted(Seed):
    """The seed without what differs between methods: who draws from that is no function of case and seed."""

    def salted(self, name: str) -> NoReturn:
        raise TypeError(f"a function that is worked out once drew salted {name!r}")


def folder() -> Path:
    return data.cached("known")


@dataclass(frozen=True)
class Known:
    """The entries of one secret."""

    secret: bytes
    place: Path = field(default_factory=folder)

    def install(self, task: Task) -> None:
        """Let the task's functions be looked up, in this process from now on."""
        for name in task.once:
            module, function = parted(name)
            setattr(module, function, partial(self.look_up, getattr(module, function)))

    @contextlib.contextmanager
    def installed(self, task: Task) -> Iterator[None]:
        """The same until the block ends."""
        before = [(*parted(name), getattr(*parted(name))) for name in task.once]
        self.install(task)
        try:
            yield
        finally:
            for module, function, plain in before:
                setattr(module, function, plain)

    def look_up(self, function: Callable[..., Any], *args: Any) -> Any:
        """What the function returns; generators among the arguments are left as it leaves them."""
        args = tuple(Unsalted(arg.index, arg.key, b"", arg.site) if isinstance(arg, Seed) else arg for arg in args)
        path = self.place / self._name(function, args)
        drawn_from = [arg.bit_generator for arg in args if isinstance(arg, np.random.Generator)]
        content = self._read(path)
        if content is None:
            result = function(*args)
            content = pickle.dumps((result, [bits.state for bits in drawn_from]))
            self._write(path, content)
        # Also what was worked out just now is unpickled: the names of what follows from it are the same either way.
        result, states = pickle.loads(content)  # noqa: S301  # sealed, or our own
        for bits, state in zip(drawn_from, states, strict=True):
            bits.state = state
        return result

    def _name(self, function: Callable[..., Any], args: tuple[Any, ...]) -> str:
        digest = hmac.new(self.secret, digestmod="sha256")
        follows_from = (code_of(function.__module__), function.__qualname__, surroundings(), args)
        pickle.Pickler(Fed(digest.update), protocol=5).dump(follows_from)
        return digest.hexdigest()

    def _seal(self, path: Path, content: bytes) -> bytes:
        """Of the name too: no entry passes for another."""
        return hmac.digest(self.secret, path.name.encode() + content, "sha256")

    def _read(self, path: Path) -> bytes | None:
        """An entry; None where there is none, or not as it was written."""
        try:
            check_is_ours(path.parent)
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        seal, content = content[:SEAL], content[SEAL:]
        return content if hmac.compare_digest(seal, self._seal(path, content)) else None

    def _write(self, path: Path, content: bytes) -> None:
        """The whole of it or nothing; a disk that is full or not ours only costs the work of the next one who asks."""
        if len(content) > MOST:
            return
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            check_is_ours(path.parent)
            make_room(path.parent, len(content))
            data.keep(path, self._seal(path, content) + content)


def parted(name: str) -> tuple[Any, str]:
    """The module of a function, and its name there. Raises ImportError, AttributeError where there is no such thing."""
    module, _, function = name.rpartition(".")
    place = importlib.import_module(module)
    getattr(place, function)
    return place, function


def prepare(task: Task) -> None:
    """Read beforehand what all evaluators of a board would read."""
    for name in task.once:
        module, function = parted(name)
        code_of(getattr(module, function).__module__)
    surroundings()


def check_is_ours(place: Path) -> None:
    """Raises OSError where it isn't there, or where somebody else may write."""
    found = place.stat()
    if found.st_uid != os.geteuid() or found.st_mode & OTHERS_WRITE:
        raise PermissionError(f"{place} is not this user's alone")


@cache
def code_of(module: str) -> str:
    """sha256 of the syntax of a module of `papers` and all that it imports, and of the words in which it is written.

    Where a file was put there after this process began, what is in memory may be older: its code is nobody else's.
    """
    modules = reached([module], {})
    paths = [path for path in map(path_of, [*modules, *sorted(VOCABULARY)]) if path]
    if any(path.stat().st_ctime > STARTED for path in paths):
        return secrets.token_hex()
    words = [path.read_bytes() for path in map(path_of, sorted(VOCABULARY)) if path]
    return hashlib.sha256(repr([*sorted(modules.items()), words]).encode()).hexdigest()


@cache
def surroundings() -> tuple[Any, ...]:
    return sorted(versions().items()), device_name("cpu"), os.environ.get("OMP_NUM_THREADS")


def make_room(place: Path, size: int) -> None:
    """Remove what was used longest ago, so that as much more fits: what killed writers left is used by nobody. What is not an
    entry stays."""
    entries = []
    for path in filter(lambda path: OURS.fullmatch(path.name), place.iterdir()):
        with contextlib.suppress(FileNotFoundError):
            entries.append((path.stat().st_mtime, path.stat().st_size, path))
    total = sum(size for _, size, _ in entries) + size
    for _, freed, path in sorted(entries):
        if total <= MOST:
            return
        path.unlink(missing_ok=True)
        total -= freed
