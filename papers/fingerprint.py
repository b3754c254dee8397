"""What a house method's scores follow from, as one number: the syntax of its file, of the board's play and of the kit,
and of all modules of `papers` that these import.

Comments, docstrings, layout and the cards' words don't count. Modules are found by reading import statements: nothing is
imported here, torch least of all. Files of data are told by their own sha256 in a run's provenance.
"""

import ast
import hashlib
import re
import threading
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import papers
from papers.task import House, Task

# The words in which boards are written: they change no score, or the task's version says so.
VOCABULARY = {
    f"papers.{name}"
    for name in (
        *("answers", "catalogue", "data", "evidence", "figures", "fingerprint", "metrics", "playing", "reference"),
        *("reading", "shelf", "task", "variants"),
    )
}
MODULE = re.compile(r"papers(\.\w+)+")
parsing = threading.Lock()  # two threads that parse at once confuse Python 3.11: "recursion depth mismatch"
TELLING = (ast.Constant, ast.Import, ast.ImportFrom)  # nodes that may name a module
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def fingerprint(task: Task, house: House) -> str:
    """sha256 of all that the scores of a house method follow from; the same on every machine and Python."""
    syntax, imports = contents(task.code(house))
    modules = reached(imports, dict(sources(task)))
    parts = [("version", str(task.version)), ("slug", house.slug if house.kind == "oracle" else "")]
    parts += [("method", syntax), *sorted(modules.items())]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@cache
def sources(task: Task) -> tuple[tuple[str, str], ...]:
    """(module, syntax) of the board's play, the kit, and every module of `papers` that they import."""
    return tuple(reached((name for name in (task.play, task.kit) if name), {}).items())


def reached(modules: Iterable[str], known: dict[str, str]) -> dict[str, str]:
    """The syntax by name of these modules of `papers`, of all that they import, and of those that are known already."""
    known, todo = dict(known), list(modules)
    while todo:
        name = todo.pop()
        path = path_of(name)
        if path and name not in known and name not in VOCABULARY:
            known[name], imports = contents(path.read_bytes())
            todo += imports
    return known


@cache
def contents(text: bytes) -> tuple[str, tuple[str, ...]]:
    """The syntax of a module, and the modules of `papers` that it imports."""
    imports: list[str] = []
    with parsing:
        tree = ast.parse(text)
    return repr(_plain(tree, imports)), tuple(imports)


@lru_cache(maxsize=64)
def meaning_of(code: bytes) -> str:
    """sha256 of what a method's file means: its syntax tree without layout, comments, docstrings and other idle constants.

    A text that can't be parsed is its bytes. Nesting costs no stack: a file may be deep on purpose.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return hashlib.sha256(code).hexdigest()
    digest = hashlib.sha256()
    todo: list[Any] = [tree]
    while todo:
        item = todo.pop()
        parts = parts_of(item)
        word = hex(item) if isinstance(item, int) else repr(item) if parts is None else str(len(parts))
        digest.update(f"{type(item).__name__} {word}\n".encode(errors="backslashreplace"))
        todo += reversed(parts or [])
    return digest.hexdigest()


def parts_of(item: Any) -> list[Any] | None:
    """What a piece of a syntax tree consists of; None where it is a name or a value. What is empty is left out."""
    if isinstance(item, ast.AST):
        fields = ((name, value) for name, value in ast.iter_fields(item) if value is not None and value != [])
        return [part for field in fields for part in field]
    return [part for part in item if not is_idle(part)] if isinstance(item, list) else None


def is_idle(node: Any) -> bool:
    """A statement that is a constant by itself: a docstring, or text that comments."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def imported_by(node: ast.AST) -> Iterator[str]:
    """The modules of `papers` that a statement imports; `from package import module` means the module alone.

    One that is loaded only where it is needed counts as soon as its name stands there as text.
    """
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and MODULE.fullmatch(node.value):
            yield node.value
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.startswith("papers."))
    elif isinstance(node, ast.ImportFrom) and node.module and f"{node.module}.".startswith("papers."):
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield inner if path_of(inner) else node.module


def path_of(module: str) -> Path | None:
    """The file of a module below `papers`; None where there is none."""
    _, *parts = module.split(".")
    for folder in map(Path, papers.__path__):
        for path in (folder.joinpath(*parts).with_suffix(".py"), folder.joinpath(*parts, "__init__.py")):
            if parts and path.is_file():
                return path
    return None


def _plain(node: Any, imports: list[str]) -> Any:
    """A node as nested tuples, without positions, comments and docstrings; what it imports is added to `imports`.

    What is empty is left out: newer Pythons have fields that older ones lack.
    """
    if isinstance(node, list):
        return tuple([_plain(part, imports) for part in node])
    if not isinstance(node, ast.AST):
        return node
    if isinstance(node, TELLING):
        imports.extend(imported_by(node))
    elif isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        del node.body[0]
    plain: list[Any] = [type(node).__name__]
    for name in node._fields:
        value = getattr(node, name, None)
        if value is not None and value != []:
            plain.append((name, _plain(value, imports)))
    return tuple(plain)
