"""The one place that says what is wrong with an answer. Every function raises AnswerError, which its author reads.

Nothing that an answer says is lost on the way in silence: a number is converted only where its value stays the same, or
where a board asks for less precision and says so in its interface.
"""

import math
from collections.abc import Collection, Mapping
from typing import Any, Literal

import numpy as np

from papers.task import AnswerError

Kind = Literal["float", "int", "bool"]
KINDS = {"float": "f", "int": "iu", "bool": "b"}
EXAMPLES = {"float": "float32", "int": "int64", "bool": "bool"}
LARGEST = 1e12  # beyond it an answer is nothing that a board could use, and scores would overflow
WIDEST = 8  # bytes of a number: wider floats can't be kept as they are
MANY = 5  # unknown keys that a message names


def array(
    answer: Any,
    *,
    call: str,
    shape: tuple[int | None, ...] | None = None,
    like: np.ndarray | None = None,
    kind: Kind = "float",
    dtype: Any = None,
    low: float = -LARGEST,
    high: float = LARGEST,
    finite: bool = True,
) -> np.ndarray:
    """The answer to `call` as a plain array of this shape and kind, within [low, high].

    shape: sizes, None where any size will do; like: an array whose shape it must have. dtype: what is returned, float64,
    int64 or bool unless said. finite=False lets NaN and infinities pass, for boards that judge them. What is returned is
    the caller's own: writable, in C order, and nothing that is done to the answer later changes it.
    """
    want = like.shape if like is not None else shape
    expected = f"expected {_a(EXAMPLES[kind])} array" + (f" of shape {described(want)}" if want is not None else "")
    if not isinstance(answer, np.ndarray) or isinstance(answer, np.ma.MaskedArray):
        raise AnswerError(f"{call} returned {named(answer)}, {expected}")
    values: np.ndarray = np.asarray(answer)  # a subclass has its own arithmetic
    if want is not None and not fits(values.shape, want):
        raise AnswerError(f"{call} returned an array of shape {values.shape}, expected {described(want)}")
    if values.dtype.kind not in KINDS[kind] or values.dtype.itemsize > WIDEST:
        raise AnswerError(f"{call} returned {_a(_type(values))} array, expected {EXAMPLES[kind]}")
    if kind == "float":
        values = values.astype(float, order="C")
        if finite:
            _finite(values, call)
    within(values if finite else np.where(np.isinf(values), np.nan, values), call=call, low=low, high=high)
    return _as_type(values, dtype or {"float": float, "int": np.int64, "bool": bool}[kind], call)


def number(answer: Any, *, call: str, low: float = -LARGEST, high: float = LARGEST, what: str = "a number") -> float:
    """The answer to `call` as a finite float within [low, high]; whole numbers are taken as well, truth values are not."""
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer[()]
    if isinstance(answer, bool | np.bool_) or not isinstance(answer, int | float | np.integer | np.floating):
        raise AnswerError(f"{call} returned {named(answer)}, expected {what}")
    try:
        value = float(answer)
    except OverflowError:
        value = math.inf if answer > 0 else -math.inf
    if not math.isfinite(value) or not low <= value <= high:
        raise AnswerError(f"{call} returned {value:g}, expected {what}: finite, from {low:g} to {high:g}")
    if value != answer:
        raise AnswerError(f"{call} returned {named(answer)} that a float64 can't hold, expected {what}")
    return value


def whole(answer: Any, *, call: str, low: int, high: int, what: str = "a whole number") -> int:
    """The answer to `call` as an int within [low, high]."""
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer[()]
    if isinstance(answer, bool | np.bool_) or not isinstance(answer, int | np.integer):
        raise AnswerError(f"{call} returned {named(answer)}, expected {what}")
    if not low <= int(answer) <= high:
        raise AnswerError(f"{call} returned {_digits(int(answer))}, expected {what} from {low} to {high}")
    return int(answer)


