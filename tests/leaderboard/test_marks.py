"""What is told once of recorded rows is told again without reading the code, until the code changes."""

import pytest

from leaderboard.boards import marks
from papers import catalogue, reference

BOARD = catalogue.board("alignment", "quick")


@pytest.fixture
def row(settings, tmp_path):
    settings.MARKS = tmp_path / "marks.json"
    forget()
    yield reference.read(reference.path_of(BOARD, "cpu")).rows[0]
    forget()


def forget():
    """As a new process would be."""
    marks.kept.state = ""
    marks.kept.known = {}


def verdict_by_file(row):
    marks.load()
    found = marks.holds(row, BOARD)
    marks.save()
    return found


def test_a_second_process_asks_the_file(row, monkeypatch):
    assert verdict_by_file(row)
    forget()
    monkeypatch.setattr(reference, "holds", lambda row, board: pytest.fail("it is known"))
    assert verdict_by_file(row)


def test_another_state_of_the_code_is_told_anew(row, monkeypatch):
    assert verdict_by_file(row)
    monkeypatch.setattr(marks, "state", lambda: "another")
    monkeypatch.setattr(reference, "holds", lambda row, board: False)
    assert not verdict_by_file(row)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"state": 3}'])
def test_a_file_that_says_nothing_is_written_anew(row, settings, content):
    settings.MARKS.write_text(content)
    assert verdict_by_file(row)
    assert settings.MARKS.read_text() != content
