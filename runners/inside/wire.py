"""Frames between the evaluator and the harness: numbers, text and arrays as data, never pickle.

A frame is a 4-byte big-endian length, a JSON head of that length and the raw bytes of its arrays, one after the other:

    {"word": "answer", "call": "<token>", "value": <tree>, "arrays": [["<f4", [569, 30]]]}

`trees` says what a tree is. Both sides use this module, but only the evaluator needs its distrust: sizes are compared
with the limit before anything is allocated, and whatever is malformed is one FrameError. The end of the stream is an
EOFError: the other side is gone. NaN and infinities are legal, as numbers and in arrays: the task decides what an answer
may hold.
"""

import json
import math
import struct
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import numpy as np

from runners.inside.trees import DIMENSIONS_LIMIT, KINDS, FrameError, Lowering, Raising, checked_text

__all__ = ["AHEAD", "HEAD_LIMIT", "Buffer", "Frame", "FrameError", "ReadAhead", "pack", "read"]

HEAD_LIMIT = 1 << 20  # bytes: what is long crosses as arrays
ARRAYS_LIMIT = 1024
AHEAD = 1 << 16  # bytes that are read at once, and frames that are written at once
FIELDS = {"word", "call", "value", "arrays"}
TRUTH = KINDS["|b1"]

Read = Callable[[memoryview], None]  # fills the whole view or raises EOFError
Buffer = bytes | memoryview


class Frame(NamedTuple):
    """One message. `word` says what it is, `call` which question it belongs to."""

    word: str
    call: str
    value: Any


class ReadAhead:
    """Fills views from a stream, with as few reads as possible: small frames arrive in one.

    `read` puts what there is into a view and returns how many bytes; it waits for the first one, 0 is the stream's end.
    """

    def __init__(self, read: Callable[[memoryview], int]) -> None:
        self._read = read
        self._buffer = memoryview(bytearray(AHEAD))
        self._start = self._end = 0

    def __bool__(self) -> bool:
        """Whether bytes are here that nobody asked for yet."""
        return self._end > self._start

    def fill(self, view: memoryview) -> None:
        """Fill the whole view. Raises EOFError, and whatever `read` raises."""
        start, end = self._start, self._start + len(view)
        if end <= self._end:  # all of it is here
            view[:] = self._buffer[start:end]
            self._start = end
            return
        while view:
            if not self and len(view) < AHEAD:
                self._start, self._end = 0, self._read(self._buffer)
                if not self._end:
                    raise EOFError
            count = self._take(view) if self else self._read(view)
            if not count:
                raise EOFError
            view = view[count:]

    def _take(self, view: memoryview) -> int:
        count = min(len(view), self._end - self._start)
        view[:count] = self._buffer[self._start : self._start + count]
        self._start += count
        return count


def pack(frame: Frame, *, limit: int) -> list[Buffer]:
    """Return the frame as buffers to be written one after the other; `limit` bounds the bytes of its arrays.

    A small frame is one buffer.

    Raises:
        TypeError: The value holds something that can't cross, named in the message.
        ValueError: It is too large or nested too deeply for one frame.
    """
    lowering = Lowering()
    tree = lowering.tree(frame.value)
    arrays = lowering.arrays
    size = sum([array.nbytes for array in arrays])
    if size > limit:
        raise ValueError(f"its arrays take {size} bytes of {limit}")
    kinds = [[array.dtype.str, array.shape] for array in arrays]
    head = _json_of({"word": frame.word, "call": frame.call, "value": tree, "arrays": kinds})
    if len(head) > HEAD_LIMIT:
        raise ValueError(f"lists and text take {len(head)} bytes of {HEAD_LIMIT}; use numpy arrays for what is long")
    if len(arrays) > ARRAYS_LIMIT:
        raise ValueError(
            f"{len(arrays)} arrays at once, at most {ARRAYS_LIMIT} are possible; a list of 1-d arrays is one"
        )
    start = LENGTH.pack(len(head)) + head
    if len(start) + size <= AHEAD:
        return [b"".join([start, *[array.data for array in arrays]])]
    return [start, *(_bytes_of(array) for array in arrays if array.size)]


