"""The packages that a method may import: the one list of them, and the files that a sandbox shows for it."""

import csv
import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

LISTED = {  # distribution: the module by which it is imported
    "joblib": "joblib",
    "lightgbm": "lightgbm",
    "numba": "numba",
    "numpy": "numpy",
    "optuna": "optuna",
    "pandas": "pandas",
    "pillow": "PIL",
    "POT": "ot",
    "scikit-learn": "sklearn",
    "scipy": "scipy",
    "torch": "torch",
    "tqdm": "tqdm",
}


@cache
def versions() -> dict[str, str]:
    """Name -> version of the listed packages, sorted by name."""
    return {name: metadata.version(name) for name in sorted(LISTED, key=str.lower)}


@cache
def needed() -> tuple[metadata.Distribution, ...]:
    """The listed distributions and all that they need on this machine, by their installed metadata."""
    known: dict[str, metadata.Distribution] = {}
    asked: set[tuple[str, str]] = set()
    todo = [(name, "") for name in LISTED]
    while todo:
        name, extra = todo.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if (key, extra) in asked:
            continue
        asked.add((key, extra))
        try:
            known[key] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if name in LISTED:
                raise
            continue  # its dependant does without: pip would have refused otherwise
        todo += _required(known[key], extra)
    return tuple(known[key] for key in sorted(known))


def _required(distribution: metadata.Distribution, extra: str) -> Iterator[tuple[str, str]]:
    """(name, extra) of what a distribution needs with this extra, "" for none."""
    for line in distribution.requires or ():
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
            yield wanted.name, ""
            yield from ((wanted.name, name) for name in wanted.extras)


@cache
def entries() -> tuple[Path, ...]:
    """The files and folders of these packages that lie side by side with all others: modules, libraries, metadata.

    Start-up files (.pth) and what lies elsewhere, such as commands, are left out.
    """
    paths: set[Path] = set()
    for distribution in needed():
        names = {file.split("/")[0] for file in _files(distribution) if not file.endswith(".pth")}
        for name in names - {"..", "__pycache__"}:
            path = Path(str(distribution.locate_file(name)))
            paths |= {path, *_compiled(path)}
    return tuple(sorted(path for path in paths if path.exists()))


def _files(distribution: metadata.Distribution) -> Iterator[str]:
    """Its files as its record names them: `files` makes a path of each of some 30,000, which takes a second of every run."""
    record = distribution.read_text("RECORD")
    if record is None:
        return (str(file) for file in distribution.files or ())
    return (row[0] for row in csv.reader(record.splitlines()) if row)


def _compiled(path: Path) -> list[Path]:
    """The byte code of a module that is one file: without it, it would be compiled anew in every sandbox."""
    return [Path(importlib.util.cache_from_source(str(path)))] if path.suffix == ".py" else []
