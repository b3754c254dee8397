"""Standings in the database: a newcomer's arrival equals a rebuild, and who doesn't rank."""

import random
import time

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leaderboard.boards import standings, writing
from leaderboard.boards.tallies import tallies_of
from leaderboard.models import PLACE, Run, Score, Standing, Submission
from papers import catalogue
from runners.standing import ranking


def snapshot():
    """Every row of every board, without the numbers that the database gives them."""
    names = [*PLACE, *(field.attname for field in Standing._meta.fields if field.name != "id")]
    return list(Standing.objects.order_by("task", "tier", "position").values(*names))


def again(submission, value, *, step=0.001, cases=()):
    """A second finished run of a submission, all of whose scores are `value` and a little of the seed; also on `cases`."""
    first = submission.runs.order_by("pk").first()
    scores = list(first.scores.all())
    run = Run.objects.get(pk=first.pk)
    run.pk, run.ended, run.left_out = None, timezone.now(), {}
    run.save()
    scores += [Score(case=case, seed=seed, metric="skill", value=0) for case in cases for seed in range(5)]
    for score in scores:
        score.pk, score.run = None, run
        score.value = value + step * score.seed if score.metric == "skill" else score.value
    Score.objects.bulk_create(scores)
    return run


def leave_out(run, *cases):
    """As a run leaves it that could not play these cases."""
    run.scores.filter(case__in=cases).delete()
    Run.objects.filter(pk=run.pk).update(left_out=dict.fromkeys(cases, "its data are missing here"))
    run.refresh_from_db()


@pytest.mark.parametrize("seed", range(2))
def test_runs_that_arrive_one_by_one_make_the_board_that_a_rebuild_makes(measured, alice, seed):
    luck = random.Random(seed)
    values = [0.1, 0.1, 0.3, 0.5, 0.7]
    for step in range(22):
        own = list(Submission.objects.filter(author=alice))
        what = luck.choice(["new", "new", "new", "twin", "again", "lacking", "house", "oracle", "left out"])
        if what in ("again", "lacking") and own:
            run = again(luck.choice(own), luck.choice(values))
            if what == "lacking":
                run.scores.filter(metric="skill", seed=2).delete()
        else:
            spread = 0 if what == "twin" else luck.choice([0.001, 0.05, 0.4])
            author = None if what in ("house", "oracle") else alice
            kind = what if what == "oracle" else "method"
            new = measured(f"m{step}", luck.choice(values), author=author, spread=spread, kind=kind, rebuild=False)
            run = new.runs.get()
            if what == "left out":
                leave_out(run, luck.choice(["breast/mcar-20", "curved/mar-50"]))
        standings.update(run)
        found = snapshot()
        assert [row["position"] for row in found] == list(range(len(found)))
        standings.rebuild(catalogue.board("imputation", "quick"))
        assert snapshot() == found, f"step {step}: {what}"
    assert len(found) > 6
    assert len({row["group"] for row in found}) > 1
    assert any(row["rank"] and row["rank_low"] < row["rank_high"] for row in found)


def test_a_run_that_loses_its_score_leaves_the_board(measured, alice):
    submission = measured("One", 0.5, author=alice)
    run = again(submission, 0.9)
    run.scores.filter(seed=0).delete()
    standings.update(run)
    assert not Standing.objects.exists()


def test_a_new_version_of_the_task_empties_the_board_until_something_ran(measured, alice, monkeypatch):
    old = measured("Old", 0.5, author=alice)
    new = measured("New", 0.4, author=alice, rebuild=False)
    card = catalogue.task("imputation")
    monkeypatch.setitem(card.__dict__, "version", 99)
    assert not Standing.objects.for_board(catalogue.board("imputation", "quick")).exists()
    Run.objects.filter(submission=new).update(task_version=99)
    standings.update(new.runs.get())
    assert [row.submission for row in Standing.objects.for_board(catalogue.board("imputation", "quick"))] == [new]
    assert not old.standings.exists()


def test_too_few_seeds_do_not_rank(measured):
    measured("Whole", 0.1, rebuild=False)
    measured("Short", 0.9, rebuild=False).runs.get().scores.filter(seed__gte=3).delete()
    standings.rebuild(catalogue.board("imputation", "quick"))
    assert [row.submission.name for row in Standing.objects.all()] == ["Whole"]


