"""Frames between the evaluator and the harness: numbers, text and arrays as data, never pickle.

A frame is a 4-byte big-endian length, a JSON head of that length and the raw bytes of its arrays, one after the other:

    {"word": "answer", "call": "<token>", "value": <tree>, "arrays": [["<f4", [569, 30]]]}

A tree is null, true, false, a number, text, a list, `{"d": {...}}` for a dict with text keys, `{"a": i}` for the i-th
array and `{"f": "nan" | "inf" | "-inf"}` for a number that JSON can't write. Every array is used once and in order.

Both sides use this module, but only the evaluator needs its distrust: sizes are compared with the limit before anything
is allocated, and whatever is malformed is one FrameError. The end of the stream is an EOFError: the other side is gone.
NaN and infinities are legal, as numbers and in arrays: the task decides what an answer may hold.
"""

import json
import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

KINDS = ("<f4", "<f8", "<i4", "<i8", "|u1", "|b1")
HEAD_LIMIT = 1 << 20  # bytes: room for some 50,000 numbers in lists; more belongs into an array
DEPTH_LIMIT = 32
ARRAYS_LIMIT = 1024
DIMENSIONS_LIMIT = 8
LARGEST = 1 << 64  # of a whole number, exclusive: seeds are 64 bits wide
WIDER = {"f2": "<f4", "i1": "<i4", "i2": "<i4", "u2": "<i4", "u4": "<i8"}  # what numpy has and the wire has not
SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Read = Callable[[memoryview], None]  # fills the whole view or raises EOFError


class FrameError(Exception):
    """The other side sent something that is no frame."""


@dataclass(frozen=True)
class Frame:
    """One message. `word` says what it is, `call` which question it belongs to."""

    word: str
    call: str
    value: Any


def pack(frame: Frame, *, limit: int) -> list[memoryview]:
    """Return the frame as buffers to be written one after the other; `limit` bounds the bytes of its arrays.

    Raises:
        TypeError: The value holds something that can't cross, named in the message.
        ValueError: It is too large or nested too deeply for one frame.
    """
    arrays: list[np.ndarray] = []
    tree = _lower(frame.value, arrays, 0)
    size = sum(array.nbytes for array in arrays)
    if size > limit:
        raise ValueError(f"its arrays take {size} bytes of {limit}")
    kinds = [[array.dtype.str, list(array.shape)] for array in arrays]
    head = json.dumps(
        {"word": frame.word, "call": frame.call, "value": tree, "arrays": kinds}, allow_nan=False
    ).encode()
    if len(head) > HEAD_LIMIT:
        raise ValueError(f"lists and text take {len(head)} bytes of {HEAD_LIMIT}; use numpy arrays for what is long")
    if len(arrays) > ARRAYS_LIMIT:
        raise ValueError(f"{len(arrays)} arrays at once, at most {ARRAYS_LIMIT} are possible")
    return [memoryview(struct.pack(">I", len(head)) + head), *(_bytes_of(array) for array in arrays if array.size)]


def read(fill: Read, *, limit: int) -> Frame:
    """Read one frame; `limit` bounds the bytes of all its arrays together.

    Arrays are fresh, writable and C-contiguous.

    Raises:
        FrameError: What came is malformed or larger than the limits.
        EOFError: The stream ended.
    """
    (size,) = struct.unpack(">I", _exactly(fill, 4))
    if size > HEAD_LIMIT:
        raise FrameError(f"the head claims {size} bytes, at most {HEAD_LIMIT} are allowed")
    head = _parse(_exactly(fill, size))
    if not isinstance(head, dict) or set(head) != {"word", "call", "value", "arrays"}:
        raise FrameError("the head lacks a field or has one too many")
    if not isinstance(head["word"], str) or not isinstance(head["call"], str):
        raise FrameError("word and call must be text")
    shapes = _check_arrays(head["arrays"], limit)
    arrays = [
        np.empty(shape, dtype=kind) for kind, shape in shapes
    ]  # untouched memory: costs nothing until it is filled
    for array in arrays:
        if array.size:
            fill(_bytes_of(array))
        if array.dtype == np.bool_ and array.size and array.view(np.uint8).max() > 1:
            raise FrameError("a truth value is neither 0 nor 1")
    unused = iter(range(len(arrays)))
    value = _raise(head["value"], arrays, unused, 0)
    if next(unused, None) is not None:
        raise FrameError("an array is not used")
    return Frame(_text(head["word"]), _text(head["call"]), value)


def _bytes_of(array: np.ndarray) -> memoryview:
    return array.reshape(-1).view(np.uint8).data  # a view: array is C-contiguous


def _exactly(fill: Read, size: int) -> bytearray:
    buffer = bytearray(size)
    if size:
        fill(memoryview(buffer))
    return buffer


