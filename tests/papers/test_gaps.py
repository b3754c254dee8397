"""What no reference result covers is said on the card, with the reason; what one covers is not."""

import pytest

from papers import catalogue, reference

BOARDS = [board for slug in catalogue.all_tasks() for board in catalogue.task(slug).boards.values()]


def rows_of(board):
    """All that was recorded, on any device."""
    files = reference.path_of(board, "cpu").parent.glob(f"{board.tier.name}-*.json.gz")
    return [row for file in files for row in reference.read(file).rows]


def unrecorded(board):
    """(method, case) of all that nobody played or tried."""
    rows = rows_of(board)
    known = {(row.slug, play.case) for row in rows for play in row.plays}
    known |= {(row.slug, case) for row in rows for case in row.left_out}
    tried = {row.slug for row in rows if row.failure} | {one.slug for one in board.task.house if one.kind == "oracle"}
    methods = [one.slug for one in board.task.house if one.slug not in tried]
    return {(method, case.name) for method in methods for case in board.cases} - known


@pytest.mark.parametrize("board", BOARDS, ids=str)
def test_what_is_not_recorded_is_explained_and_nothing_else(board):
    missing = unrecorded(board)
    assert not {pair for pair in missing if not any(gap.covers(*pair) for gap in board.tier.gaps)}
    assert not [gap for gap in board.tier.gaps if not any(gap.covers(*pair) for pair in missing)]


@pytest.mark.parametrize("board", BOARDS, ids=str)
def test_a_case_that_nobody_has_played_is_named(board):
    """It may not even run: "the rest" doesn't say so."""
    played = {play.case for row in rows_of(board) for play in row.plays}
    named = {case for gap in board.tier.gaps for case in gap.cases}
    assert not {case.name for case in board.cases} - played - named


def test_a_gap_names_methods_and_cases_that_there_are():
    for board in BOARDS:
        slugs, cases = {one.slug for one in board.task.house}, {case.name for case in board.cases}
        for gap in board.tier.gaps:
            assert gap.why
            assert set(gap.methods) <= slugs
            assert set(gap.cases) <= cases