def read(fill: Read, *, limit: int) -> Frame:
    """Read one frame; `limit` bounds the bytes of all its arrays together.

    Arrays are writable and C-contiguous, and nobody else's: those of a long list share their memory, side by side.

    Raises:
        FrameError: What came is malformed or larger than the limits.
        EOFError: The stream ended.
    """
    (size,) = LENGTH.unpack(_exactly(fill, LENGTH.size))
    if size > HEAD_LIMIT:
        raise FrameError(f"the head claims {size} bytes, at most {HEAD_LIMIT} are allowed")
    head = _parse(_exactly(fill, size))
    if type(head) is not dict or head.keys() != FIELDS:
        raise FrameError("the head lacks a field or has one too many")
    word, call = head["word"], head["call"]
    if type(word) is not str or type(call) is not str:
        raise FrameError("word and call must be text")
    shapes = _check_arrays(head["arrays"], limit)
    arrays = [np.empty(shape, kind) for kind, shape in shapes]  # untouched memory: costs nothing until it is filled
    for array in arrays:
        if array.size:
            fill(_bytes_of(array))
        if array.dtype is TRUTH and array.tobytes().translate(None, b"\x00\x01"):
            raise FrameError("a truth value is neither 0 nor 1")
    raising = Raising(arrays)
    value = raising.value(head["value"])
    if not raising.is_over:
        raise FrameError("an array is not used")
    return Frame(checked_text(word), checked_text(call), value)


def _bytes_of(array: np.ndarray) -> memoryview:
    return (array if array.ndim else array.reshape(1)).data.cast("B")  # a view: array is C-contiguous


def _exactly(fill: Read, size: int) -> bytearray:
    buffer = bytearray(size)
    if size:
        fill(memoryview(buffer))
    return buffer


def _refuse_constant(name: str) -> NoReturn:
    raise FrameError(f"{name} is no JSON")


def _refuse_object(value: object) -> NoReturn:
    raise TypeError(f"a value of type {type(value).__name__}")


LENGTH = struct.Struct(">I")
DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
# json's own encoder, made once: `JSONEncoder.encode` makes one for each text. A tree has no circles to look for.
_pieces = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
    None, _refuse_object, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, False
)


def _json_of(head: dict[str, Any]) -> bytes:
    return "".join(_pieces(head, 0)).encode()


def _parse(data: bytearray) -> Any:
    """The JSON value that the text is, from its first character to its last."""
    try:
        text = data.decode()
        value, end = DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:  # bad UTF-8, bad JSON, 5,000 digits, 60,000 brackets
        raise FrameError(f"the head is no JSON: {type(error).__name__}") from None
    if end != len(text):
        raise FrameError("the head is no JSON: more follows")
    return value


def _check_arrays(described: Any, limit: int) -> list[tuple[np.dtype, list[int]]]:
    """Check kinds, shapes and the sum of bytes; nothing is allocated here."""
    if type(described) is not list or len(described) > ARRAYS_LIMIT:
        raise FrameError("the list of arrays is malformed or too long")
    checked = []
    for item in described:
        if type(item) is not list or len(item) != 2:
            raise FrameError("an array must be described by its kind and its shape")
        kind, shape = item
        if type(kind) is not str or kind not in KINDS:
            raise FrameError("an array is of an unknown kind")
        if type(shape) is not list or len(shape) > DIMENSIONS_LIMIT:
            raise FrameError("a shape is no list or has too many dimensions")
        for side in shape:
            if type(side) is not int or not 0 <= side < 1 << 31:
                raise FrameError("a shape holds something else than a size")
        # An empty array counts as if its empty sides had length 1: numpy refuses (0, 2**31, 2**31) in its own way.
        limit -= math.prod([side or 1 for side in shape]) * KINDS[kind].itemsize
        if limit < 0:
            raise FrameError("the arrays claim more bytes than the limit")
        checked.append((KINDS[kind], shape))
    return checked
