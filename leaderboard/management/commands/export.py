"""Writes a board as one HTML file that any web host can show."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leaderboard.views import standalone
from papers import catalogue
from papers.task import TIERS


class Command(BaseCommand):
    help = "Write a board as one self-contained HTML file: rows, references, charts, verdicts, provenance."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("board", choices=sorted(catalogue.all_tasks()))
        parser.add_argument("--tier", choices=TIERS, default="quick")
        parser.add_argument("--out", type=Path, help="the file; BOARD-TIER.html here unless told")
        parser.add_argument("--site", default="", help="where its links lead; SITE_URL unless told")

    def handle(self, *args: Any, **options: Any) -> None:
        board, tier = options["board"], options["tier"]
        file = options["out"] or Path(f"{board}-{tier}.html")
        file.write_text(standalone.page_of(board, tier, site=options["site"]))
        self.stdout.write(f"{file}: {file.stat().st_size / 2**20:.1f} MiB")
