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
BOARD = "board"  # the folder of the skeleton that takes the board's name
SUFFIXES = {"README.txt": ".md"}  # of what is laid out; the rest is Python


class Command(BaseCommand):
    help = "Lay out the folder of a new paper with one board. The tutorial is docs/new-paper.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="lower-case letters, digits and _: the name of the paper's folder")
        parser.add_argument(
            "--board", default="", help="the name of its board, in addresses too; the paper's if not given"
        )
        parser.add_argument("--title", default="", help="the paper's title")
        parser.add_argument("--folder", default=str(SKELETON.parent), help="where papers lie; PAPERS_PATH names others")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, board = options["slug"], options["board"] or options["slug"]
        folder = Path(options["folder"]) / slug
        check(slug, board, folder)
        title = (options["title"] or slug.replace("_", " ").capitalize()).replace("\\", "").replace('"', "'")
        for source in sorted(SKELETON.rglob("*.txt")):
            path = folder / place_of(source.relative_to(SKELETON), board)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(Template(source.read_text()).substitute(slug=slug, board=board, title=title))
            self.stdout.write(str(path))
        self.stdout.write(f'Now run: python -m pytest -q tests/test_conformance.py -k "{slug} or {board}"')


def check(slug: str, board: str, folder: Path) -> None:
    """Raises CommandError for names that are wrong or taken."""
    for name in (slug, board):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise CommandError(f"{name!r}: lower-case letters, digits and _, beginning with a letter")
    shared = {path.stem for path in SKELETON.parent.glob("*.py")} | {SKELETON.name}
    if slug in shared | {paper.slug for paper in catalogue.all_papers()} or folder.exists():
        raise CommandError(f"{slug!r} is taken")
    if board in catalogue.all_tasks():
        raise CommandError(f"there is a board named {board!r}: name another with --board")
    if board in {"data", "problem", "kit", "make", "made", *catalogue.VERBS}:
        raise CommandError(f"{board!r} names another part of a paper's folder, or a command")


def place_of(source: Path, board: str) -> Path:
    """Where a file of the skeleton goes in the paper's folder."""
    parts = [board if part == BOARD else part for part in source.parent.parts]
    return Path(*parts) / source.with_suffix(SUFFIXES.get(source.name, ".py")).name
