"""Frames survive the way there and back, and nothing malformed is anything else than one FrameError."""

import copy
import json
import math
import random
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from runners.inside import trees, wire
from tests.runners.frames import LIMIT, frame_of, head_of, lengths, long_of, packed, reader, same, there_and_back

arrays = hnp.arrays(
    st.sampled_from([np.dtype(kind) for kind in trees.KINDS]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**64) + 1, 2**64 - 1), st.floats(), arrays,
    st.text(st.characters(exclude_categories=["Cs"])),
)  # fmt: skip
keys = st.text("abdf", max_size=2)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)


def long_lists(items):
    return st.lists(items, min_size=trees.LONG, max_size=trees.LONG + 8)


def vectors(kind):
    return hnp.arrays(np.dtype(kind), st.integers(0, 5))


long = st.one_of(
    long_lists(texts),
    long_lists(st.integers(-(2**63), 2**63 - 1)),
    long_lists(st.integers(2**63, 2**64 - 1)),
    long_lists(st.floats()),
    long_lists(st.booleans()),
    long_lists(st.one_of(st.booleans(), st.integers(-5, 5), st.floats(), texts, st.none())),
    st.sampled_from(sorted(trees.KINDS)).flatmap(lambda kind: long_lists(vectors(kind))),
    long_lists(st.sampled_from(sorted(trees.KINDS)).flatmap(vectors)),
    long_lists(st.lists(texts, max_size=3)),
    long_lists(st.lists(st.one_of(st.integers(-5, 5), texts), max_size=3)),
    long_lists(st.lists(st.lists(vectors("<i4"), max_size=2), max_size=2)),
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)


@given(values)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_value_comes_back_as_it_was(value):
    assert same(there_and_back(value), value)


@given(long)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_long_list_comes_back_as_it_was(value):
    assert same(there_and_back(value), value)


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
def test_eight_thousand_mutated_frames_are_values_or_frame_errors(data):
    """20 mutations of each of 400 frames: of its bytes, and of the tree that its head describes."""
    mutate(packed(data.draw(values)), data)


