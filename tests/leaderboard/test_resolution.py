"""What a board says of its own fineness."""

import pytest

from leaderboard.boards import resolution, standings
from papers import catalogue
from tests.leaderboard.test_pages import board

WHERE = catalogue.board("imputation", "quick")


def test_a_board_states_what_it_can_tell_apart(client, measured):
    for index in range(4):
        measured(f"Alike {index}", 0.5, rebuild=False)
    measured("Ahead", 0.9, rebuild=False)
    measured("Level", 0.9, kind="oracle", rebuild=False)
    first = WHERE.ranked_cases[0]
    standings.rebuild(WHERE)
    found = resolution.resolution_of(WHERE)
    assert (found.rows, found.told_apart, found.pairs) == (5, 4, 10), "an oracle is compared with nobody"
    assert 0.0005 < found.difference < 0.4, "what is told apart is more, what is not is less"
    assert first not in found.silent
    assert "4 of 10 pairs of 5 ranked methods are told apart (40 %)" in board(client).content.decode()


def test_a_case_on_which_the_best_are_alike_tells_nothing(measured):
    for index in range(3):
        measured(f"m{index}", index / 2, rebuild=False).runs.get().scores.filter(case=WHERE.ranked_cases[0]).update(
            value=1.0
        )
    standings.rebuild(WHERE)
    assert resolution.resolution_of(WHERE).silent == WHERE.ranked_cases[:1]


@pytest.mark.parametrize(("backwards", "expected"), [(False, 1.0), (True, -1.0)])
def test_ranks_of_the_two_tiers_are_correlated(measured, backwards, expected):
    full = catalogue.board("imputation", "full")
    quick = [measured(f"m{index}", index / 5, rebuild=False) for index in range(4)]
    for index, submission in enumerate(quick):
        other = measured(f"f{index}", (3 - index if backwards else index) / 5, tier="full", rebuild=False)
        other.runs.update(submission=submission)
    for where in (WHERE, full):
        standings.rebuild(where)
    found = resolution.resolution_of(WHERE)
    assert (found.other_tier, found.common, found.correlation) == ("full", 4, pytest.approx(expected))
