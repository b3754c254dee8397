"""Makes database, static files and the first administrator ready, in one process: each start of Python costs seconds."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from leaderboard.boards import references, standings
from papers import catalogue


class Command(BaseCommand):
    help = "Bring database and static files up to date and create the first administrator; run it as often as you like."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("first_admin", stdout=self.stdout)
        for board in standings.rebuild_outdated():
            self.stdout.write(f"{board}: version {board.task.version} now; what ran under another one left the board")
        for board in catalogue.all_boards():
            references.recorded(board)  # which rows hold is told once for all processes of the site
