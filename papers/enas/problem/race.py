"""Tables of cells with 4 nodes: every function that a size cap allows is trained a few times, and the most promising ones
again, by copies that had no part in choosing them: so the best truth is not the luckiest one.

A training's reply and a truth never come from the same copy. The network around the cell is smaller than for 3 nodes: a stem
with stride 2 and one cell on 4x4 pixels, which trains 2.5 times as fast, and in which cells differ more.

The public table lies beside the code. A private one is a race of its own, on digits that nobody has, of the functions that the
public table puts near the best. The others keep the truth that the public table gives them, as none of them is anybody's answer,
and reply what a training in another world might: exact public replies would tell a reader of that table which cell he asked for.
"""

import hashlib
import os
import tempfile
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
import torch

from papers.data import Arrays, cached, dataset, kept, note
from papers.enas.problem import space
from papers.enas.problem.digits import CLASSES, LOOKS, TEST, VALIDATE, World, accuracy, fit
from papers.enas.problem.network import Network, choices_of
from papers.enas.problem.sources import PUBLIC_SECRET
from papers.enas.problem.tables import CHANCE, Table
from papers.enas.problem.trainings import SAVE_SECONDS, Progress, lock
from papers.reading import npz

NODES, CHANNELS, STAGES, STRIDE = 4, 8, 1, 2
CAP = 1.0  # in 3x3 convolutions: one of them, or up to six 1x1 convolutions; 5,554 encodings and 1,363 functions
SHOWN, HIDDEN, FRESH = 2, 2, 8  # copies whose validation is replied, that choose who is trained again, and of those
BY_HIDDEN, BY_ALL = 80, 50  # functions trained again: the best by the hidden copies, and by all of the first ones
NEAR = 0.15  # of a private race: functions whose public accuracy is so near that of the best one
NOISE, LEARNT = 0.09, 0.15  # by which replies of one function differ between two worlds; for those that reach so much


@dataclass(frozen=True)
class Race:
    """What is known so far, as counts of right answers for each class; seconds are 0 where a function waits, or is too large.

    validated: (F, LOOKS, SHOWN, CLASSES), tested: (F, HIDDEN, CLASSES), again: (F, FRESH, CLASSES) uint8, the last one zero where
    there was no second training; seconds: (F,) float32, CPU time of one training.
    """

    validated: np.ndarray
    tested: np.ndarray
    again: np.ndarray
    seconds: np.ndarray

    @classmethod
    def empty(cls) -> Self:
        count = len(space.functions(NODES)[1])
        shapes = ((count, len(LOOKS), SHOWN, CLASSES), (count, HIDDEN, CLASSES), (count, FRESH, CLASSES))
        validated, tested, again = (np.zeros(shape, np.uint8) for shape in shapes)
        return cls(validated, tested, again, np.zeros(count, np.float32))

    @classmethod
    def of(cls, arrays: Arrays) -> Self:
        """The race that a file holds."""
        return cls(*(arrays[name] for name in ("validated", "tested", "again", "seconds")))

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls.of(npz(path.read_bytes()))

    def write(self, path: Path) -> None:
        """Write the whole file or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez_compressed(file, **vars(self))
        os.replace(file.name, path)

    @property
    def waiting(self) -> np.ndarray:
        """Numbers of the functions that are not trained yet, the smallest first."""
        numbers = np.flatnonzero(allowed() & (self.seconds == 0))
        return np.asarray(numbers[np.argsort(least_sizes()[numbers], kind="stable")])

    @property
    def racing(self) -> np.ndarray:
        """Numbers of the functions that wait for their second trainings, once all had their first ones."""
        chosen = self.promising()
        return np.asarray(chosen[self.again[chosen].sum(axis=(1, 2)) == 0])

    def promising(self) -> np.ndarray:
        """Functions to be trained again: the best by the hidden copies, so that no other truth comes near those of the best,
        and the best by all copies."""
        hidden = accuracy(self.tested, TEST).mean(axis=1)
        both = hidden + accuracy(self.validated[:, -1], VALIDATE).mean(axis=1)
        number = np.flatnonzero(allowed())
        by = ((hidden, BY_HIDDEN), (both, BY_ALL))
        return np.union1d(*(number[np.argsort(-value[number], kind="stable")[:n]] for value, n in by))

    def learn(self, world: World, function: int, secret: bytes = PUBLIC_SECRET) -> None:
        """Train one function, for the first or the second time."""
        arch = space.encodings(NODES)[space.functions(NODES)[1][function]]
        if self.seconds[function]:
            self.again[function] = train(world, arch, copies=FRESH, seed=seed_of(secret, function, "again"))[1]
            return
        start = time.process_time()
        validated, tested = train(world, arch, copies=SHOWN + HIDDEN, seed=seed_of(secret, function, "first"))
        self.validated[function], self.tested[function] = validated[:, :SHOWN], tested[SHOWN:]
        self.seconds[function] = (time.process_time() - start) / (SHOWN + HIDDEN)

    def near(self) -> np.ndarray:
        """Functions that may be the best ones of another race."""
        best = accuracy(self.again, TEST).mean(axis=1).max()
        return np.flatnonzero(allowed() & (accuracy(self.tested, TEST).mean(axis=1) > best - NEAR))

    def without(self, functions: np.ndarray) -> Self:
        """What is known of all others, but for second trainings."""
        validated, tested, seconds = self.validated.copy(), self.tested.copy(), self.seconds.copy()
        validated[functions], tested[functions], seconds[functions] = 0, 0, 0
        return type(self)(validated, tested, np.zeros_like(self.again), seconds)

    def with_noise(self, functions: np.ndarray, rng: np.random.Generator) -> Self:
        """The same, but these functions reply with the noise that a training in another world has."""
        validated = self.validated.astype(int)
        shift = np.rint(rng.normal(scale=NOISE * VALIDATE / CLASSES, size=(len(functions), *validated.shape[1:3], 1)))
        is_learnt = accuracy(validated[functions], VALIDATE)[..., None] > LEARNT
        validated[functions] += np.where(is_learnt, shift, 0).astype(int)
        return replace(self, validated=np.clip(validated, 0, VALIDATE // CLASSES).astype(np.uint8))

    def table(self) -> Table:
        """The table of all encodings. A cell that is too large has chance as its replies, and an average price."""
        which, _ = space.functions(NODES)
        known, raced = self.seconds > 0, self.again.any(axis=(1, 2))
        truth = np.where(raced, accuracy(self.again, TEST).mean(axis=1), accuracy(self.tested, TEST).mean(axis=1))
        shown = np.where(known[:, None, None], accuracy(self.validated, VALIDATE), CHANCE["digits"])[which]
        seconds = np.where(known, self.seconds, self.seconds[known].mean())[which].astype(float)
        size = sizes()
        return Table(
            nodes=NODES,
            runs=shown[:, -1],
            early=dict(zip(LOOKS[:-1], np.moveaxis(shown, 1, 0), strict=False)),
            epochs=LOOKS[-1],
            truth=np.where(known, truth, CHANCE["digits"])[which],
            error=np.where(known, self.errors(), 0.0)[which],
            hours=seconds / 3600,
            size=size,
            feasible=size <= CAP,
            max_size=CAP,
            chance=CHANCE["digits"],
        )

    def errors(self) -> np.ndarray:
        """Standard error of each function's truth: (F,), its own where it was trained again, else from the noise of all others."""
        raced = self.again.any(axis=(1, 2))
        others = (self.seconds > 0) & ~raced
        noise = np.sqrt(accuracy(self.tested[others], TEST).var(axis=1, ddof=1).mean()) if others.any() else np.nan
        own = accuracy(self.again, TEST).std(axis=1, ddof=1) / np.sqrt(FRESH)
        return np.asarray(np.where(raced, own, noise / np.sqrt(HIDDEN)))


