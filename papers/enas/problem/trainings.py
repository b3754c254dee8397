"""The exhaustive tables of the digits: every distinct function trained several times, kept in a file that can be gone on with.

A private table is made on first use from the site's secret, under a name that is a hash of it: whoever sees the file's name learns
nothing, and whoever has the secret finds the file. Making one may be interrupted at any time; what is done is kept.
"""

import contextlib
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

import numpy as np

from papers.data import Arrays, DataError, cached, note
from papers.enas.problem import space
from papers.enas.problem.digits import LOOKS, World, train
from papers.enas.problem.tables import CHANCE, SHOWN_RUNS, Table
from papers.reading import npz

COPIES = 8
SAVE_SECONDS = 20.0
RECIPE = 1  # goes up when the training changes: older files are then made again
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Trainings:
    """What is known so far; NaN where a function waits. validated: (F, LOOKS, COPIES), tested: (F, COPIES), seconds: (F,)."""

    nodes: int
    validated: np.ndarray
    tested: np.ndarray
    seconds: np.ndarray

    @classmethod
    def empty(cls, nodes: int) -> Self:
        count = len(space.functions(nodes)[1])
        shapes = ((count, len(LOOKS), COPIES), (count, COPIES), (count,))
        return cls(nodes, *(np.full(shape, np.nan, np.float32) for shape in shapes))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises DataError where the file holds another recipe's numbers."""
        content = path.read_bytes()
        arrays = npz(content)
        if int(arrays["recipe"]) != RECIPE:
            raise DataError(f"{path} was made by another recipe: remove it, it is made again")
        note(path.stem, hashlib.sha256(content).hexdigest())
        return cls.of(arrays)

    @classmethod
    def of(cls, arrays: Arrays) -> Self:
        """The trainings that a file holds."""
        return cls(int(arrays["nodes"]), *(arrays[name] for name in ("validated", "tested", "seconds")))

    def write(self, path: Path) -> None:
        """Write the whole file or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez_compressed(file, recipe=np.array(RECIPE), **vars(self))
        os.replace(file.name, path)
        note(path.stem, hashlib.sha256(path.read_bytes()).hexdigest())

    @property
    def waiting(self) -> np.ndarray:
        """Numbers of the functions that are not trained yet."""
        return np.flatnonzero(np.isnan(self.seconds))

    def table(self, max_size: float = np.inf) -> Table:
        """The table of all encodings. Shown: the validation of the first three copies; truth: the mean test accuracy of the others,
        so that nobody is told by luck what he is judged by."""
        which, _ = space.functions(self.nodes)
        size = space.conv3_equivalents(space.encodings(self.nodes))
        noise, hidden = (
            np.sqrt(self.tested.astype(float).var(axis=1, ddof=1)),
            self.tested[:, SHOWN_RUNS:].astype(float),
        )
        shown = self.validated[which, :, :SHOWN_RUNS].astype(float)
        return Table(
            nodes=self.nodes,
            runs=shown[:, -1],
            early=dict(zip(LOOKS[:-1], np.moveaxis(shown, 1, 0), strict=False)),
            epochs=LOOKS[-1],
            truth=hidden.mean(axis=1)[which],
            error=noise[which] / np.sqrt(hidden.shape[1]),
            hours=self.seconds.astype(float)[which] / 3600,
            size=size,
            feasible=size <= max_size,
            max_size=max_size,
            chance=CHANCE["digits"],
        )


def path_of(secret: bytes, nodes: int) -> Path:
    """Where the table of a secret world is kept."""
    return cached("enas") / f"digits-cell{nodes}-{hashlib.sha256(secret).hexdigest()[:24]}.npz"


def read_complete(secret: bytes, nodes: int) -> Trainings | None:
    """The trainings of this world if all of them are done."""
    path = path_of(secret, nodes)
    kept = Trainings.read(path) if path.exists() else None
    return kept if kept and not len(kept.waiting) else None


def build(
    secret: bytes, nodes: int, *, path: Path | None = None, progress: Progress, most: int | None = None
) -> Trainings:
    """Train what is not trained yet, at most `most` functions, and keep it. A second builder of the same file waits."""
    path = path or path_of(secret, nodes)
    world = World.draw(np.random.default_rng(list(secret)))
    with lock(path):
        done = Trainings.read(path) if path.exists() else Trainings.empty(nodes)
        todo = done.waiting[:most]
        try:
            saved = time.monotonic()
            for count, function in enumerate(todo):
                progress(count / len(todo), f"{count} of {len(todo)} functions trained")
                learn(done, world, int(function), secret)
                if time.monotonic() > saved + SAVE_SECONDS:
                    done.write(path)
                    saved = time.monotonic()
        finally:  # also where somebody pressed Ctrl-C
            if len(todo):
                done.write(path)
    return done


def learn(done: Trainings, world: World, function: int, secret: bytes) -> None:
    """Train one function and note what came out, the seconds last: they say that it is done."""
    arch = space.encodings(done.nodes)[space.functions(done.nodes)[1][function]]
    seed = int.from_bytes(hashlib.sha256(secret + b"/%d" % function).digest()[:4], "little")
    result = train(world, arch, nodes=done.nodes, copies=COPIES, seed=seed)
    done.validated[function], done.tested[function] = result.validated, result.tested
    done.seconds[function] = result.seconds


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Only one process at a time makes this file; the lock ends with its process. Whoever waits looks again every second."""
    held = cached("enas") / f"{path.name}.lock"
    held.parent.mkdir(parents=True, exist_ok=True)
    with held.open("w") as file:
        while not is_taken(file):
            time.sleep(1)
        yield


def is_taken(file: IO[str]) -> bool:
    """Take the lock if nobody has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
