"""Long lists on the wire: many texts or vectors cross as one flat array with lengths."""

import tracemalloc

import numpy as np
import pytest

from runners.inside import trees, wire
from tests.runners.frames import frame_of, lengths, long_of, packed, reader, same, there_and_back

SENTENCES = 12_544


WORDS = 217_121


def cut(items):
    """A list of lists, one for each sentence, of lengths that differ."""
    ends = np.sort(np.random.default_rng(0).integers(0, len(items) + 1, SENTENCES - 1)).tolist()
    return [items[start:end] for start, end in zip([0, *ends], [*ends, len(items)], strict=True)]


@pytest.mark.parametrize(
    "value",
    [
        cut([f"Wort{i}é" if i % 7 else "" for i in range(WORDS)]),
        cut([f"token{i}" for i in range(WORDS)]),
        cut(list(range(WORDS))),
        cut(np.arange(WORDS)),
        cut(np.arange(WORDS, dtype=np.float32)),
        [f"line {i}" for i in range(WORDS)],
        {"tokens": cut(np.arange(WORDS)), "names": cut([str(i) for i in range(WORDS)])},
    ],
    ids=["texts", "ascii", "numbers", "whole vectors", "vectors", "lines", "both"],
)
def test_a_corpus_crosses_in_one_frame(value):
    frame = packed(value, limit=1 << 26)
    assert same(wire.read(reader(frame), limit=1 << 26).value, value)
    assert len(frame) < 12 << 20


@pytest.mark.parametrize(
    "odd", [1.0, 1, True, "1", None, np.float32(1), [1], np.arange(3), np.arange(3.0), np.zeros((1, 3), int)]
)
@pytest.mark.parametrize("even", [2, 2.5, False, "2", [2], ["2"], np.arange(2)])
def test_one_other_item_in_a_long_list_changes_no_type(odd, even):
    value = [even] * 40 + [odd] + [even] * 40
    plain = odd.item() if isinstance(odd, np.generic) else odd
    assert same(there_and_back(value), [even] * 40 + [plain] + [even] * 40)


def test_a_long_list_of_narrow_vectors_is_widened_as_they_are_alone():
    back = there_and_back([np.array([1, 2], np.int16), np.array([], np.int16)] * 20)
    assert [array.dtype for array in back] == [np.int32] * 40
    assert back[0].tolist() == [1, 2]


def test_vectors_of_a_long_list_can_be_written_to_one_by_one():
    back = there_and_back([np.arange(3)] * 40)
    back[0][:] = 9
    assert back[1].tolist() == [0, 1, 2]
    assert all(array.flags.c_contiguous and array.flags.writeable for array in back)


def test_the_items_of_long_lists_are_counted_together():
    many = [""] * (trees.PIECES_LIMIT // 2 + 1)
    assert len(wire.read(reader(packed([many], limit=1 << 26)), limit=1 << 26).value[0]) == len(many)
    with pytest.raises(ValueError, match="items together"):
        packed([many, many], limit=1 << 26)
    claimed = np.zeros(trees.PIECES_LIMIT + 1, "<i4")
    frame = frame_of(long_of("t", ["<i4", [claimed.size]], ["|u1", [0]]), claimed.tobytes())
    tracemalloc.start()
    with pytest.raises(wire.FrameError, match="items together"):
        wire.read(reader(frame), limit=1 << 26)
    assert tracemalloc.get_traced_memory()[1] < 4 * claimed.nbytes
    tracemalloc.stop()


def test_a_list_of_texts_has_a_limit_of_its_own():
    long_text = "x" * (trees.TEXT_LIMIT // trees.LONG + 1)
    with pytest.raises(ValueError, match="texts takes"):
        packed([long_text] * trees.LONG, limit=1 << 28)
    frame = frame_of(long_of("t", ["<i4", [1]], ["|u1", [trees.TEXT_LIMIT + 1]]), lengths(trees.TEXT_LIMIT + 1))
    with pytest.raises(wire.FrameError, match="texts takes"):
        wire.read(reader(frame + b"x" * (trees.TEXT_LIMIT + 1)), limit=1 << 28)


def test_half_a_surrogate_pair_in_a_long_list_cannot_cross():
    with pytest.raises(ValueError, match="surrogate"):
        packed(["\ud800"] * 40)
