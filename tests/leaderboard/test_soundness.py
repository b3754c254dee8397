"""A board shows itself as broken where its controls land where they can't."""

from dataclasses import replace

import pytest

from leaderboard.boards import open_data, references, soundness, standings
from leaderboard.models import Standing, Submission
from papers import catalogue
from papers.evidence import Relation
from tests.leaderboard.test_pages import board

WHERE = catalogue.board("imputation", "quick")


@pytest.fixture
def sound(measured):
    """The imputation board with controls, a baseline and an oracle where they belong."""
    rows = {
        "mean": ("Column mean", 0.0, "control", 0.0),
        "random_draw": ("Random draw", 1 - 2**0.5, "control", 0.0001),
        "missforest": ("MissForest", 0.5, "baseline", 0.01),
        "oracle": ("Exact conditional mean", 0.8, "oracle", 0.01),
    }
    for slug, (title, value, kind, spread) in rows.items():
        measured(title, value, house_slug=slug, kind=kind, spread=spread, rebuild=False)
    standings.rebuild(WHERE)


def suspects():
    return [(one.text, one.name, one.other) for one in soundness.violations_on(WHERE)]


def move(name, value):
    row = Standing.objects.get(submission__name=name)
    for case in WHERE.cases:
        for seed in range(WHERE.seeds):
            noisy = value + 0.001 * (seed - 2)
            row.run.scores.filter(metric="skill", case=case.name, seed=seed).update(value=noisy)
    standings.rebuild(WHERE)


def test_a_sound_board_says_nothing(client, sound, measured):
    measured("Nearly exact", 0.7999)
    assert suspects() == soundness.broken_boards() == []
    assert "is broken" not in board(client).content.decode() + client.get("/").content.decode()


def test_a_control_off_its_exact_value_stands_in_red_with_both_numbers(client, sound, caplog):
    move("Random draw", -0.2)
    open_data.tell_broken_boards()
    assert "is broken: A random draw has" in caplog.text
    (one,) = soundness.violations_on(WHERE)
    assert (one.name, one.value, one.expected) == ("Random draw", pytest.approx(-0.2), 1 - 2**0.5)
    for text in (board(client).content.decode(), client.get("/").content.decode()):
        assert "A random draw has √2 of the error of column means: Random draw has −0.200, exactly −0.414" in text


def test_nobody_is_above_the_oracle(client, sound, measured):
    measured("Impossible", 0.9, author=None, house_slug="")
    assert suspects() == [("Nobody can be better than the oracle", "Impossible", "Exact conditional mean")]


def test_no_control_leads_and_none_beats_whom_it_cannot(sound):
    move("Column mean", 0.7)
    assert ("No control can be the best of the house", "Column mean", "MissForest") in suspects()
    assert ("Column means use nothing of the row", "Column mean", "MissForest") in suspects()


def test_a_violation_that_is_explained_is_not_red(client, sound, monkeypatch):
    why = "The table has no cell left."
    relations = tuple(replace(one, explanation=why) for one in WHERE.task.relations)
    monkeypatch.setitem(WHERE.task.__dict__, "relations", relations)
    move("Random draw", -0.2)
    text = board(client).content.decode()
    assert why in text
    assert "is broken" not in text
    assert soundness.broken_boards() == []


def test_a_negative_control_without_its_flag_is_a_violation(sound, monkeypatch):
    relation = Relation(text="It copies", house="mean", flag="copies")
    monkeypatch.setitem(WHERE.task.__dict__, "relations", (relation,))
    assert suspects() == [("It copies", "Column mean", "copies")]
    Standing.objects.filter(submission__house_slug="mean").update(flags=[{"label": "copies", "text": ""}])
    assert suspects() == []


@pytest.mark.parametrize("where", catalogue.all_boards(), ids=str)
def test_relations_name_what_the_board_has_and_recorded_rows_keep_them(where):
    slugs, flags = {house.slug for house in where.task.house}, {flag.label for flag in where.task.flags}
    for one in where.task.relations:
        assert {one.house, one.below} - {""} <= slugs
        assert {one.flag} - {""} <= flags
        assert where.tier.name != "quick" or set(one.cases) <= set(where.ranked_cases)
    recorded = [
        references.row_of(
            where, one, Submission(house_slug=slug, name=slug, is_house=True, kind=where.task.method(slug).kind)
        )
        for slug, one in references.recorded(where).items()
    ]
    found = soundness.violations(where, [row for row in recorded if row])
    assert [(one.text, one.name, one.value, one.other, one.expected) for one in found if not one.is_explained] == []
