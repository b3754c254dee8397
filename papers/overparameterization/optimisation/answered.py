"""What a method's step answered, as the next arrays."""

from typing import Any

import numpy as np

from papers import answers

ANSWERED = 1e150  # larger numbers overflow in any objective: they count as diverged

Arrays = list[np.ndarray]


def moved_to(answer: Any, like: Arrays) -> Arrays | None:
    """The next arrays; None where a number in them is not finite or beyond all use. Raises AnswerError."""
    x = [array.copy() for array in answer] if is_alike(answer, like) else checked(answer, like)
    return x if all(float(np.abs(array).max(initial=0)) <= ANSWERED for array in x) else None


def is_alike(answer: Any, like: Arrays) -> bool:
    """Whether nothing has to be said or converted. Half a million answers a run: the full check takes ten times as long."""
    return (
        type(answer) is list
        and len(answer) == len(like)
        and all(
            type(array) is np.ndarray and array.dtype == old.dtype and array.shape == old.shape
            for array, old in zip(answer, like, strict=True)
        )
    )


def checked(answer: Any, like: Arrays) -> Arrays:
    """Raises AnswerError."""
    arrays = answers.items(answer, call="step", count=len(like))
    return [
        answers.array(
            array, call=f"step's array {number}", like=old, dtype=old.dtype, finite=False, low=-np.inf, high=np.inf
        )
        for number, (array, old) in enumerate(zip(arrays, like, strict=True))
    ]
