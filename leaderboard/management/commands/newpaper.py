"""Lays out the folder of a new paper, as `claimcheck new-paper` does."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from runners.newpaper import HOME, Taken, lay_out


class Command(BaseCommand):
    help = "Lay out the folder of a new paper with one board. The tutorial is docs/new-paper.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="lower-case letters, digits and _: the name of the paper's folder")
        parser.add_argument(
            "--board", default="", help="the name of its board, in addresses too; the paper's if not given"
        )
        parser.add_argument("--title", default="", help="the paper's title")
        parser.add_argument("--folder", default=str(HOME), help="where papers lie; PAPERS_PATH names others")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            where = {name: options[name] for name in ("board", "title")}
            for path in lay_out(options["slug"], folder=Path(options["folder"]), **where):
                self.stdout.write(str(path))
        except Taken as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"Now run: claimcheck check {Path(options['folder']) / options['slug']}")
