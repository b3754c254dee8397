"""The one Python file that a method is: by itself, in a zip or in a folder, taken alike by form, API and command.

Nothing of it is run, and nothing of a zip is written to disk.
"""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from runners.judge import size

MOST_BYTES = 1 << 20  # of a file that the command reads; what a site takes is its own setting
MAX_ZIP_ENTRIES = 50
BESIDE = ("readme", "license", "licence", "copying", "changelog")  # texts that may lie beside the method in a zip
TEXTS = ("", ".md", ".txt", ".rst")
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", "__pycache__")  # what systems and Python put there


class SourceError(Exception):
    """There is no method to be had; the sentence says why and where."""


@dataclass(frozen=True)
class Source:
    """A method's file, and what else lay beside it: that is told, as nothing is done with it."""

    name: str
    code: bytes
    left_out: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        return f"Not kept: {', '.join(self.left_out)}." if self.left_out else ""


def read(path: Path, *, most: int = MOST_BYTES) -> Source:
    """The method of a .py, a .zip, or a folder that holds what such a zip may hold. Raises SourceError."""
    try:
        if path.is_dir():
            return from_zip(str(path), zipped(path), most=most)
        with path.open("rb") as file:
            return of_file(path.name, file.read(most + 1), most=most)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from None


def of_file(name: str, content: bytes, *, most: int) -> Source:
    """The method of a file with this name and content, of at most so many bytes. Raises SourceError."""
    if len(content) > most:
        raise SourceError(f"{printable(name)} has more than {size(most)}, which is the limit.")
    suffix = PurePosixPath(name.lower()).suffix
    if suffix == ".zip":
        return from_zip(name, content, most=most)
    if suffix != ".py":
        raise SourceError(f"{printable(name)} is neither a .py nor a .zip file: a method is one Python file.")
    return Source(name, content)


def zipped(folder: Path) -> bytes:
    """A zip of what lies in a folder, links as links: it is judged as a zip is. Raises SourceError, OSError."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for count, path in enumerate(sorted(visible(folder))):
            if count >= MAX_ZIP_ENTRIES:
                raise SourceError(
                    f"{folder} holds over {MAX_ZIP_ENTRIES} files and folders; a method is one Python file."
                )
            entry = zipfile.ZipInfo(str(PurePosixPath(path.relative_to(folder))) + "/" * path.is_dir())
            entry.external_attr = path.lstat().st_mode << 16
            archive.writestr(entry, b"" if path.is_dir() or path.is_symlink() else path.read_bytes())
    return buffer.getvalue()


def visible(folder: Path) -> Iterator[Path]:
    """All that lies in a folder; what begins with a dot is a tool's own."""
    for path in folder.iterdir():
        if not path.name.startswith("."):
            yield path
            if path.is_dir() and not path.is_symlink() and path.name not in LITTER:
                yield from visible(path)


def printable(name: str, most: int = 80) -> str:
    """A file name, or a sentence with one in it, as it may be shown."""
    return "".join(c if c.isprintable() else "?" for c in name)[:most] or "The file"


def from_zip(name: str, content: bytes, *, most: int) -> Source:
    """The one Python file at the root of a zip, or in its one folder. Nothing is extracted to disk. Raises SourceError."""
    name = printable(name)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ZIP_ENTRIES:
                raise SourceError(f"{name} holds {len(entries)} entries; a method is one Python file.")
            for entry in entries:
                check_entry(name, entry)
            files = [entry for entry in entries if not is_folder(entry)]
            left_out = [entry for entry in files if is_beside(entry)]
            method = only_method(name, [entry for entry in files if entry not in left_out])
            told = tuple(printable(str(path_of(entry))) for entry in left_out)
            return Source(path_of(method).name, inflate(name, archive, method, most=most), told)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise SourceError(f"{name} is not a readable zip file: {printable(str(error))}.") from None
    except Exception as error:
        if isinstance(error, SourceError):
            raise
        # zlib, struct and codecs have errors of their own for broken archives.
        raise SourceError(f"{name} is not a readable zip file ({type(error).__name__}).") from None


def only_method(name: str, files: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """The file that is the method. Raises SourceError where there is another number of them, or anything else."""
    folders = {path_of(entry).parts[:1] for entry in files if len(path_of(entry).parts) > 1}
    depth = 2 if len(folders) == 1 and all(len(path_of(entry).parts) > 1 for entry in files) else 1
    methods = [entry for entry in files if path_of(entry).suffix == ".py" and len(path_of(entry).parts) == depth]
    if others := [entry for entry in files if entry not in methods]:
        raise SourceError(
            f"{name} also holds {printable(others[0].filename)}; a method is one Python file at the zip's root."
        )
    if len(methods) != 1:
        raise SourceError(f"{name} holds {len(methods)} Python files at its root; it must hold exactly one.")
    return methods[0]


def path_of(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Its place in the zip: some programs for Windows write backslashes, some command lines a dot before it."""
    return PurePosixPath(entry.filename.replace("\\", "/"))


def is_folder(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.endswith(("/", "\\"))


def check_entry(name: str, entry: zipfile.ZipInfo) -> None:
    path, inner = path_of(entry), printable(entry.filename)
    if path.is_absolute() or ":" in entry.filename or "\0" in entry.orig_filename:
        raise SourceError(f"{name} holds an absolute or foreign path: {inner}.")
    if ".." in path.parts:
        raise SourceError(f"{name} holds a path that leaves its folder: {inner}.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
        raise SourceError(f"{name} holds a link or device: {inner}; only plain files are taken.")
    if entry.flag_bits & 0x1:
        raise SourceError(f"{name} is encrypted: {inner} can't be read.")


def is_beside(entry: zipfile.ZipInfo) -> bool:
    """What may lie beside a method and is left out: texts about it, and what systems put into every zip."""
    path = path_of(entry)
    is_text = path.suffix.lower() in TEXTS and path.name.lower().startswith(BESIDE)
    return is_text or bool(set(LITTER) & set(path.parts)) or path.name.startswith("._")


def inflate(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, most: int) -> bytes:
    """Read an entry up to the size limit, whatever its header promises."""
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise SourceError(f"{printable(entry.filename)} in {name} unpacks to more than {size(most)}.")
    return content
