"""What is said of an answer that a board can't use; and that nothing is lost of one that it can."""

from types import SimpleNamespace

import numpy as np
import pytest

from papers import answers
from papers.task import AnswerError

HUGE = 10**5000


class Lying(np.ndarray):
    """Says that it has the shape that is wanted, and that it is what it is not."""

    @property
    def shape(self):
        return (3,)

    def __lt__(self, other):
        return np.zeros(1, bool)

    __gt__ = __lt__


def refusal(check, answer, **rules):
    with pytest.raises(AnswerError) as error:
        check(answer, call="ask", **rules)
    return str(error.value)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "ask returned None, expected a float32 array of shape (3,)"),
        ([1.0, 2.0, 3.0], "ask returned a list, expected a float32 array of shape (3,)"),
        ({}, "ask returned a dict, expected a float32 array of shape (3,)"),
        (1.0, "ask returned a float, expected a float32 array of shape (3,)"),
        (np.float64(1), "ask returned a float64, expected a float32 array of shape (3,)"),
        (np.array(1.0), "ask returned an array of shape (), expected (3,)"),
        (np.zeros((3, 1)), "ask returned an array of shape (3, 1), expected (3,)"),
        (np.zeros(4), "ask returned an array of shape (4,), expected (3,)"),
        (np.zeros(4).view(Lying), "ask returned an array of shape (4,), expected (3,)"),
        (np.zeros(3, int), "ask returned an int64 array, expected float32"),
        (np.zeros(3, np.uint8), "ask returned a uint8 array, expected float32"),
        (np.zeros(3, bool), "ask returned a bool array, expected float32"),
        (np.zeros(3, complex), "ask returned a complex128 array, expected float32"),
        (np.zeros(3, object), "ask returned an object array, expected float32"),
        (np.array(["a", "b", "c"]), "ask returned a <U1 array, expected float32"),
        (np.zeros(3, "M8[s]"), "ask returned a datetime64[s] array, expected float32"),
        (np.zeros(3, np.longdouble), "ask returned a float128 array, expected float32"),
        (np.ma.zeros(3), "ask returned a masked float64 array of shape (3,), expected a float32 array of shape (3,)"),
        (
            np.array([0, np.nan, np.inf]),
            "ask left 2 of 3 numbers NaN or infinite, the first at [1]: expected finite numbers",
        ),
        (np.array([0, 2e12, 0]), "ask returned 2e+12 at [1], expected numbers from -1e+12 to 1e+12"),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_what_is_wrong_with_an_array_is_said(answer, message):
    assert refusal(answers.array, answer, shape=(3,)) == message


def test_a_type_without_end_is_cut_short():
    answer = np.zeros(3, [(f"field{k}", float) for k in range(100)])
    assert len(refusal(answers.array, answer, shape=(3,))) < 120


def test_the_place_of_a_wrong_number_is_said_in_every_dimension():
    answer = np.zeros((2, 3))
    answer[1, 2] = -5
    assert refusal(answers.array, answer, low=-1, high=1) == (
        "ask returned -5 at [1, 2], expected numbers from -1 to 1"
    )
    assert refusal(answers.array, np.array(7), kind="int", high=6) == (
        "ask returned 7, expected numbers from -1e+12 to 6"
    )


def test_sides_of_any_size_are_described():
    assert refusal(answers.array, np.zeros(3), shape=(None, 2)) == (
        "ask returned an array of shape (3,), expected (any, 2)"
    )
    assert answers.array(np.zeros((9, 2)), call="ask", shape=(None, 2)).shape == (9, 2)
    assert answers.array(np.zeros((0, 2)), call="ask", shape=(None, 2)).size == 0


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4"])
def test_a_float_of_any_width_keeps_its_value(dtype):
    answer = np.array([0.1, -3, 65504], dtype)
    values = answers.array(answer, call="ask", shape=(3,))
    assert values.dtype == np.float64
    assert np.array_equal(values, answer)


def test_precision_is_lost_only_where_the_board_says_so():
    answer = np.array([1 / 3])
    assert answers.array(answer, call="ask")[0] == 1 / 3
    assert answers.array(answer, call="ask", dtype=np.float32).tolist() == [np.float32(1 / 3)]
    message = refusal(answers.array, np.array([0, 1e300]), high=np.inf, dtype=np.float32)
    assert message == "ask returned 1e+300 at [1], which a float32 can't hold"


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64, ">i8"])
def test_whole_numbers_of_any_width_keep_their_value(dtype):
    values = answers.array(np.array([0, 7, 127], dtype), call="ask", kind="int")
    assert values.dtype == np.int64
    assert values.tolist() == [0, 7, 127]


def test_whole_numbers_never_wrap_round():
    above = np.array([2**63 + 5], np.uint64)
    assert "can't hold" in refusal(answers.array, above, kind="int", high=2.0**64)
    assert refusal(answers.array, np.array([300]), kind="int", dtype=np.int8) == (
        "ask returned 300 at [0], which an int8 can't hold"
    )
    assert "expected numbers" in refusal(answers.array, above, kind="int")


@pytest.mark.parametrize("dtype", [float, bool, complex, object])
def test_only_whole_numbers_are_whole(dtype):
    assert "expected int64" in refusal(answers.array, np.zeros(3, dtype), kind="int")


@pytest.mark.parametrize("dtype", [np.uint8, float, object])
def test_only_truth_values_are_truth_values(dtype):
    assert "expected bool" in refusal(answers.array, np.zeros(3, dtype), kind="bool")
    assert answers.array(np.array([True, False]), call="ask", kind="bool").tolist() == [True, False]


