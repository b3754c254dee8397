"""Frames of the wire, whole and malformed, as tests make and compare them."""

import json
import math
import struct

import numpy as np

from runners.inside import wire

LIMIT = 1 << 16


def reader(data):
    """A `fill` over bytes, as a pipe would give them."""
    rest = memoryview(bytes(data))

    def fill(view):
        nonlocal rest
        if len(view) > len(rest):
            raise EOFError
        view[:] = rest[: len(view)]
        rest = rest[len(view) :]

    return fill


def packed(value, *, limit=LIMIT):
    return b"".join(wire.pack(wire.Frame("answer", "1", value), limit=limit))


def there_and_back(value):
    return wire.read(reader(packed(value)), limit=LIMIT).value


def frame_of(head, body=b""):
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack(">I", len(text)) + text + body


def head_of(**changes):
    return {"word": "answer", "call": "1", "value": None, "arrays": [], **changes}


def long_of(tag, *arrays):
    return head_of(value={tag: 0}, arrays=list(arrays))


def lengths(*numbers):
    return np.array(numbers, "<i4").tobytes()


def same(a, b):
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (math.isnan(a) and math.isnan(b)))
