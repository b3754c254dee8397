"""What to evaluate, and the process that does it. Imports nothing heavy: the worker and the web process read it."""

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from papers import catalogue
from papers.task import Board, Case, TierName
from runners.events import Event
from runners.sandbox.channel import Speaker
from runners.sandbox.gpu import driver_environment

ROOT = Path(__file__).resolve().parent.parent
PUBLIC_KEY = hashlib.sha256(b"claimcheck: the public seeds of local runs").digest()
# What an evaluation may know of its surroundings: no credentials, no addresses.
PASSED_ON = (
    "PATH", "HOME", "LANG", "TMPDIR", "DATA_MIRROR", "DATA_CACHE", "PAPERS_PATH", "CUDA_VISIBLE_DEVICES",
    "LOG_LEVEL", "LOG_FORMAT",
)  # fmt: skip
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Evaluator(Speaker, Protocol):
    """A running evaluator."""


def commitment(key: bytes) -> str:
    """What may be told of a seed key: that it is the same one."""
    return hashlib.sha256(b"commitment" + key).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to evaluate. `mode`: "sandbox", "bare" (same harness, no isolation: house methods only), "inprocess"."""

    task: str
    tier: TierName
    code: bytes  # empty for an oracle
    oracle: str = ""  # the house oracle that plays, in the evaluator itself
    salt: str | None = None  # what salted draws are taken by; None: what the code means, which a recorded method keeps
    seed_key: bytes = PUBLIC_KEY
    device: str = "cpu"
    mode: str = "sandbox"
    seeds: int | None = None  # only the first so many
    only_seeds: tuple[int, ...] | None = None  # of those, only these
    cases: tuple[str, ...] | None = None  # only these
    house: str = ""  # slug of the house method that the code is, for the command that repeats it
    done: tuple[tuple[str, int], ...] = ()  # (case, seed) that are not played: their scores are known
    run: int | None = None  # the site's number of it, for the log

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "code": base64.b64encode(self.code).decode(), "seed_key": self.seed_key.hex()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        code, key = base64.b64decode(told["code"]), bytes.fromhex(told["seed_key"])
        cases, only = (told[name] and tuple(told[name]) for name in ("cases", "only_seeds"))
        done = tuple((case, seed) for case, seed in told["done"])
        return cls(**{**told, "code": code, "seed_key": key, "cases": cases, "only_seeds": only, "done": done})

    @property
    def board(self) -> Board:
        return catalogue.board(self.task, self.tier)

    @property
    def draws_are_secret(self) -> bool:
        """Whether a site draws: then a method speaks on the first seed alone, as what it says of all could be learnt by heart."""
        return self.run is not None

    def plays(self) -> list[tuple[Case[Any], int]]:
        """Every (case, seed index) that is asked for, seed by seed. Raises ValueError for an unknown case.

        The task's trial is played where it is asked for by name, also if no tier has it.
        """
        own = {case.name: case for case in self.board.cases}
        playable = own | {self.board.task.trial_case.name: self.board.task.trial_case}
        if unknown := set(self.cases or ()) - set(playable):
            raise ValueError(f"no such case: {', '.join(sorted(unknown))}; {self.tier} has {', '.join(sorted(own))}")
        cases = self.board.cases if self.cases is None else [playable[name] for name in playable if name in self.cases]
        seeds = self.board.seeds if self.seeds is None else min(self.seeds, self.board.seeds)
        indices = [seed for seed in range(seeds) if self.only_seeds is None or seed in self.only_seeds]
        return [(case, seed) for seed in indices for case in cases if (case.name, seed) not in self.done]

    def surroundings(self) -> dict[str, str]:
        """The environment of its evaluator."""
        known = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**known, **ONE_THREAD, **(driver_environment() if self.device == "cuda" else {})}

    def start(self, *, apart: bool = False) -> subprocess.Popen[bytes]:
        """Start an evaluator; it dies with the thread that calls this. Read what it says with `events`.

        apart: out of reach of a terminal's Ctrl-C, which is for whoever started it.
        """
        process = subprocess.Popen(
            [sys.executable, "-m", "runners.evaluator", str(os.getpid())],
            cwd=ROOT,
            env=self.surroundings(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0 if apart else None,
        )
        assert process.stdin
        with process.stdin as stdin:
            stdin.write(json.dumps(self.to_json()).encode())
        return process


def events(process: Evaluator) -> Iterator[Event]:
    """The events of an evaluator, until it ends."""
    assert process.stdout
    with process.stdout as lines:
        for line in lines:
            yield json.loads(line)