def test_nan_and_infinities_pass_where_a_board_judges_them():
    answer = np.array([np.nan, np.inf, -np.inf, 1])
    values = answers.array(answer, call="ask", finite=False, low=0, high=2, dtype=np.float32)
    assert np.array_equal(values, answer, equal_nan=True)
    assert "returned 3 at [4]" in refusal(answers.array, np.append(answer, 3), finite=False, low=0, high=2)


@pytest.mark.parametrize("kind", ["float", "int", "bool"])
@pytest.mark.parametrize("look", ["read-only", "fortran", "a view", "subclass"])
def test_what_comes_back_belongs_to_the_board(kind, look):
    plain = np.arange(6).reshape(2, 3).astype({"float": float, "int": np.int64, "bool": bool}[kind])
    answer = {
        "read-only": plain.copy(),
        "fortran": np.asfortranarray(plain),
        "a view": np.repeat(plain, 2, axis=1)[:, ::2],
        "subclass": plain.view(np.matrix),
    }[look]
    answer.setflags(write=look != "read-only")
    values = answers.array(answer, call="ask", kind=kind, like=plain)
    assert type(values) is np.ndarray
    assert values.flags.c_contiguous
    assert values.flags.writeable
    assert not np.shares_memory(values, answer)
    assert np.array_equal(values, plain)


@pytest.mark.parametrize(
    "answer", [3, 3.0, np.float32(3), np.int64(3), np.uint8(3), np.array(3), np.array(3.0), np.float16(3)]
)
def test_a_number_may_be_whole_or_not(answer):
    value = answers.number(answer, call="ask")
    assert type(value) is float
    assert value == 3


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (True, "ask returned a bool, expected a distance"),
        (np.True_, "ask returned a bool, expected a distance"),
        (np.array(True), "ask returned a bool, expected a distance"),
        (None, "ask returned None, expected a distance"),
        ("3", "ask returned a str, expected a distance"),
        (3j, "ask returned a complex, expected a distance"),
        (np.zeros(1), "ask returned a float64 array of shape (1,), expected a distance"),
        (np.array("3"), "ask returned a str_, expected a distance"),
        (float("nan"), "ask returned nan, expected a distance: finite, from 0 to 10"),
        (float("inf"), "ask returned inf, expected a distance: finite, from 0 to 10"),
        (-1, "ask returned -1, expected a distance: finite, from 0 to 10"),
        (HUGE, "ask returned inf, expected a distance: finite, from 0 to 10"),
        (-HUGE, "ask returned -inf, expected a distance: finite, from 0 to 10"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_wrong_with_a_number_is_said(answer, message):
    assert refusal(answers.number, answer, low=0, high=10, what="a distance") == message


def test_a_whole_number_that_a_float_would_round_is_refused():
    assert "can't hold" in refusal(answers.number, 2**53 + 1, high=2.0**60)
    assert answers.number(2**53, call="ask", high=2.0**60) == 2**53


@pytest.mark.parametrize("answer", [4, np.int8(4), np.uint64(4), np.array(4)])
def test_a_whole_number_is_an_int(answer):
    value = answers.whole(answer, call="ask", low=0, high=9)
    assert type(value) is int
    assert value == 4


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (4.0, "ask returned a float, expected an arm"),
        (np.float32(4), "ask returned a float32, expected an arm"),
        (True, "ask returned a bool, expected an arm"),
        (np.array([4]), "ask returned an int64 array of shape (1,), expected an arm"),
        (10, "ask returned 10, expected an arm from 0 to 9"),
        (-1, "ask returned -1, expected an arm from 0 to 9"),
        (HUGE, "ask returned a whole number above 10^18, expected an arm from 0 to 9"),
        (-HUGE, "ask returned a whole number below -10^18, expected an arm from 0 to 9"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_wrong_with_a_whole_number_is_said(answer, message):
    assert refusal(answers.whole, answer, low=0, high=9, what="an arm") == message


def test_a_mapping_has_the_keys_it_must_have_and_no_others():
    rules = {"keys": ["do"], "others": ["arch"]}
    for answer in ({"do": 1}, {"do": 1, "arch": None}):
        assert answers.mapping(answer, call="ask", **rules) is answer
    assert refusal(answers.mapping, [1], **rules) == "ask returned a list, expected a dict with 'do'"
    assert refusal(answers.mapping, {"arch": 1}, **rules) == "ask returned a dict without 'do'"
    assert refusal(answers.mapping, {"do": 1, "undo": 2}, **rules) == (
        "ask returned a dict with 'undo', which nobody reads; it may hold 'do', 'arch'"
    )
    many = refusal(answers.mapping, {"do": 1, **{f"k{k}": k for k in range(10_000)}}, **rules)
    assert "and 9995 more" in many
    assert len(many) < 200


def test_so_many_values():
    assert answers.items((1, None), call="ask", count=2) == (1, None)
    assert answers.items([1, 2], call="ask", count=2) == (1, 2)
    assert refusal(answers.items, [1], count=2) == "ask returned 1 values, expected 2"
    assert refusal(answers.items, np.zeros(2), count=2) == (
        "ask returned a float64 array of shape (2,), expected 2 values"
    )
    assert refusal(answers.items, SimpleNamespace(), count=2) == "ask returned a SimpleNamespace, expected 2 values"
