"""Fills an empty site from a backup."""

import tarfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from leaderboard.machine.backups import BackupError, restore


class Command(BaseCommand):
    help = "Fill an empty database, storage and DATA_DIR from a backup; migrates first. Do it before the first start."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        try:
            counts = restore(options["file"])
        except (BackupError, tarfile.TarError, OSError, EOFError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"restored {sum(counts.values())} rows, {counts['leaderboard.Run']} runs")