def mapping(answer: Any, *, call: str, keys: Collection[str], others: Collection[str] = ()) -> Mapping[str, Any]:
    """The answer to `call` as a dict with these keys, and perhaps some of the others. An unknown key is an error too."""
    if not isinstance(answer, dict):
        raise AnswerError(f"{call} returned {named(answer)}, expected a dict with {listed(keys)}")
    if lacking := [key for key in keys if key not in answer]:
        raise AnswerError(f"{call} returned a dict without {listed(lacking)}")
    if unknown := [str(key)[:40] for key in answer if key not in {*keys, *others}]:
        more = f" and {len(unknown) - MANY} more" if len(unknown) > MANY else ""
        raise AnswerError(
            f"{call} returned a dict with {listed(unknown[:MANY])}{more}, which nobody reads; "
            f"it may hold {listed([*keys, *others])}"
        )
    return answer


def items(answer: Any, *, call: str, count: int) -> tuple[Any, ...]:
    """The answer to `call` as so many values, a tuple or a list."""
    if not isinstance(answer, list | tuple):
        raise AnswerError(f"{call} returned {named(answer)}, expected {count} values")
    if len(answer) != count:
        raise AnswerError(f"{call} returned {len(answer)} values, expected {count}")
    return tuple(answer)


def within(values: np.ndarray, *, call: str, low: float, high: float) -> None:
    """Raise where a number is outside [low, high]; NaN is left to others."""
    if values.size == 0 or values.dtype.kind == "b" or (low, high) == (-math.inf, math.inf):
        return
    outside = (values < low) | (values > high)
    if outside.any():
        at = np.argwhere(outside)[0]
        raise AnswerError(
            f"{call} returned {values[tuple(at)]:g}{_where(at)}, expected numbers from {low:g} to {high:g}"
        )


def named(answer: Any) -> str:
    """What an answer is, in words: "None", "a list", "a float64 array of shape (3,)"."""
    if answer is None:
        return "None"
    if isinstance(answer, np.ndarray):
        masked = "masked " if isinstance(answer, np.ma.MaskedArray) else ""
        return f"{_a(masked + _type(answer))} array of shape {answer.shape}"
    return _a(type(answer).__name__)


def fits(shape: tuple[int, ...], want: tuple[int | None, ...]) -> bool:
    return len(shape) == len(want) and all(size is None or size == side for side, size in zip(shape, want, strict=True))


def described(want: tuple[int | None, ...]) -> str:
    """A shape as people write it: "(3, any)"."""
    sides = ["any" if side is None else str(side) for side in want]
    return f"({sides[0]},)" if len(sides) == 1 else f"({', '.join(sides)})"


def listed(words: Collection[str]) -> str:
    return ", ".join(repr(word) for word in words) or "nothing"


def _finite(values: np.ndarray, call: str) -> None:
    bad = ~np.isfinite(values)
    if bad.any():
        at = np.argwhere(bad)[0]
        raise AnswerError(
            f"{call} left {bad.sum()} of {values.size} numbers NaN or infinite, the first{_where(at)}: "
            "expected finite numbers"
        )


def _as_type(values: np.ndarray, dtype: Any, call: str) -> np.ndarray:
    """A copy in another type. Only a float may lose precision, and only where a board asks for it; no number is lost."""
    with np.errstate(over="ignore", invalid="ignore"):
        copy: np.ndarray = values.astype(dtype, order="C")
    if copy.dtype == values.dtype:
        return copy
    lost = copy != values if values.dtype.kind in "iu" else np.isinf(copy) & ~np.isinf(values)
    if values.dtype.kind != "b" and lost.any():
        at = np.argwhere(lost)[0]
        raise AnswerError(f"{call} returned {values[tuple(at)]}{_where(at)}, which {_a(str(copy.dtype))} can't hold")
    return copy


def _type(array: np.ndarray) -> str:
    return str(array.dtype)[:40]


def _digits(value: int) -> str:
    """A whole number as digits, unless there are too many of them to print."""
    return str(value) if abs(value) < 10**18 else f"a whole number {'above 10^18' if value > 0 else 'below -10^18'}"


def _where(at: np.ndarray) -> str:
    return f" at [{', '.join(map(str, at))}]" if len(at) else ""


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeio' else 'a'} {word}"  # a uint8
