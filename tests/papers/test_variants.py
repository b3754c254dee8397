"""A file with other constants: replaced where they stand, nothing else touched; and every house method as it is offered."""

import ast

import pytest

from papers import catalogue
from papers.variants import with_constants

HOUSE = [(task, house) for task in catalogue.all_tasks().values() for house in task.house if house.kind != "oracle"]


def values(text):
    namespace = {}
    exec(compile(text, "method.py", "exec"), namespace)
    return namespace


@pytest.mark.parametrize(
    "value", [0, -3, 0.5, -1e-9, "a 'quoted' \"text\" \\ é\n", (1, 2.5, "x"), (), True, False, None]
)
def test_a_constant_of_any_plain_type_is_put_in(value):
    text = b'"""Doc."""\nETA = 0.1  # why\n\n\ndef f():\n    return ETA\n'
    changed = with_constants(text, {"ETA": value})
    assert values(changed)["f"]() == value
    assert type(values(changed)["ETA"]) is type(value)
    assert changed.replace(b"= " + repr(value).encode(), b"= 0.1") == text


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"], ids=["unix", "windows", "old mac"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "byte order mark"])
def test_every_other_byte_stays(newline, mark):
    lines = [
        "# café – ünï",
        'NAME = "naïve"; ETA = 0.1; LAST = (',
        "    1,",
        ")  # tail",
        "WIDE: int = 3 \\",
        "    + 4",
        "\f",
        "",
    ]
    before = mark + newline.join(line.encode() for line in lines)
    changed = with_constants(before, {"ETA": 22.0, "NAME": "plain", "LAST": (5, 6), "WIDE": 9})
    expected = ["# café – ünï", "NAME = 'plain'; ETA = 22.0; LAST = (5, 6)  # tail", "WIDE: int = 9", "\f", ""]
    assert changed == mark + newline.join(line.encode() for line in expected)


def test_nothing_to_change_changes_nothing():
    assert with_constants(b"ETA = 1\r\n", {}) == b"ETA = 1\r\n"


def test_a_constant_in_brackets_keeps_them():
    assert with_constants(b"ETA = (\n    0.1\n)\n", {"ETA": 2}) == b"ETA = (\n    2\n)\n"


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "ETA: float",
        "def f():\n    ETA = 1",
        "class A:\n    ETA = 1",
        "if True:\n    ETA = 1",
        "ETA = OTHER = 1",
        "ETA, OTHER = 1, 2",
        "for ETA in (1, 2): pass",
        "ETA += 1",
    ],
)
def test_a_constant_that_is_not_plainly_there_is_refused(text):
    with pytest.raises(ValueError, match="no constant ETA"):
        with_constants(text.encode(), {"ETA": 2})


@pytest.mark.parametrize(
    "more", ["ETA = 2", "ETA += 1", "if True:\n    ETA = 2", "def f():\n    global ETA\n    ETA = 2", "(ETA := 3)"]
)
def test_a_constant_that_is_assigned_again_is_refused(more):
    with pytest.raises(ValueError, match="ETA is assigned more than once"):
        with_constants(f"ETA = 1\n{more}\n".encode(), {"ETA": 2})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), len, [1].__iter__()])
def test_what_can_not_be_written_is_refused(value):
    with pytest.raises(ValueError, match="can't be written"):
        with_constants(b"ETA = 1\n", {"ETA": value})


def test_a_file_that_is_not_utf_8_is_refused():
    with pytest.raises(ValueError, match="utf-8"):
        with_constants("# coding: latin-1\nNAME = 'é'; ETA = 1\n".encode("latin-1"), {"ETA": 2})


@pytest.mark.parametrize(("task", "house"), HOUSE, ids=[f"{task.slug}-{house.slug}" for task, house in HOUSE])
def test_the_code_of_a_house_method_has_its_constants(task, house):
    code = task.code(house)
    text = (task.methods / f"{house.file or house.slug}.py").read_bytes()
    assert (code != text) == bool(house.constants)
    held = {
        target.id: statement.value
        for statement in ast.parse(code).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    assert {name: ast.literal_eval(held[name]) for name in house.constants} == dict(house.constants)


def test_no_two_house_methods_of_a_board_are_the_same_file():
    for task in catalogue.all_tasks().values():
        codes = [task.code(house) for house in task.house if house.kind != "oracle"]
        assert len(set(codes)) == len(codes)
