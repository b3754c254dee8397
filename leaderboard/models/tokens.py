"""What stands for a user where there is no browser."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, models
from django.utils import timezone

USE_NOTED = timedelta(minutes=1)


@contextmanager
def without_waiting() -> Iterator[None]:
    """Let a write to SQLite fail at once where somebody else writes. PostgreSQL has no such lock."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")


class ApiToken(models.Model):
    """A bearer token. Only its hash is kept; the token itself is shown once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(default=timezone.now)
    last_used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, user: Any, name: str) -> tuple["ApiToken", str]:
        """Make a token; the text is returned here and never again."""
        text = f"cc_{secrets.token_urlsafe(32)}"
        return cls.objects.create(user=user, name=name, sha256=cls.digest(text)), text

    @staticmethod
    def digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    def note_use(self) -> None:
        """Note that it was used, to the minute. Where the database is locked it is not noted: to read needs no write."""
        now = timezone.now()
        if self.last_used is None or self.last_used < now - USE_NOTED:
            with suppress(OperationalError), without_waiting():
                type(self).objects.filter(pk=self.pk).update(last_used=now)
