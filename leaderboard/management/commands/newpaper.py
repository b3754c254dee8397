"""Lays out the folder of a new paper; the conformance suite then says what is missing."""

import re
from argparse import ArgumentParser
from pathlib import Path
from string import Template
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from papers import catalogue

SKELETON = Path(settings.BASE_DIR) / "papers" / "skeleton"
PAPER_FILES = {"paper.txt": "__init__.py", "README.txt": "README.md"}  # of the skeleton -> of the paper
SLUG = "lower-case letters, digits and _, beginning with a letter"


class Command(BaseCommand):
    help = "Lay out the folder of a new paper: README, and a folder for its board. The tutorial is docs/new-paper.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help=f"the paper's and its folder's name: {SLUG}")
        parser.add_argument("--board", default="", help="its board's name, the same as the paper's where none is given")
        parser.add_argument("--title", default="", help="the paper's title")
        parser.add_argument("--folder", default=str(SKELETON.parent), help="where papers lie; PAPERS_PATH names others")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, board = options["slug"], options["board"] or options["slug"]
        folder = Path(options["folder"]) / slug
        check_names(slug, board, folder)
        title = options["title"] or slug.replace("_", " ").capitalize()
        words = {"slug": slug, "board": board, "title": title.replace('"', "'")}
        for source, name in layout(board).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(Template(source.read_text()).substitute(words))
            self.stdout.write(str(path))
        self.stdout.write(f"Now run: python -m pytest -q tests/test_conformance.py -k {board}")


def check_names(slug: str, board: str, folder: Path) -> None:
    """Raises CommandError."""
    for name in (slug, board):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise CommandError(f"{name!r}: {SLUG}")
    if slug == SKELETON.name or slug in {paper.slug for paper in catalogue.all_papers()} or folder.exists():
        raise CommandError(f"{slug!r} is taken")
    if board in catalogue.all_tasks():
        raise CommandError(f"there is a board {board!r} already")


def layout(board: str) -> dict[Path, str]:
    """Which file of the skeleton becomes which of the paper."""
    own = {SKELETON / source: name for source, name in PAPER_FILES.items()}
    parts = sorted((SKELETON / "board").rglob("*.txt"))
    return own | {part: f"{board}/{part.relative_to(SKELETON / 'board').with_suffix('.py')}" for part in parts}
