"""Writes the whole site to one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leaderboard.machine.backups import BackupError, backup


class Command(BaseCommand):
    help = "Write rows, code, artefacts and the seed secret to a .tar.gz; the site may go on meanwhile. Keep it secret."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = backup(options["file"])
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{options['file']}: {sum(counts.values())} rows, {counts['leaderboard.Run']} runs")
