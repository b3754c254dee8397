"""Whose fault it was: SandboxError is ours and retried, MethodFailure is the author's and shown to the author."""

from typing import Literal

from runners.events import Exceeded

Reason = Literal["exception", "answer", "limit", "died", "import"]


class SandboxError(Exception):
    """The sandbox could not be made or kept: bubblewrap refused, no such device."""


class MethodFailure(Exception):
    """The method failed. `message` is a sentence for its author, `traceback` the author's own frames or nothing.

    `exceeded` says which limit it was, where that was measured.
    """

    def __init__(self, reason: Reason, message: str, traceback: str = "", exceeded: Exceeded | None = None) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message
        self.traceback = traceback
        self.exceeded = exceeded


class OutOfMemory(Exception):
    """The processes together hold more than the limit."""


class OutOfTime(Exception):
    """A limit of time is exceeded: the sentence for the author, and the figures."""

    def __init__(self, message: str, exceeded: Exceeded) -> None:
        super().__init__(message)
        self.exceeded = exceeded
