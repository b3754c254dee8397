"""The house methods as a site puts them on its boards."""

from itertools import groupby

from leaderboard.models import Standing
from leaderboard.running.house import in_turn, submit
from papers import catalogue

QUICK = [board for board in catalogue.all_boards() if board.tier.name == "quick"]


def test_every_house_method_comes_once_and_on_each_board_the_cheap_ones_first():
    due = in_turn(QUICK)
    names = [(board.task.slug, method.slug) for board, method in due]
    assert len(names) == len(set(names)) == sum(len(board.task.house) for board in QUICK)
    in_board_order = sorted(due, key=lambda pair: pair[0].task.slug)
    for _, pairs in groupby(in_board_order, key=lambda pair: pair[0].task.slug):
        expenses = [method.expense for _, method in pairs]
        assert expenses == sorted(expenses)


def test_no_board_waits_for_another_ones_dear_methods():
    begun, spent = set(), 0.0
    for board, method in in_turn(QUICK):
        cheapest = min(house.expense for house in board.task.house)
        assert board.task.slug in begun or spent <= len(QUICK) * cheapest, (
            f"{board.task.slug} begins after {spent} CPU-s"
        )
        begun.add(board.task.slug)
        spent += method.expense


def test_a_superseded_house_method_leaves_its_board_at_once(measured):
    old = measured("Mean", house_slug="mean")
    measured("Other")
    board = catalogue.board("imputation", "quick")
    assert Standing.objects.for_board(board).count() == 2
    new = submit(board.task, board.task.method("mean"))
    assert new != old
    assert [row.submission.name for row in Standing.objects.for_board(board)] == ["Other"]
