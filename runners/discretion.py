"""What is told of a play that failed where draws are secret: of any seed but the first, nothing in the method's own words.

Who fails on purpose could say all that he was shown, and meet it again with the next upload. His author learns what kind of failure
it was and in which line of the file; on his own machine he sees everything.
"""

import builtins
import re

from papers.task import AnswerError
from runners.sandbox import MethodFailure

OTHERS = {"LinAlgError", "OutOfMemoryError"}  # of libraries, that methods raise without meaning to
NAME = re.compile(r"(?:.*\braised )?(\w+)")
LINE = re.compile(r"\(method\.py, line (\d{1,6})\)$")
WANTED = re.compile(r"^(\w+) .*(expected .*)$", re.DOTALL)  # how boards say what is wrong with an answer to a call
KEPT_BACK = "What else it said is kept back, as this seed's draws could be learnt by heart from it."


def in_our_words(failure: MethodFailure | AnswerError, code: bytes) -> MethodFailure:
    """The same failure as its author may read it."""
    if isinstance(failure, AnswerError):
        return MethodFailure("answer", f"{_of_an_answer(str(failure))} {KEPT_BACK}")
    if failure.exceeded or failure.reason == "died":  # said by who measured it
        return MethodFailure(failure.reason, failure.message, exceeded=failure.exceeded)
    if failure.reason == "answer":
        return MethodFailure("answer", f"The method sent what is no answer. {KEPT_BACK}")
    return MethodFailure(failure.reason, f"The method raised {_kind(failure)}{_place(failure, code)}. {KEPT_BACK}")


def _of_an_answer(message: str) -> str:
    found = WANTED.match(message)
    return f"`{found[1]}` did not answer as it must: {found[2]}." if found else "An answer is not what the board takes."


def _kind(failure: MethodFailure) -> str:
    """A name that Python or a library has given: others could say anything."""
    found = NAME.match(failure.message)
    known = getattr(builtins, found[1], None) if found else None
    is_known = isinstance(known, type) and issubclass(known, BaseException)
    return found[1] if found and (is_known or found[1] in OTHERS) else "an exception of its own kind"


def _place(failure: MethodFailure, code: bytes) -> str:
    found = LINE.search(failure.message)
    return f" in line {found[1]} of its file" if found and int(found[1]) <= code.count(b"\n") + 1 else ""