def sizes() -> np.ndarray:
    """Of every encoding, in 3x3 convolutions."""
    return space.conv3_equivalents(space.encodings(NODES))


def allowed() -> np.ndarray:
    """Which functions the cap allows: (F,) bool. One of their encodings is enough: dead edges have a size too."""
    return np.asarray(least_sizes() <= CAP)


@cache
def least_sizes() -> np.ndarray:
    """The size of each function's smallest encoding: (F,)."""
    which, first = space.functions(NODES)
    least = np.full(len(first), np.inf)
    np.minimum.at(least, which, sizes())
    return least


def public_world() -> World:
    return World.draw(np.random.default_rng(list(PUBLIC_SECRET)))


def private_world(secret: bytes) -> World:
    return World.unseen(np.random.default_rng(list(secret)))


@kept
def public() -> Race:
    return Race.of(dataset("digits_cell4"))


def private(secret: bytes, progress: Progress) -> Race:
    """The race of a secret world: run on first use, for some three minutes, then found again under a hash of the secret."""
    path = path_of(secret)
    with lock(path):
        race = Race.read(path) if path.exists() else public().without(public().near())
        if len(race.waiting) or len(race.racing):
            run(race, path, world=private_world(secret), secret=secret, progress=progress)
    note(path.stem, hashlib.sha256(path.read_bytes()).hexdigest())
    far = np.setdiff1d(np.flatnonzero(allowed()), public().near())
    return race.with_noise(far, np.random.default_rng(list(hashlib.sha256(secret + b"/noise").digest())))


def path_of(secret: bytes) -> Path:
    return cached("enas") / f"race-{hashlib.sha256(secret).hexdigest()[:24]}.npz"


def run(race: Race, path: Path, *, world: World, secret: bytes, progress: Progress) -> None:
    """Train whatever waits, first every function, then the promising ones again; keep what is done now and then."""
    saved = time.monotonic()
    try:
        for name, turn in (("waiting", "trained"), ("racing", "trained again")):
            todo = getattr(race, name)
            for count, function in enumerate(todo):
                progress(count / len(todo), f"{count} of {len(todo)} functions {turn}")
                race.learn(world, int(function), secret)
                if time.monotonic() > saved + SAVE_SECONDS:
                    race.write(path)
                    saved = time.monotonic()
    finally:  # also where somebody pressed Ctrl-C
        race.write(path)


def seed_of(secret: bytes, function: int, turn: str) -> int:
    return int.from_bytes(hashlib.sha256(secret + f"/race/{function}/{turn}".encode()).digest()[:4], "little")


def train(world: World, arch: np.ndarray, *, copies: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Train so many networks with this cell side by side; what `digits.fit` returns."""
    torch.manual_seed(seed)
    shape = {"channels": CHANNELS, "stages": STAGES, "stride": STRIDE, "copies": copies}
    return fit(Network(NODES, choices=choices_of(arch, NODES), **shape), arch, world)
