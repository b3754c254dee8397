"""The house methods as a site puts them on its boards."""

from dataclasses import replace
from itertools import groupby
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from leaderboard.boards.references import expense
from leaderboard.models import RerunSchedule, Run, Standing
from leaderboard.running.house import FIRST, Filling, filling, in_turn, submit
from leaderboard.running.runs import start_run
from leaderboard.templatetags.show import duration
from papers import catalogue, reference
from tests.leaderboard.test_pages import names

QUICK = [board for board in catalogue.all_boards() if board.tier.name == "quick"]


def test_every_house_method_comes_once_and_on_each_board_the_cheap_ones_first_after_a_control():
    due = in_turn(QUICK)
    names = [(board.task.slug, method.slug) for board, method in due]
    assert len(names) == len(set(names)) == sum(len(board.task.house) for board in QUICK)
    in_board_order = sorted(due, key=lambda pair: pair[0].task.slug)
    for _, pairs in groupby(in_board_order, key=lambda pair: pair[0].task.slug):
        (board, control), *others = pairs
        assert control.kind == "control" or all(method.kind != "control" for method in board.task.house)
        expenses = [expense(board, method) for _, method in others]
        assert expenses == sorted(expenses)


def test_no_board_waits_for_another_ones_dear_methods():
    begun, spent = set(), 0.0
    for board, method in in_turn(QUICK):
        first = min(expense(board, house) for house in board.task.house if house.kind == "control")
        assert board.task.slug in begun or spent <= len(QUICK) * max(first, 20), (
            f"{board.task.slug} begins after {spent} CPU-s"
        )
        begun.add(board.task.slug)
        spent += expense(board, method)


def test_a_cost_is_what_was_recorded_and_else_what_the_card_says():
    board = catalogue.board("alignment", "quick")
    method = next(method for method in board.task.house if method.slug == "hard_dtw")
    row = reference.read(reference.path_of(board, "cpu")).row("hard_dtw")
    spent = sum(play.spent["cpu_seconds"] + play.evaluator_seconds for play in row.plays)
    assert expense(board, method) == pytest.approx(spent)
    assert expense(board, replace(method, slug="unheard_of", expense=77.0)) == 77.0


def test_home_says_how_far_the_boards_are_filled_and_how_long_it_takes(client, db, monkeypatch, settings):
    whole = sum(len(board.task.house) for board in QUICK)
    seconds = sum(expense(board, method) for board in QUICK for method in board.task.house)
    assert filling() == Filling(done=0, total=whole, cpu_seconds=pytest.approx(seconds))
    for board in QUICK:
        for method in board.task.house:
            start_run(submit(board.task, method), tier="quick", why=FIRST, priority=1)
    assert filling() == Filling(done=0, total=whole, cpu_seconds=pytest.approx(seconds))
    Run.objects.filter(submission__house_slug="diagonal").update(status="finished")
    assert f"1 of {whole} house methods measured here so far. Until" in client.get("/").content.decode()
    worker = SimpleNamespace(
        trouble="", slots=2, runs=(), device_name="CPU", queue="cpu", isolation_ok=True, isolation=""
    )
    monkeypatch.setattr("leaderboard.views.home.workers", lambda: [worker])
    left = duration(filling().cpu_seconds / 2)
    assert f"so far, about {left} to go. Until" in client.get("/").content.decode()
    settings.HOUSE_METHODS = False
    assert "here so far. Until" in client.get("/").content.decode(), "nothing is under way"
    Run.objects.update(status="finished")
    assert "measured here so far" not in client.get("/").content.decode()


def test_without_runs_the_boards_show_what_was_recorded(client, db):
    call_command("house", "--without-runs", verbosity=0)
    assert not Run.objects.exists()
    assert not RerunSchedule.objects.exists()
    board = catalogue.board("alignment", "quick")
    assert len(names(client.get("/tasks/alignment/"))) == len(board.task.house)


def test_a_superseded_house_method_leaves_its_board_at_once(measured):
    old = measured("Mean", house_slug="mean")
    measured("Other")
    board = catalogue.board("imputation", "quick")
    assert Standing.objects.for_board(board).count() == 2
    new = submit(board.task, board.task.method("mean"))
    assert new != old
    assert [row.submission.name for row in Standing.objects.for_board(board)] == ["Other"]
