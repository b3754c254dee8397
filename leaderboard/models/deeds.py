"""Who did what to what others sent, and when: for administrators to read."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class Deed(models.Model):
    """One line of the audit log. Nothing changes or deletes it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    what = models.CharField(max_length=600)
    about = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.what}: {self.about}"

    @staticmethod
    def note(user: Any, what: str, *objects: models.Model) -> None:
        """Write a line for each object, in the transaction that does the deed."""
        lines = [f"{each._meta.verbose_name} {each.pk}: {each}"[:200] for each in objects]
        Deed.objects.bulk_create([Deed(user_id=user.pk, what=what[:600], about=line) for line in lines])
