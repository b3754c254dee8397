"""What people and methods may be called: everything that can be read, told apart, and reached by its address."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from confusable_homoglyphs import categories, confusables
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Length

from leaderboard.models import Pseudonym, Submission
from papers.task import Task

# What the site calls itself and its own.
RESERVED = (
    "house", "claimcheck", "admin", "administrator", "staff", "root", "system", "moderator", "support", "security",
    "anonymous", "nobody", "everybody", "deleted", "deleted user", "recorded", "oracle",
)  # fmt: skip
SHORTEST = 2  # characters of a method's name: EM
MOST_MARKS = 3  # on one letter; more is drawn over the lines around it
JOINERS = "\u200c\u200d"
EMOJI_LOOK = "\ufe0f"
# Characters without ink that count as letters or marks; spaces, controls and formats are known by their category.
INKLESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | {
    chr(code) for first, last in ((0xFE00, 0xFE0E), (0xE0100, 0xE01EF)) for code in range(first, last + 1)
}
HIDDEN = {"Cc": "can't be seen", "Cf": "can't be seen", "Cs": "is no character", "Co": "has no meaning of its own"}
HIDDEN |= {"Cn": "is no character", "Zl": "breaks the line", "Zp": "breaks the line"}
EAST_ASIAN = {"HAN", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "CJK"}  # written together
DIGITS = str.maketrans("01", "ol")
WORDS = re.compile(r"[^\W\d_]+")


def clean_method_name(name: str, *, task: Task, user: Any) -> str:
    """The name as it will stand. Raises ValidationError with a sentence that says what is wrong with it."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    check_readable(name)
    if len(name) < SHORTEST:
        raise ValidationError(f"Give it at least {SHORTEST} characters.")
    check_not_reserved(name)
    others = (
        Submission.objects.filter(task=task.slug, superseded=False)
        .exclude(author=user.pk)
        .annotate(length=Length("name"))
    )
    taken = others.filter(Q(length=len(name)) | Q(name__iexact=name)).select_related("author__pseudonym")
    refuse_twin(name, ((row.name, row.author_name) for row in taken.iterator()))
    return name


def clean_user_name(name: str) -> str:
    """The name, which Django's form has normalised. Raises ValidationError with a sentence that says what is wrong with it."""
    check_readable(name)
    check_not_reserved(name)
    people = get_user_model().objects.annotate(length=Length("username"))
    taken = people.filter(Q(length=len(name)) | Q(username__iexact=name)).values_list("username", flat=True)
    refuse_twin(name, ((other, "") for other in taken.iterator()))
    pseudonyms = Pseudonym.objects.annotate(length=Length("name")).filter(Q(length=len(name)) | Q(name__iexact=name))
    refuse_twin(name, ((other, "") for other in pseudonyms.values_list("name", flat=True).iterator()))
    return name


def check_readable(name: str) -> None:
    """Raise ValidationError for what can't be seen, is drawn over other lines, or looks like letters that it isn't."""
    for index, character in enumerate(name):
        if reason := why_unreadable(name, index):
            raise ValidationError(f"Take out {spelled(character)}: it {reason}.")
    if not any(map(str.isalnum, name)):
        raise ValidationError("A name needs a letter or a digit.")
    for word in WORDS.findall(name):
        if pair := disguise(word):
            raise ValidationError(f"“{word}” mixes {pair[0]} letters with {pair[1]} ones that look alike.")


def why_unreadable(name: str, index: int) -> str:
    """What is wrong with a character in its place, or ""."""
    character = name[index]
    category = unicodedata.category(character)
    before, after = name[index - 1 : index] or " ", name[index + 1 : index + 2] or " "
    if character in JOINERS and joins(before, after):
        return ""
    if character == EMOJI_LOOK and unicodedata.category(before)[0] in "SN":
        return ""
    if character in INKLESS or character == EMOJI_LOOK:
        return "can't be seen"
    marks = name[max(index - MOST_MARKS, 0) : index + 1]
    if len(marks) > MOST_MARKS and all(unicodedata.category(mark) in ("Mn", "Me") for mark in marks):
        return "is one mark too many on a letter"
    return HIDDEN.get(category, "")


def joins(before: str, after: str) -> bool:
    """Whether a joiner has work to do: between letters of a script without capitals, or between emoji."""
    return all(unicodedata.category(side) in ("Lo", "Mn", "Mc") for side in (before, after)) or all(
        unicodedata.category(side) in ("So", "Sk") or side == EMOJI_LOOK for side in (before, after)
    )


def spelled(character: str) -> str:
    """A character by its number and name: it may not be one that a page can show."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


def disguise(word: str) -> tuple[str, str] | None:
    """Two scripts in a word of which one stands only with letters that look like the other's; None in an honest word.

    Latin letters beside others are what keyboards give, as in μP.
    """
    scripts: dict[str, list[str]] = {}
    for letter in word:
        scripts.setdefault(script(letter), []).append(letter)
    for own, letters in scripts.items():
        if own in ("COMMON", "LATIN"):
            continue
        for other in scripts.keys() - {own}:
            if all(any(script(twin) == other for twin in twins(letter)) for letter in letters):
                return own.capitalize(), other.capitalize()
    return None


def script(letter: str) -> str:
    name = str(categories.alias(letter))
    return "EAST ASIAN" if name in EAST_ASIAN else name


def twins(letter: str) -> list[str]:
    """The single characters that look like this one."""
    return [twin["c"] for twin in confusables.confusables_data.get(letter, ()) if len(twin["c"]) == 1]


@cache
def looks() -> dict[str, str]:
    """Character -> the least of all that look like it, directly or by way of others."""
    look: dict[str, str] = {}
    for first in confusables.confusables_data:
        if first in look or len(first) > 1:
            continue
        alike, pending = {first}, [first]
        while pending:
            fresh = set(twins(pending.pop())) - alike
            alike |= fresh
            pending += fresh
        look |= dict.fromkeys(alike, min(alike))
    return look


def skeleton(name: str) -> str:
    """What is left of a name for somebody who looks at it quickly."""
    return "".join(looks().get(character, character) for character in name).casefold().translate(DIGITS)


def are_twins(name: str, other: str) -> bool:
    return name.casefold() == other.casefold() or skeleton(name) == skeleton(other)


def check_not_reserved(name: str) -> None:
    bare = " ".join(re.split(r"[\W_]+", name)).strip()
    spellings = [spelling for own in RESERVED for spelling in (own, own.upper())]
    if any(are_twins(part, spelling) for spelling in spellings for part in (name, bare)):
        raise ValidationError(f"“{name}” is, or looks like, a name of the site's own: choose another one.")


def refuse_twin(name: str, taken: Iterable[tuple[str, str]]) -> None:
    """Raise ValidationError where one of the names that are taken, with whose it is, can't be told from this one."""
    for other, owner in taken:
        if are_twins(name, other):
            whose = f" by {owner}" if owner else ""
            raise ValidationError(f"“{name}” can't be told apart from “{other}”{whose}: choose another name.")
