"""Puts the house methods on the boards."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leaderboard.running import house
from papers.task import TIERS


class Command(BaseCommand):
    help = "Submit the house methods and queue a run for each that has none under the current version of its task."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tier", choices=TIERS, default="quick")
        parser.add_argument("--without-runs", action="store_true", help="Queue none: what was recorded stands in.")

    def handle(self, *args: Any, **options: Any) -> None:
        runs = house.sync(options["tier"], with_runs=not options["without_runs"])
        if not options["without_runs"]:
            house.schedule_nightly_repeat()
        self.stdout.write(f"house methods: {len(runs)} runs queued")
