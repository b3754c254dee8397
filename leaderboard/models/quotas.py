"""What an administrator allows one user instead of what the site allows everybody."""

from django.conf import settings
from django.db import models


class Quota(models.Model):
    """Of one user. What is empty is as for everybody."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quota")
    per_day = models.PositiveIntegerField("runs in 24 hours", null=True, blank=True, help_text="0: none at all.")
    open = models.PositiveIntegerField("runs waiting or running", null=True, blank=True)

    def __str__(self) -> str:
        return f"{limit_in_words(self.per_day)} in 24 hours, {limit_in_words(self.open)} waiting or running"

    @classmethod
    def of(cls, user: object) -> tuple[int, int]:
        """Runs in 24 hours, and waiting or running: the user's own limits, else everybody's. One query."""
        own = cls.objects.filter(user=user).values_list("per_day", "open").first() or (None, None)
        everybodys = (settings.QUOTA_PER_DAY, settings.QUOTA_OPEN)
        per_day, waiting = (usual if limit is None else limit for limit, usual in zip(own, everybodys, strict=True))
        return per_day, waiting


def limit_in_words(limit: int | None) -> str:
    return "as many as everybody" if limit is None else str(limit)
