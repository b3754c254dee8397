"""`manage.py open_data`: write the file of each board's plays where the board has changed; --check ranks them again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leaderboard.boards import open_data
from papers import catalogue


class Command(BaseCommand):
    help = "Write the file of each board's plays where the board has changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="rank every board again from its file, and say which are broken"
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        for board in catalogue.all_boards():
            kept = open_data.renew(board)
            if kept and check:
                open_data.check(kept)
        if check:
            open_data.tell_broken_boards()
