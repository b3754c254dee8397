"""One rule for what a search finds, whatever the database knows of letters beyond ASCII."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet


def fold(text: str) -> str:
    """Text without what a reader doesn't tell apart: case, and the ways to write one character."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def holds(words: str, *texts: str | None) -> bool:
    """Whether one of the texts holds the words."""
    return any(fold(words) in fold(text) for text in texts if text)


def holding(words: str, folded: Iterable[tuple[int, str, str]]) -> list[int]:
    """The keys of those one of whose two texts, folded already, holds the words."""
    wanted = fold(words)
    return [key for key, one, other in folded if wanted in one or wanted in other]


def matches(rows: QuerySet[Any], words: str, *fields: str) -> Iterator[Any]:
    """The primary keys of the rows one of whose fields holds the words, in the rows' order. One query."""
    for pk, *texts in rows.values_list("pk", *fields).iterator(chunk_size=2000):
        if holds(words, *texts):
            yield pk