@given(st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
def test_two_thousand_mutated_frames_of_long_lists_are_values_or_frame_errors(data):
    mutate(packed(data.draw(long)), data)


def mutate(frame, data):
    generator = random.Random(data.draw(st.integers(0, 2**32)))
    for _ in range(20):
        read_whatever(generator.choice([with_other_bytes, with_another_tree])(frame, generator))


TRAPS = [
    *(b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5000, b"[" * 3000, b'{"a":' * 500, b'"\\ud800"', b"\xff\xfe"),
    *(b"\x00", b'"<f8"', b"[[1]]", b"-1", b"1.0", b"true", b"null", b"2147483648", b"4294967296", b'{"a": 0}'),
    *(b'{"t": 0}', b'{"s": 0}', b'{"n": 0}', b'{"p": [0, []]}', b"<i4", b"\xff\xff\xff\xff"),
    *(b'{"f": "nan"}', b'{"d": []}', b"|O", b"<U8", b"18446744073709551616", b"{}", b"[]"),
]


def with_other_bytes(frame, generator):
    """Bytes cut out, doubled, drawn anew, swapped for what breaks parsers."""
    changed = bytearray(frame)
    for _ in range(generator.randint(1, 3)):
        at = generator.randrange(len(changed) + 1)
        to = min(at + generator.randint(0, 8), len(changed))
        changed[at:to] = generator.choice(
            [b"", changed[at:to] * 2, generator.randbytes(to - at), generator.choice(TRAPS)]
        )
    if generator.random() < 0.7:  # keep the length right, so that more than the length is tested
        (size,) = struct.unpack(">I", frame[:4])
        changed[:4] = struct.pack(">I", max(size + len(changed) - len(frame), 0))
    return changed


SURPRISES = [
    *(
        None,
        True,
        -1,
        1.5,
        2**31,
        2**64,
        "",
        "\ud800",
        "<f4",
        "|O",
        [],
        {},
        [[1]],
        {"a": 0},
        {"a": 1},
        {"a": True},
        {"f": "nan"},
    ),
    *(
        {"f": 1},
        {"d": {}},
        {"d": []},
        {"a": 0, "d": {}},
        [0, 2**31 - 1, 2**31 - 1],
        ["<f8", [2**30, 2**30]],
        [["|b1", [3]]],
        {"t": 0},
        {"s": 0},
        {"n": 1},
        {"p": [0, []]},
        {"p": [0, {"t": 1}]},
        ["<i4", [3]],
    ),
]


def with_another_tree(frame, generator):
    """A few nodes of the head replaced, removed or doubled; the JSON stays well-formed."""
    (size,) = struct.unpack(">I", frame[:4])
    head = json.loads(frame[4 : 4 + size])
    for _ in range(generator.randint(1, 3)):
        node = head
        while True:
            keys = (
                ["value", "arrays", *head]
                if node is head
                else list(node)
                if isinstance(node, dict)
                else range(len(node))
            )
            key = generator.choice(keys)
            if not node[key] or not isinstance(node[key], dict | list) or generator.random() < 0.3:
                break
            node = node[key]
        node[key] = copy.deepcopy(generator.choice([*SURPRISES, [node[key], node[key]]]))
    return frame_of(head, frame[4 + size :])


def read_whatever(data):
    try:
        frame = wire.read(reader(data), limit=LIMIT)
    except (wire.FrameError, EOFError):
        return
    json.dumps([frame.word, frame.call]).encode()
    packed(frame.value)  # what was accepted is a plain value


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"[" * 60_000, b""),
        (b"9" * 5000, b""),
        (b"\xff", b""),
        (b"null", b""),
        (b"", b""),
        ({}, b""),
        (head_of(more=1), b""),
        (head_of(word=1), b""),
        (head_of(word="\ud800"), b""),
        (head_of(call=None), b""),
        (b'{"word": "answer", "call": "1", "value": NaN, "arrays": []}', b""),
        (b'{"word": "answer", "call": "1", "value": 1e999, "arrays": []}', b""),
        (head_of(value=2**64), b""),
        (head_of(value="\ud800"), b""),
        (head_of(value={"d": {"\ud800": 1}}), b""),
        (head_of(value={}), b""),
        (head_of(value={"x": 1}), b""),
        (head_of(value={"d": [], "a": 0}), b""),
        (head_of(value={"f": "huge"}), b""),
        (head_of(value={"f": ["nan"]}), b""),
        (head_of(value={"a": 0}), b""),
        (head_of(value={"a": True}, arrays=[["|u1", [1]], ["|u1", [1]]]), b"12"),
        (head_of(arrays=[["|u1", [1]]]), b"1"),
        (head_of(value=[{"a": 0}, {"a": 0}], arrays=[["|u1", [1]]]), b"1"),
        (head_of(value=[{"a": 1}, {"a": 0}], arrays=[["|u1", [1]], ["|u1", [1]]]), b"12"),
        (head_of(value={"a": 0}, arrays=[["|O", [1]]]), b"12345678"),
        (head_of(value={"a": 0}, arrays=[["<U8", [1]]]), b"12345678"),
        (head_of(value={"a": 0}, arrays=[[["<f4"], [1]]]), b"1234"),
        (head_of(value={"a": 0}, arrays=[["<f4", [True]]]), b"1234"),
        (head_of(value={"a": 0}, arrays=[["<f4", [1.0]]]), b"1234"),
        (head_of(value={"a": 0}, arrays=[["<f4", [-1]]]), b"1234"),
        (head_of(value={"a": 0}, arrays=[["<f4", [2**31]]]), b"1234"),
        (head_of(value={"a": 0}, arrays=[["<f4", [1] * 9]]), b"1234"),
        (head_of(value={"a": 0}, arrays=[["<f4", 1]]), b"1234"),
        (head_of(value={"a": 0}, arrays=[["<f4"]]), b"1234"),
        (head_of(value={"a": 0}, arrays={"a": 0}), b"1234"),
        (head_of(value={"a": 0}, arrays=[["<f8", [2**30, 2**30]]]), b""),
        (head_of(value={"a": 0}, arrays=[["<f8", [0, 2**30, 2**30]]]), b""),
        (head_of(value={"a": 0}, arrays=[["|b1", [1]]]), b"\x02"),
        (long_of("t", ["<i4", [2]], ["|u1", [3]]), lengths(1, 1) + b"abc"),  # too few
        (long_of("t", ["<i4", [2]], ["|u1", [3]]), lengths(1, 3) + b"abc"),  # too many
        (long_of("t", ["<i4", [2]], ["|u1", [3]]), lengths(-1, 4) + b"abc"),
        (long_of("t", ["<i4", [2]], ["|u1", [2]]), lengths(1, 1) + "é".encode()),  # cut within a character
        (long_of("t", ["<i4", [1]], ["|u1", [2]]), lengths(2) + b"\xff\xfe"),
        (long_of("t", ["<i4", [1]], ["|u1", [3]]), lengths(3) + b"\xed\xa0\x80"),  # half a surrogate pair
        (long_of("t", ["<i4", [1]], ["|b1", [1]]), lengths(1) + b"\x01"),
        (long_of("t", ["<i4", [1]], ["|u1", [1, 1]]), lengths(1) + b"a"),
        (long_of("t", ["<i8", [1]], ["|u1", [1]]), struct.pack("<q", 1) + b"a"),
        (long_of("t", ["<i4", [1, 1]], ["|u1", [1]]), lengths(1) + b"a"),
        (long_of("t", ["<i4", [1]]), lengths(0)),
        (long_of("t", ["<i4", []], ["|u1", [1]]), lengths(1) + b"a"),
        (head_of(value={"t": 1}, arrays=[["<i4", [1]], ["|u1", [1]]]), lengths(1) + b"a"),
        (head_of(value={"t": "0"}, arrays=[["<i4", [1]], ["|u1", [1]]]), lengths(1) + b"a"),
        (long_of("s", ["<i4", [2]], ["<f4", [1]]), lengths(1, 1) + b"1234"),
        (long_of("s", ["<i4", [1]], ["<f4", [1, 1]]), lengths(1) + b"1234"),
        (long_of("n", ["<i4", [1]]), lengths(1)),
        (long_of("n", ["<i8", [1, 1]]), b"12345678"),
        (head_of(value={"p": [0, [1, 2]]}, arrays=[["<i4", [1]]]), lengths(1)),
        (head_of(value={"p": [0, "ab"]}, arrays=[["<i4", [1]]]), lengths(2)),
        (head_of(value={"p": [0, {"d": {}}]}, arrays=[["<i4", [0]]]), b""),
        (head_of(value={"p": [0]}, arrays=[["<i4", [0]]]), b""),
        (head_of(value={"p": 0}, arrays=[["<i4", [0]]]), b""),
        (head_of(arrays=[["|u1", [0]]] * 2000), b""),
    ],
)
def test_what_is_malformed_is_one_frame_error(head, body):
    with pytest.raises(wire.FrameError):
        wire.read(reader(frame_of(head, body)), limit=LIMIT)


