"""Files that scores depend on: declared by the papers, had by name, always checked by sha256, noted when they are used.

A paper's `data.py` holds FILES: the names under which boards ask, each with a `File`. Several papers may declare the same
file under the same name; what many use stands in `papers.shelf`. A file is fetched once, or it lies beside the code: committed
weights and tables (`made/`, `kit/`), tables that come with an installed package.

DATA_MIRROR names a folder that holds files to be fetched (gzipped or not); DATA_CACHE one where fetched files are kept.
"""

import functools
import gzip
import hashlib
import importlib.util
import os
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pooch

from papers import catalogue

Arrays = dict[str, np.ndarray]
P = ParamSpec("P")
R = TypeVar("R")
FETCH_SECONDS = 60
HALF = "half-"  # what the name of a file begins with until all of it is written
_notes: list[dict[str, str]] = [
    {}
]  # the last one is written to; `kept` lays another one on top while it makes something


class DataError(Exception):
    """A data set can't be had, or isn't what it should be. The message says what to do."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file, where it comes from, and how to read it."""

    name: str
    sha256: str  # of its plain content, also where it lies gzipped
    read: Callable[[bytes], Arrays]
    address: str  # where it is fetched from, or what it was made from
    licence: str
    converted: bool = False  # made from what lies at the address, which offers it in another form: not fetched
    folder: Path | None = None  # where it lies beside the code; None: it is fetched


def dataset(name: str) -> Arrays:
    """The arrays of a data set, read anew. Raises DataError, KeyError for a name that no paper declares."""
    file = files()[name]
    arrays = file.read(_content(file))
    note(name, file.sha256)
    return arrays


def missing(name: str) -> str:
    """Why a data set can't be had here, "" where it can: its file is fetched now if need be. Raises KeyError."""
    try:
        _content(files()[name])
    except DataError as error:
        return str(error)
    return ""


def used() -> dict[str, str]:
    """Name and sha256 of every file that was used since `reset`."""
    return dict(_notes[0])


def reset() -> None:
    """Forget what was used so far."""
    _notes[0].clear()


def note(name: str, sha256: str) -> None:
    """Count a file as used."""
    _notes[-1][name] = sha256


def kept(make: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function makes, as functools.cache does; the files that it used count as used in every later call too."""
    results: dict[Any, tuple[R, dict[str, str]]] = {}

    @functools.wraps(make)
    def keep(*args: P.args, **kwargs: P.kwargs) -> R:
        key = (args, tuple(sorted(kwargs.items())))
        if key not in results:
            _notes.append({})
            try:
                made = make(*args, **kwargs)
            finally:
                uses = _notes.pop()
            results[key] = made, uses
        result, uses = results[key]
        _notes[-1].update(uses)
        return result

    return keep


@functools.cache
def files() -> dict[str, File]:
    """Every file that a paper declares, by name. Raises DataError where two papers mean different ones by the same name."""
    known: dict[str, File] = {}
    for module in catalogue.modules("data"):
        for name, file in module.FILES.items():
            first = known.setdefault(name, file)
            if (first.sha256, first.read) != (file.sha256, file.read):
                raise DataError(f"{module.__name__} declares {name}, which another paper declares as another file")
    return known


def installed(package: str) -> Path:
    """The folder of an installed package, which is not imported; a folder that does not exist where it is not installed."""
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else Path(package)


def made(name: str, make: Callable[[], bytes]) -> bytes:
    """The content of a file that is made once, by the first who needs it, and kept beside the fetched ones."""
    path = cached(name)
    if not path.exists():
        keep(path, make())
    content = path.read_bytes()
    note(name, hashlib.sha256(content).hexdigest())
    return content


def cached(name: str) -> Path:
    """Where this machine keeps a file that was fetched or made once."""
    return Path(os.environ.get("DATA_CACHE") or "~/.cache/claimcheck").expanduser() / name


def _content(file: File) -> bytes:
    """From beside the code; else from the mirror, the cache, or the official address, in this order."""
    places = [file.folder] if file.folder else [folder for folder in (_mirror(), cached("")) if folder]
    for folder in places:
        for path, read in ((folder / f"{file.name}.gz", _unzipped), (folder / file.name, Path.read_bytes)):
            if path.exists():
                return _checked(file, read(path), path)
    if file.folder:
        raise DataError(
            f"{file.folder / file.name} is missing; it comes with the code or a package: install that again"
        )
    if file.converted:
        raise DataError(f"{file.name} is not here; it is made from {file.address}: {_advice()}")
    return _checked(file, _fetch(file).read_bytes(), file.address)


def _checked(file: File, content: bytes, source: object) -> bytes:
    actual = hashlib.sha256(content).hexdigest()
    if actual != file.sha256:
        raise DataError(
            f"{source} is not the expected {file.name}: its sha256 is {actual}, not {file.sha256}; remove it"
        )
    return content


def _fetch(file: File) -> Path:
    """Fetch a file into the cache, the whole of it or nothing."""
    pooch.get_logger().setLevel("WARNING")
    try:
        path = pooch.retrieve(
            file.address,
            known_hash=f"sha256:{file.sha256}",
            fname=file.name,
            path=cached(""),
            downloader=pooch.HTTPDownloader(timeout=FETCH_SECONDS),
        )
    except OSError as error:
        raise DataError(
            f"{file.name} is not here and could not be fetched from {file.address} ({error}): {_advice()}"
        ) from error
    except ValueError as error:
        raise DataError(f"what lies at {file.address} is not the expected {file.name}: {error}") from error
    return Path(path)


def _advice() -> str:
    return f"put it into a folder and set DATA_MIRROR to that folder, or into {cached('')}"


def _unzipped(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error}); remove it") from error


def _mirror() -> Path | None:
    folder = os.environ.get("DATA_MIRROR")
    if folder and not Path(folder).is_dir():
        raise DataError(f"DATA_MIRROR names {folder}, which is no folder")
    return Path(folder) if folder else None


def keep(path: Path, content: bytes) -> None:
    """Write the whole file or nothing: several evaluators may make it at once. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=HALF, delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except OSError:
            os.unlink(file.name)
            raise