def _lower(value: Any, arrays: list[np.ndarray], depth: int) -> Any:
    """Turn a value into its tree, its arrays set aside."""
    if depth > DEPTH_LIMIT:
        raise ValueError(f"nested deeper than {DEPTH_LIMIT} levels")
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) in (bool, str):
        return value
    if type(value) is int:
        return _whole(value)
    if type(value) is float:
        return value if math.isfinite(value) else {"f": str(value)}
    if isinstance(value, np.ndarray):
        arrays.append(_sendable(value))
        return {"a": len(arrays) - 1}
    if type(value) in (list, tuple):
        return [_lower(item, arrays, depth + 1) for item in value]
    if type(value) is dict:
        if not all(type(key) is str for key in value):
            raise TypeError("a dict whose keys are not all text")
        return {"d": {key: _lower(item, arrays, depth + 1) for key, item in value.items()}}
    raise TypeError(f"a value of type {type(value).__name__}")


def _whole(value: int) -> int:
    if not -LARGEST < value < LARGEST:
        raise ValueError("a whole number of more than 64 bits")
    return value


def _sendable(array: np.ndarray) -> np.ndarray:
    """A C-contiguous array of one of the KINDS with the same numbers."""
    kind = array.dtype.newbyteorder("<").str
    kind = WIDER.get(kind[1:], kind)
    if kind not in KINDS:
        raise TypeError(f"an array of dtype {array.dtype}")
    if array.ndim > DIMENSIONS_LIMIT:
        raise TypeError(f"an array of {array.ndim} dimensions, at most {DIMENSIONS_LIMIT} are possible")
    return np.array(array, dtype=kind, order="C", copy=None, subok=False)


def _refuse_constant(name: str) -> NoReturn:
    raise FrameError(f"{name} is no JSON")


def _parse(text: bytearray) -> Any:
    try:
        return json.loads(text.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # bad UTF-8, bad JSON, 5,000 digits, 60,000 brackets
        raise FrameError(f"the head is no JSON: {type(error).__name__}") from None


def _check_arrays(described: Any, limit: int) -> list[tuple[str, list[int]]]:
    """Check kinds, shapes and the sum of bytes; nothing is allocated here."""
    if not isinstance(described, list) or len(described) > ARRAYS_LIMIT:
        raise FrameError("the list of arrays is malformed or too long")
    checked = []
    for item in described:
        if not isinstance(item, list) or len(item) != 2:
            raise FrameError("an array must be described by its kind and its shape")
        kind, shape = item
        if not isinstance(kind, str) or kind not in KINDS:
            raise FrameError("an array is of an unknown kind")
        if not isinstance(shape, list) or len(shape) > DIMENSIONS_LIMIT:
            raise FrameError("a shape is no list or has too many dimensions")
        if not all(type(side) is int and 0 <= side < 1 << 31 for side in shape):
            raise FrameError("a shape holds something else than a size")
        # An empty array counts as if its empty sides had length 1: numpy refuses (0, 2**31, 2**31) in its own way.
        limit -= math.prod(max(side, 1) for side in shape) * np.dtype(kind).itemsize
        if limit < 0:
            raise FrameError("the arrays claim more bytes than the limit")
        checked.append((kind, shape))
    return checked


def _raise(tree: Any, arrays: list[np.ndarray], unused: Iterator[int], depth: int) -> Any:
    """Turn a tree back into the value."""
    if depth > DEPTH_LIMIT:
        raise FrameError(f"nested deeper than {DEPTH_LIMIT} levels")
    if isinstance(tree, str):
        return _text(tree)
    if type(tree) is int and not -LARGEST < tree < LARGEST:
        raise FrameError("a whole number of more than 64 bits")
    if type(tree) is float and not math.isfinite(tree):  # 1e999
        raise FrameError("a number is too large")
    if tree is None or isinstance(tree, bool | int | float):
        return tree
    if isinstance(tree, list):
        return [_raise(item, arrays, unused, depth + 1) for item in tree]
    ((tag, inner),) = tree.items() if len(tree) == 1 else (("", None),)
    if tag == "d" and isinstance(inner, dict):
        return {_text(key): _raise(item, arrays, unused, depth + 1) for key, item in inner.items()}
    if tag == "a" and type(inner) is int and inner == next(unused, None):
        return arrays[inner]
    if tag == "f" and isinstance(inner, str) and inner in SPECIAL:
        return SPECIAL[inner]
    raise FrameError("the value holds something unknown")


def _text(text: str) -> str:
    """Refuse lone surrogates: they parse, and later break whoever writes them down."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise FrameError("text with half a surrogate pair") from None
    return text