def test_nesting_has_an_end_in_both_directions():
    deep = None
    for _ in range(trees.DEPTH_LIMIT):
        deep = [deep]
    assert there_and_back(deep) == deep
    with pytest.raises(ValueError, match="nested"):
        packed([deep])
    with pytest.raises(wire.FrameError, match="nested"):
        wire.read(reader(frame_of(head_of(value=[deep]))), limit=LIMIT)


def test_a_short_frame_means_that_the_other_side_is_gone():
    frame = packed({"x": np.arange(10.0)})
    for size in range(len(frame)):
        with pytest.raises(EOFError):
            wire.read(reader(frame[:size]), limit=LIMIT)


TERABYTES = frame_of(head_of(value={"a": 0}, arrays=[["<f8", [2**30, 2**10]]]))


@pytest.mark.parametrize("claim", [b"\xff\xff\xff\xff", struct.pack(">I", wire.HEAD_LIMIT + 1), TERABYTES])
def test_nothing_is_allocated_for_a_claim_beyond_the_limit(claim):
    tracemalloc.start()
    with pytest.raises(wire.FrameError):
        wire.read(reader(claim), limit=LIMIT)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_the_limit_counts_all_arrays_together():
    half = np.zeros(LIMIT // 2, np.uint8)
    assert len(there_and_back([half, half])) == 2
    with pytest.raises(ValueError, match="arrays take"):
        packed([half, half, half])
    with pytest.raises(wire.FrameError, match="more bytes"):
        wire.read(reader(packed([half, half, half], limit=2 * LIMIT)), limit=LIMIT)


def test_arrays_arrive_fresh_writable_and_contiguous():
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    for given_array in (x, x.T, x[:, ::2], np.asfortranarray(x), x.astype(">f4")):
        back = there_and_back(given_array)
        assert np.array_equal(back, given_array)
        assert back.flags.c_contiguous
        assert back.flags.writeable
        back[:] = 0
    assert x[2, 3] == 11


@pytest.mark.parametrize(
    ("given_kind", "wire_kind"),
    [("f2", "<f4"), ("i1", "<i4"), ("i2", "<i4"), ("u2", "<i4"), ("u4", "<i8"), (">f8", "<f8"), (">i4", "<i4")],
)
def test_other_kinds_of_numbers_are_widened(given_kind, wire_kind):
    back = there_and_back(np.array([1, 2, 100], dtype=given_kind))
    assert back.dtype == np.dtype(wire_kind)
    assert back.tolist() == [1, 2, 100]


@pytest.mark.parametrize(
    "value",
    [object(), b"bytes", {1: 2}, {1, 2}, 1j, np.zeros(2, complex), np.array([object()]), np.array(["a"]),
     np.zeros(2, "M8[s]"), np.zeros([1] * 9), np.ma.masked_less(np.arange(3.0), 1),
     np.array([(1, 2.0)], dtype="i4,f8"), np.zeros(2, np.uint64)],
)  # fmt: skip
def test_what_cannot_cross_is_a_type_error(value):
    with pytest.raises(TypeError):
        packed(value)


def test_numbers_of_numpy_and_tuples_arrive_as_plain_ones():
    assert there_and_back((np.float32(0.5), np.int64(3), np.bool_(True))) == [0.5, 3, True]
    assert math.isnan(there_and_back(np.float64("nan")))


def test_a_small_frame_is_one_buffer_and_a_large_one_is_not_copied():
    small = {"x": np.zeros((256, 8), np.float32), "names": ["a"] * 100, "n": 3}
    assert len(wire.pack(wire.Frame("call", "1", small), limit=LIMIT)) == 1
    large = np.zeros(wire.AHEAD, np.uint8)
    start, body = wire.pack(wire.Frame("call", "1", large), limit=1 << 20)
    assert np.shares_memory(np.asarray(body), large)
    assert len(start) < 200


@given(st.lists(values, min_size=1, max_size=3), st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_frames_are_the_same_however_the_stream_is_cut(sent, data):
    stream = memoryview(b"".join(packed(value) for value in sent))
    sizes = random.Random(data.draw(st.integers(0, 2**32)))

    def read(view):
        nonlocal stream
        count = min(len(view), len(stream), sizes.choice([1, 2, 7, 100, 5000]))
        view[:count], stream = stream[:count], stream[count:]
        return count

    ahead = wire.ReadAhead(read)
    for value in sent:
        assert same(wire.read(ahead.fill, limit=LIMIT).value, value)
    assert not ahead
    with pytest.raises(EOFError):
        wire.read(ahead.fill, limit=LIMIT)
