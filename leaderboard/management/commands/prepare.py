"""Makes database, static files and the first administrator ready, in one process: each start of Python costs seconds."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from leaderboard.boards import references, standings
from leaderboard.running.reruns import drawn_elsewhere
from papers import catalogue


class Command(BaseCommand):
    help = "Bring database and static files up to date and create the first administrator; run it as often as you like."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if boards := drawn_elsewhere():
            raise CommandError(
                f"SEED_SECRET is not the one that results were drawn from, of {', '.join(boards)}: new ones could not be "
                "compared with them. Put it back: the variable, or the file seed_secret in DATA_DIR"
            )
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("first_admin", stdout=self.stdout)
        for board in standings.rebuild_outdated():
            self.stdout.write(f"{board}: version {board.task.version} now; what ran under another one left the board")
        for board in catalogue.all_boards():
            references.recorded(board)  # which rows hold is told once for all processes of the site
