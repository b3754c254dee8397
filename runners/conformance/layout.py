"""Rules on what lies where in a paper's folder, and on who may import whom. Nothing of it is imported for that."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import papers
from papers.task import Paper
from runners.conformance.rules import rule

OURS = {"papers", "runners", "leaderboard"}
SHARED = {path.stem for path in Path(papers.__file__).parent.glob("*.py")} | {""}
PARTS = {"__init__.py", "README.md", "data.py", "problem", "kit", "make", "made"}
# What a part of a paper may import of its own paper; `make` may import all of it.
ALLOWED: dict[str, set[str]] = {
    "board": {"problem", "kit"}, "problem": {"kit", "data"}, "kit": set(), "data": set(), "card": {"board"}
}  # fmt: skip
LITTER = {"__pycache__"}
HEAVY = {"torch", "sklearn", "scipy", "PIL", "pooch"}


@cache
def imports(path: Path) -> list[tuple[str, bool]]:
    """(module, is at the top of the file) of every import statement; of `from a import b`, a and a.b.

    Raises ValueError for a relative import.
    """
    tree = ast.parse(path.read_text())
    named: list[tuple[str, bool]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named += [(alias.name, node in tree.body) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise ValueError(f"{path}: a relative import")
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            named += [(name, node in tree.body) for name in names]
    return named


def boards_of(paper: Paper) -> set[str]:
    """The names of the folders of a paper's boards."""
    return {task.folder.name for task in paper.tasks}


@rule("paper")
def what_lies_in_a_paper_has_its_place(paper: Paper) -> Iterator[str]:
    there = {path.name for path in paper.folder.iterdir()} - LITTER
    for name in sorted(there - PARTS - boards_of(paper)):
        yield f"{name} has no place in a paper's folder: {', '.join(sorted(PARTS))} and a folder for each board"
    yield from (f"the folder of the board {name} is missing" for name in sorted(boards_of(paper) - there))


@rule("paper")
def a_card_loads_nothing_heavy(paper: Paper) -> Iterator[str]:
    """The web process and the command read it, with all that it imports at the top of a file."""
    for path in read_with_the_card(paper):
        for name in sorted({name.split(".")[0] for name, is_at_the_top in imports(path) if is_at_the_top} & HEAVY):
            yield f"{path.relative_to(paper.folder)} imports {name}, and the card imports it: the web process reads cards"


def read_with_the_card(paper: Paper) -> list[Path]:
    """The card of a paper, and every file of its own that is imported with it."""
    found: list[Path] = []
    new = [paper.folder / "__init__.py"]
    while new:
        path = new.pop()
        if path in found:
            continue
        found.append(path)
        inside = [name.split(".")[2:] for name, is_at_the_top in imports(path) if is_at_the_top and is_of(paper, name)]
        places = [paper.folder.joinpath(*words) for words in inside]
        new += [
            place
            for folder in places
            for place in (folder.with_suffix(".py"), folder / "__init__.py")
            if place.is_file()
        ]
    return found


def is_of(paper: Paper, name: str) -> bool:
    return name.startswith(f"papers.{paper.folder.name}.")


@rule("paper")
def no_paper_imports_another(paper: Paper) -> Iterator[str]:
    for path in sorted(paper.folder.rglob("*.py")):
        named = {(*name.split("."), "")[1] for name, _ in imports(path) if name.split(".")[0] == "papers"}
        for other in sorted(named - SHARED - {paper.folder.name}):
            yield f"{path.relative_to(paper.folder)} imports papers.{other}: what papers share lies in papers/ itself"


@rule("paper")
def boards_import_problems_and_problems_the_kit(paper: Paper) -> Iterator[str]:
    boards = boards_of(paper)
    for path in sorted(paper.folder.rglob("*.py")):
        part = path.relative_to(paper.folder).parts[0].removesuffix(".py")
        if part == "make":
            continue
        allowed = ALLOWED.get("board" if part in boards else "card" if part == "__init__" else part, set())
        for name, _ in imports(path):
            other = (*name.split("."), "", "")[2] if is_of(paper, name) else ""
            if other not in ("", part) and ("board" if other in boards else other) not in allowed:
                yield f"{path.relative_to(paper.folder)} imports {name}: arrows point from boards to problem to kit"


@rule("paper")
def methods_import_nothing_of_ours_but_the_kit(paper: Paper) -> Iterator[str]:
    for task in paper.tasks:
        for path in sorted(task.methods.glob("*.py")):
            for name in sorted({name for name, _ in imports(path) if name.split(".")[0] in OURS}):
                kit = f"{task.kit}."
                if name != "papers" and not f"{name}.".startswith(kit) and not kit.startswith(f"{name}."):
                    yield f"methods/{path.name} imports {name}: a sandbox has the kit and nothing else of the paper"
