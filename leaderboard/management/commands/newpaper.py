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
FILES = {  # of the skeleton -> of the paper
    "__init__.txt": "__init__.py",
    "protocol.txt": "protocol.py",
    "first.txt": "methods/first.py",
    "README.txt": "README.md",
}


class Command(BaseCommand):
    help = "Lay out the folder of a new paper: card, protocol, a method, README. The tutorial is docs/new-paper.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="lower-case letters, digits and _: the folder's and the board's name")
        parser.add_argument("--title", default="", help="the paper's title")
        parser.add_argument("--folder", default=str(SKELETON.parent), help="where papers lie; PAPERS_PATH names others")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["slug"]
        if not re.fullmatch(r"[a-z][a-z0-9_]*", slug):
            raise CommandError(f"{slug!r}: lower-case letters, digits and _, beginning with a letter")
        folder = Path(options["folder"]) / slug
        if slug == SKELETON.name or slug in catalogue.all_tasks() or folder.exists():
            raise CommandError(f"{slug!r} is taken")
        title = options["title"] or slug.replace("_", " ").capitalize()
        for source, name in FILES.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = Template((SKELETON / source).read_text()).substitute(slug=slug, title=title.replace('"', "'"))
            path.write_text(text)
            self.stdout.write(str(path))
        self.stdout.write(f"Now run: python -m pytest -q tests/test_conformance.py -k {slug}")