def test_a_card_may_rank_by_the_interquartile_mean(measured, monkeypatch):
    outlier = measured("Outlier", 0.5, spread=0, rebuild=False)
    outlier.runs.get().scores.filter(metric="skill", case="breast/mcar-80").update(value=-100)
    measured("Steady", 0.4, spread=0, rebuild=False)
    standings.rebuild(catalogue.board("imputation", "quick"))
    assert Standing.objects.get(position=0).submission.name == "Steady"
    monkeypatch.setitem(catalogue.task("imputation").__dict__, "average", "iqm")
    standings.rebuild(catalogue.board("imputation", "quick"))
    best = Standing.objects.get(position=0)
    assert (best.submission, best.value) == (outlier, pytest.approx(0.5))
    assert best.metrics["skill"]["value"] == best.value


def large_board(entries):
    """A board as rebuild would leave it, made without its scores: half of the entries far apart, half alike."""
    rng = np.random.default_rng(0)
    board = catalogue.board("imputation", "quick")
    cases = board.ranked_cases
    level = np.concatenate([rng.normal(size=entries // 2), np.zeros(entries - entries // 2)])
    scores = level[:, None, None] + 0.3 * rng.normal(size=(entries, 8, 5))
    first = Submission.objects.create(task="imputation", is_house=True, name="first", code_sha256="0" * 64)
    names = [Submission(task="imputation", is_house=True, name=f"n{i}", code_sha256="0" * 64) for i in range(entries)]
    Submission.objects.bulk_create(names, batch_size=1000)
    made = Submission.objects.exclude(pk=first.pk).order_by("pk")
    runs = [
        Run(submission=s, task="imputation", tier="quick", task_version=board.task.version, status="finished")
        for s in made
    ]
    Run.objects.bulk_create(runs, batch_size=1000)
    rows = [
        Standing(
            task="imputation",
            version=board.task.version,
            tier="quick",
            submission=run.submission,
            run=run,
            value=s.mean(),
            scores=s.tolist(),
            cases={case: {} for case in cases},
        )
        for run, s in zip(Run.objects.order_by("pk").select_related("submission"), scores, strict=True)
    ]
    gain = standings.gains(board, rows, cases)
    counts = ranking.tally(gain)
    standings.set_places(rows, gain, counts)
    writing.save(rows)
    standings.packed(rows, counts).keep(board)


@pytest.mark.slow
def test_a_newcomer_joins_two_thousand_others_quickly_and_in_few_queries(measured, alice):
    large_board(2000)
    run = measured("Newcomer", 0.2, author=alice, spread=0.4, rebuild=False).runs.get()
    start = time.process_time()
    with CaptureQueriesContext(connection) as queries:
        standings.update(run)
    assert time.process_time() - start < 10
    assert len(queries) <= 22
    rows = list(Standing.objects.filter(task="imputation").order_by("position"))
    where = catalogue.board("imputation", "quick")
    gain = standings.gains(where, rows, where.ranked_cases)
    counts = ranking.tally(gain)
    tallies = tallies_of(where)
    assert (np.array([tallies[row.submission_id] for row in rows]) == counts).all()
    places = ranking.place(gain, counts, tiebreak=[row.submission_id for row in rows])
    assert [row.rank_low for row in rows] == places.low.tolist()
    assert [row.group for row in rows] == places.group.tolist()


def test_equal_means_stand_in_an_order_that_a_rerun_does_not_change(measured, alice):
    names = ["First", "Second", "Third"]
    for name in names:
        measured(name, 0.5, author=alice, spread=0, rebuild=False)
    standings.rebuild(catalogue.board("imputation", "quick"))
    assert [row.submission.name for row in Standing.objects.order_by("position")] == names
    standings.update(again(Submission.objects.get(name="First"), 0.5, step=0))
    assert [row.submission.name for row in Standing.objects.order_by("position")] == names


def test_each_table_of_imputation_counts_as_much_as_another(measured):
    """Five cases on one table, three on the other."""
    submission, board = measured("First", 0.4), catalogue.board("imputation", "quick")
    for metric, here, there in (("skill", 0.5, 0.1), ("rmse", 0.2, 0.04)):
        scores = Score.objects.filter(run__submission=submission, metric=metric)
        scores.filter(case__startswith="breast/").update(value=here)
        scores.filter(case__startswith="curved/").update(value=there)
    standings.rebuild(board)
    row = Standing.objects.get()
    assert row.value == row.metrics["skill"]["value"] == pytest.approx((0.5 + 0.1) / 2)
    assert row.metrics["rmse"]["value"] == pytest.approx((0.2 + 0.04) / 2)
