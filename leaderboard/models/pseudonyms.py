"""What an author is called while nobody is to know who it is."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

FIRST = (
    "amber", "brisk", "calm", "clear", "copper", "early", "fern", "gentle", "grey", "hazel", "keen", "late", "lively",
    "mild", "north", "pale", "quiet", "russet", "silver", "still", "swift", "tall", "west", "young",
)  # fmt: skip
SECOND = (
    "avocet", "bittern", "curlew", "dipper", "dunlin", "egret", "fulmar", "gannet", "godwit", "grebe", "heron", "ibis",
    "knot", "lapwing", "martin", "osprey", "petrel", "plover", "puffin", "skua", "snipe", "swift", "tern", "wigeon",
)  # fmt: skip
NUMBERS = 9000
TRIES = 20


def new_pseudonym() -> str:
    """Drawn: nothing of the user goes into it."""
    return f"{secrets.choice(FIRST)}-{secrets.choice(SECOND)}-{1000 + secrets.randbelow(NUMBERS)}"


class Pseudonym(models.Model):
    """Of a user who is shown by it; whoever shows the own name has none."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pseudonym")
    name = models.CharField(max_length=40, unique=True, default=new_pseudonym)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def give(cls, user: Any) -> "Pseudonym":
        """The user's own, or a new one that nobody else has, as a name or as a pseudonym."""
        people = get_user_model().objects
        for _ in range(TRIES):
            name = new_pseudonym()
            if people.filter(username__iexact=name).exists():
                continue
            try:
                with transaction.atomic():
                    return cls.objects.get_or_create(user=user, defaults={"name": name})[0]
            except IntegrityError:  # another's, of just now
                continue
        raise RuntimeError(f"no pseudonym is free after {TRIES} tries")


def shown_name(user: str = "") -> Coalesce:
    """In a query: what others call a user. user: the way to it, such as "submission__author"."""
    way = f"{user}__" if user else ""
    return Coalesce(F(f"{way}pseudonym__name"), F(f"{way}username"))


def is_called(name: str, user: str = "") -> Q:
    """In a filter: whom others call so. A name behind a pseudonym is nobody's."""
    way = f"{user}__" if user else ""
    return Q(**{f"{way}pseudonym__name": name}) | Q(**{f"{way}username": name, f"{way}pseudonym": None})
