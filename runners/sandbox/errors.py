"""Whose fault it was: SandboxError is ours and retried, MethodFailure is the author's and shown to the author."""

from typing import Literal

Reason = Literal["exception", "answer", "limit", "died", "import"]


class SandboxError(Exception):
    """The sandbox could not be made or kept: bubblewrap refused, no such device."""


class MethodFailure(Exception):
    """The method failed. `message` is a sentence for its author, `traceback` the author's own frames or nothing."""

    def __init__(self, reason: Reason, message: str, traceback: str = "") -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message
        self.traceback = traceback
