"""Lays out the folder of a new paper with one board; the rules of runners.conformance then say what is missing."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Template

import papers
from papers import catalogue
from papers.task import Paper

HOME = Path(papers.__file__).resolve().parent  # where the papers lie that come with Claimcheck
SKELETON = HOME / "skeleton"
BOARD = "board"  # the folder of the skeleton that takes the board's name
SUFFIXES = {"README.txt": ".md"}  # of what is laid out; the rest is Python
PARTS = {"data", "problem", "kit", "make", "made"}


class Taken(Exception):
    """A name is wrong or taken; the sentence says which and why."""


def comes_with_us(paper: Paper) -> bool:
    """Whether a paper lies in this tree; else PAPERS_PATH leads to it."""
    return paper.folder.resolve().parent == HOME


def lay_out(slug: str, *, board: str = "", title: str = "", folder: Path) -> Iterator[Path]:
    """Write the files of a new paper into a folder of its name in `folder`, and say each. Raises Taken."""
    board, target = board or slug, folder / slug
    check_names(slug, board, target)
    title = (title or slug.replace("_", " ").capitalize()).replace("\\", "").replace('"', "'")
    for source in sorted(SKELETON.rglob("*.txt")):
        path = target / place_of(source.relative_to(SKELETON), board)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(source.read_text()).substitute(slug=slug, board=board, title=title))
        yield path


def check_names(slug: str, board: str, target: Path) -> None:
    """Raises Taken for names that are wrong or taken."""
    for name in (slug, board):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise Taken(f"{name!r}: lower-case letters, digits and _, beginning with a letter")
    shared = {path.stem for path in HOME.glob("*.py")} | {SKELETON.name}
    if slug in shared | {paper.slug for paper in catalogue.all_papers()} or target.exists():
        raise Taken(f"{slug!r} is taken")
    if board in catalogue.all_tasks():
        raise Taken(f"there is a board named {board!r}: name another with --board")
    if board in PARTS | set(catalogue.VERBS):
        raise Taken(f"{board!r} names another part of a paper's folder, or a command")


def place_of(source: Path, board: str) -> Path:
    """Where a file of the skeleton goes in the paper's folder."""
    parts = [board if part == BOARD else part for part in source.parent.parts]
    return Path(*parts) / source.with_suffix(SUFFIXES.get(source.name, ".py")).name
