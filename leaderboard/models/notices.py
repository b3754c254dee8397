"""How somebody wants to hear that a run has ended. Nothing is sent to those who did not ask for it."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models


def new_secret() -> str:
    return secrets.token_urlsafe(24)


class Notices(models.Model):
    """One user's wishes. All is off at first."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    by_mail = models.BooleanField("by mail, to your verified address", default=False)
    feed = models.CharField(max_length=40, blank=True, db_index=True)  # the secret part of its address; "" = none
    webhook = models.URLField(blank=True, max_length=300)
    secret = models.CharField(max_length=40, default=new_secret)  # signs what is sent to the webhook

    class Meta:
        verbose_name_plural = "notices"

    def __str__(self) -> str:
        return f"notices of user {self.user_id}"

    @classmethod
    def of(cls, user: Any) -> "Notices":
        """What was wished, or a row that is not saved. One query."""
        return cls.objects.filter(user=user.pk).first() or cls(user=user)
