"""Invites somebody to a site that is not open to everybody."""

from typing import Any

from django.core.management.base import BaseCommand

from leaderboard.submitting import invitations


class Command(BaseCommand):
    help = f"Print a link with which people may sign up within {invitations.DAYS} days where SIGN_UP=invitation."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(invitations.link())
