"""Values and their trees: what a frame's head says in JSON, and which arrays it sets aside.

A tree is null, true, false, a number, text, a list, or a dict with one tag:

    {"d": {...}}       a dict with text keys
    {"f": "nan"}       a number that JSON can't write: nan, inf, -inf
    {"a": i}           the i-th array
    {"n": i}           a list of whole numbers, of numbers or of truth values, which are the i-th array
    {"t": i}           a list of texts: the i-th array holds their lengths in bytes, the next one their UTF-8
    {"s": i}           a list of 1-d arrays of one kind: the i-th array holds their lengths, the next one their numbers
    {"p": [i, tree]}   a list of lists: the i-th array holds their lengths, the tree is the list of all that is in them

Every array is used once and in order. The last four are what long lists become; a list that holds different things
stays as it is. Nothing changes its type on the way: a tuple alone arrives as a list.
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np

KINDS = {kind: np.dtype(kind) for kind in ("<f4", "<f8", "<i4", "<i8", "|u1", "|b1")}
WIDER = {"f2": "<f4", "i1": "<i4", "i2": "<i4", "u2": "<i4", "u4": "<i8"}  # what numpy has and the wire has not
LONG = 32  # items of a list that is worth being sent as arrays
PIECES_LIMIT = 1 << 20  # items of all long lists of a frame: each is an object, and takes some 100 bytes
TEXT_LIMIT = 32 << 20  # bytes of UTF-8 in one long list; one rare character makes a text four times as large
DEPTH_LIMIT = 32
DIMENSIONS_LIMIT = 8
LARGEST = 1 << 64  # of a whole number, exclusive: seeds are 64 bits wide
SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
PLAIN = frozenset({type(None), bool, str})
LISTS = frozenset({list, tuple})
NUMBERS = {int: "<i8", float: "<f8", bool: "|b1"}


class FrameError(Exception):
    """The other side sent something that is no frame."""


class Lowering:
    """Turns one value into its tree and sets `arrays` aside, C-contiguous and of one of the KINDS.

    Raises TypeError for what can't cross, ValueError for what is too large or nested too deeply.
    """

    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []
        self._pieces = 0

    def tree(self, value: Any, depth: int = 0) -> Any:
        if depth > DEPTH_LIMIT:
            raise ValueError(f"nested deeper than {DEPTH_LIMIT} levels")
        if isinstance(value, np.ndarray):  # first: chatty boards send little else
            return {"a": self._aside(sendable(value))}
        if isinstance(value, np.generic):
            value = value.item()
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind is int:
            return _whole(value)
        if kind is float:
            return value if math.isfinite(value) else {"f": str(value)}
        if kind in LISTS:
            packed = self._packed(value, depth) if len(value) >= LONG else None
            return packed or [self.tree(item, depth + 1) for item in value]
        if kind is dict:
            if not all(type(key) is str for key in value):
                raise TypeError("a dict whose keys are not all text")
            return {"d": {key: self.tree(item, depth + 1) for key, item in value.items()}}
        raise TypeError(f"a value of type {kind.__name__}")

    def _packed(self, items: Sequence[Any], depth: int) -> dict[str, Any] | None:
        """A long list as arrays; None where its items are not alike."""
        kinds = set(map(type, items))
        if kinds <= LISTS:
            return {"p": [self._lengths(items), self.tree(list(chain.from_iterable(items)), depth + 1)]}
        if len(kinds) > 1:
            return None
        (kind,) = kinds
        if kind is str:
            return self._texts(items)
        if kind in NUMBERS:
            return self._numbers(items, NUMBERS[kind])
        if kind is np.ndarray and all(array.ndim == 1 and array.dtype == items[0].dtype for array in items):
            index = self._lengths(items)
            self._aside(sendable(np.concatenate(items)))
            return {"s": index}
        return None

    def _texts(self, texts: Sequence[str]) -> dict[str, Any]:
        try:
            encoded = [text.encode() for text in texts]
        except UnicodeEncodeError:
            raise ValueError("text with half a surrogate pair") from None
        index = self._lengths(encoded)
        blob = b"".join(encoded)
        if len(blob) > TEXT_LIMIT:
            raise ValueError(f"a list of texts takes {len(blob)} bytes of {TEXT_LIMIT}")
        self._aside(np.frombuffer(blob, np.uint8))
        return {"t": index}

    def _numbers(self, numbers: Sequence[float], kind: str) -> dict[str, Any] | None:
        try:
            array = np.array(numbers, KINDS[kind])
        except OverflowError:  # whole numbers of 64 bits without a sign
            return None
        self._count(len(numbers))
        return {"n": self._aside(array)}

    def _lengths(self, items: Sequence[Any]) -> int:
        self._count(len(items))
        return self._aside(np.array(list(map(len, items)), KINDS["<i4"]))

    def _count(self, pieces: int) -> None:
        self._pieces += pieces
        if self._pieces > PIECES_LIMIT:
            raise ValueError(f"long lists hold {self._pieces} items together, at most {PIECES_LIMIT} are possible")

    def _aside(self, array: np.ndarray) -> int:
        self.arrays.append(array)
        return len(self.arrays) - 1


class Raising:
    """Turns one tree back into its value. Raises FrameError for whatever is malformed or beyond a limit."""

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self._arrays = arrays
        self._used = self._pieces = 0

    @property
    def is_over(self) -> bool:
        """Whether every array was used."""
        return self._used == len(self._arrays)

    def value(self, tree: Any, depth: int = 0) -> Any:
        if depth > DEPTH_LIMIT:
            raise FrameError(f"nested deeper than {DEPTH_LIMIT} levels")
        kind = type(tree)
        if kind is str:
            return checked_text(tree)
        if kind is list:
            return [self.value(item, depth + 1) for item in tree]
        if kind is not dict:
            return _number(tree)
        ((tag, inner),) = tree.items() if len(tree) == 1 else (("", None),)
        if tag == "d" and type(inner) is dict:
            return {checked_text(key): self.value(item, depth + 1) for key, item in inner.items()}
        if tag == "p" and type(inner) is list and len(inner) == 2:
            return self._lists(inner[0], inner[1], depth)
        if read := READ.get(tag):
            return read(self, inner)
        raise FrameError("the value holds something unknown")

    def _special(self, name: Any) -> float:
        if type(name) is not str or name not in SPECIAL:
            raise FrameError("a number has an unknown name")
        return SPECIAL[name]

    def _array(self, index: Any) -> np.ndarray:
        if type(index) is not int or index != self._used or index >= len(self._arrays):
            raise FrameError("an array is used out of its turn")
        self._used += 1
        return self._arrays[index]

    def _lists(self, index: Any, tree: Any, depth: int) -> list[list[Any]]:
        ends = self._ends(index)
        items = self.value(tree, depth + 1)
        if type(items) is not list or len(items) != ends[-1]:
            raise FrameError("a list of lists is not as long as they are together")
        return [items[start:end] for start, end in pairwise(ends)]

    def _texts(self, index: Any) -> list[str]:
        ends = self._ends(index)
        blob = self._flat(ends, ("|u1",))
        if blob.size > TEXT_LIMIT:
            raise FrameError(f"a list of texts takes more than {TEXT_LIMIT} bytes")
        try:
            return list(_decoded(blob.tobytes(), ends))
        except UnicodeDecodeError:
            raise FrameError("text that is no UTF-8") from None

    def _vectors(self, index: Any) -> list[np.ndarray]:
        ends = self._ends(index)
        flat = self._flat(ends, tuple(KINDS))
        return [flat[start:end] for start, end in pairwise(ends)]

    def _numbers(self, index: Any) -> list[Any]:
        array = self._array(index)
        if array.ndim != 1 or array.dtype.str not in NUMBERS.values():
            raise FrameError("a list of numbers is of an unknown kind")
        self._count(array.size)
        numbers: list[Any] = array.tolist()
        return numbers

    def _ends(self, index: Any) -> list[int]:
        """[0, ..., total]: where the pieces of a list begin and end."""
        lengths = self._array(index)
        if lengths.ndim != 1 or lengths.dtype != KINDS["<i4"] or (lengths < 0).any():
            raise FrameError("the lengths of a list are none")
        self._count(lengths.size)
        return [0, *np.cumsum(lengths, dtype=np.int64).tolist()]

    def _flat(self, ends: list[int], kinds: tuple[str, ...]) -> np.ndarray:
        """The array that follows the lengths."""
        flat = self._array(self._used)
        if flat.ndim != 1 or flat.dtype.str not in kinds or flat.size != ends[-1]:
            raise FrameError("the lengths of a list don't add up to what it holds")
        return flat

    def _count(self, pieces: int) -> None:
        self._pieces += pieces
        if self._pieces > PIECES_LIMIT:
            raise FrameError(f"long lists hold more than {PIECES_LIMIT} items together")


READ: dict[str, Callable[[Raising, Any], Any]] = {
    "a": Raising._array,
    "f": Raising._special,
    "n": Raising._numbers,
    "t": Raising._texts,
    "s": Raising._vectors,
}


def sendable(array: np.ndarray) -> np.ndarray:
    """A C-contiguous array of one of the KINDS with the same numbers."""
    kind = array.dtype.str
    if type(array) is np.ndarray and kind in KINDS and array.flags.c_contiguous and array.ndim <= DIMENSIONS_LIMIT:
        return array
    masked = sys.modules.get(
        "numpy.ma"
    )  # who made a masked array has loaded it; here it would cost, and need a free descriptor
    if masked and masked.is_masked(array):
        raise TypeError("an array with masked items: what stands behind a mask is no number")
    if kind not in KINDS:
        kind = array.dtype.newbyteorder("<").str
        kind = WIDER.get(kind[1:], kind)
    if kind not in KINDS:
        raise TypeError(f"an array of dtype {array.dtype}, which is neither of real numbers nor of booleans")
    if array.ndim > DIMENSIONS_LIMIT:
        raise TypeError(f"an array of {array.ndim} dimensions, at most {DIMENSIONS_LIMIT} are possible")
    return np.array(array, dtype=KINDS[kind], order="C", copy=None, subok=False)


def checked_text(text: str) -> str:
    """Refuse lone surrogates: they parse, and later break whoever writes them down."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        raise FrameError("text with half a surrogate pair") from None
    return text


def _decoded(data: bytes, ends: list[int]) -> Iterator[str]:
    if data.isascii():
        text = data.decode("ascii")
        return (text[start:end] for start, end in pairwise(ends))
    return (data[start:end].decode() for start, end in pairwise(ends))


def _whole(value: int) -> int:
    if not -LARGEST < value < LARGEST:
        raise ValueError("a whole number of more than 64 bits")
    return value


def _number(tree: Any) -> Any:
    """None, a truth value or a number."""
    if type(tree) is int and not -LARGEST < tree < LARGEST:
        raise FrameError("a whole number of more than 64 bits")
    if type(tree) is float and not math.isfinite(tree):  # 1e999
        raise FrameError("a number is too large")
    return tree
