"""The verdict in a line follows from the scores."""

from dataclasses import replace

import pytest

from leaderboard.boards import claims, headline, overview, standings
from leaderboard.boards.headline import Tally
from leaderboard.models import Run, Score
from leaderboard.running import house
from papers import catalogue
from tests.leaderboard.test_references import WHERE, measure


def entry():
    (found,) = overview.entries([catalogue.paper_of(WHERE.task.slug)])
    return found


NONE = dict.fromkeys(("held", "better", "lost", "unchecked", "undecided", "unjudged", "unmeasured"), 0)


def tally(**counts):
    return Tally("comparison", **NONE | counts)


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ({"unmeasured": 4}, "not measured"),
        ({"held": 3, "undecided": 1}, "held"),
        ({"held": 2, "lost": 1}, "held in part"),
        ({"better": 2, "lost": 1}, "held in part"),
        ({"lost": 2, "undecided": 1}, "not held"),
        ({"held": 1, "undecided": 2}, "undecided"),
        ({"held": 1, "unmeasured": 2}, "measured in part"),
        ({"undecided": 1, "unmeasured": 2}, "undecided"),
        ({"unchecked": 3}, "undecided"),
        ({"held": 2, "unchecked": 1, "unjudged": 9}, "held"),
    ],
)
def test_one_word_says_how_claims_came_out(counts, word):
    assert tally(**counts).word == word


def test_a_number_that_is_better_than_printed_is_not_said_to_have_held():
    assert (
        tally(held=2, better=11, undecided=7).sentence
        == "2 of 20 comparisons held, 11 better than printed, 7 undecided"
    )
    assert tally(unchecked=1, unjudged=1).sentence == "0 of 2 comparisons held, 1 differs (unchecked), 1 not judged"


@pytest.mark.django_db
def test_what_two_tiers_test_on_the_same_case_counts_once():
    (account,) = claims.accounts([catalogue.paper_of("deep_signal")])
    numbers = headline.once(account.verdicts)
    asked = {(item.board.task.slug, item.claim) for item in account.verdicts}
    assert len(numbers) == len(asked) < len(account.verdicts)


@pytest.mark.django_db
def test_what_counts_once_is_what_says_most():
    item = next(item for one in claims.accounts(catalogue.all_papers()) for item in one.contests if item.reading)
    decided = replace(item, is_decided=True)
    single = replace(item, reading=None)
    unmeasured = replace(single, advantage=None, run=None)
    assert (single.verdict, unmeasured.verdict) == ("not judged", "not measured")
    for more, less in ((single, unmeasured), (decided, single)):
        assert headline.once([more, less]) == headline.once([less, more]) == [more]
    here = replace(decided, run=Run(pk=1))
    assert headline.once([here, decided]) == [here], (
        "what this site measured, before what was recorded on a larger tier"
    )
    later = replace(decided, seeds_needed=7)
    assert headline.once([decided, later]) == [later], "the larger of two that say as much"


@pytest.mark.django_db
def test_every_claim_is_in_the_tally():
    told = [item for one in claims.accounts(catalogue.all_papers()) for item in (*one.verdicts, *one.contests)]
    assert Tally.of("claim", told).total == len(told)


@pytest.mark.parametrize(
    ("comparisons", "numbers", "word", "first"),
    [
        (tally(held=2), tally(lost=1), "held", "2 of 2"),
        (tally(), tally(held=2), "held", "2 of 2"),
        (tally(unmeasured=9), tally(held=2), "measured in part", "0 of 9"),
        (tally(unmeasured=9), tally(), "not measured", "no claim can be judged yet"),
        (tally(unjudged=9), tally(), "not judged", "9 comparisons not judged"),
        (tally(), tally(unjudged=1), "not judged", "1 comparison not judged"),
        (tally(), tally(), "not measured", "no claim of the paper is tested here"),
    ],
    ids=[
        "comparisons first",
        "numbers where there is nothing else",
        "rivals' numbers alone",
        "nothing",
        "one seed",
        "its numbers",
        "none",
    ],
)
def test_printed_numbers_alone_are_no_verdict_on_a_paper_that_compares(comparisons, numbers, word, first):
    told = headline.Headline(comparisons, numbers, contests=[], places=[], is_by_reference=False)
    assert told.word == word
    assert told.sentences[0].startswith(first)


def test_words_change_with_the_scores(client, fresh):
    for method in ("soft_dtw_metric", "hard_dtw_metric", "soft_dtw", "hard_dtw"):
        measure(method)
    before = [item.verdict for item in entry().headline.contests if item.board == WHERE]
    assert "held" in before
    contest = next(item for item in entry().headline.contests if item.verdict == "held" and item.board == WHERE)
    winner = contest.run
    worse = 10.0 if contest.metric.better == "lower" else -10.0
    for score in Score.objects.filter(run=winner, metric=contest.metric.name):
        Score.objects.filter(pk=score.pk).update(value=score.value + worse)
    standings.rebuild(WHERE)
    after = next(item for item in entry().headline.contests if item.comparison == contest.comparison)
    assert after.verdict == "not held"
    assert after.comparison in [item.comparison for item in entry().headline.deciding]
    sentence = entry().headline.sentences[0]
    text = client.get("/").content.decode()
    assert sentence in text
    assert sentence in client.get(f"/papers/{entry().paper.slug}/").content.decode()


def test_the_papers_own_method_has_its_place_by_reference_and_then_by_rank(fresh):
    place = headline.places_of([WHERE], headline.tops([WHERE]))[WHERE.task.slug]
    assert place.sentence.startswith(f"{WHERE.task.method(WHERE.task.own).title} is ")
    assert place.count == sum(one.kind != "oracle" for one in WHERE.task.house)
    measure("diagonal")
    assert place == headline.places_of([WHERE], headline.tops([WHERE]))[WHERE.task.slug], (
        "a control of ours leads nobody"
    )
    measure(WHERE.task.own)
    place = headline.places_of([WHERE], headline.tops([WHERE]))[WHERE.task.slug]
    assert (place.low, place.high, place.count) == (1, 1, 2)
    (account,) = claims.accounts([catalogue.paper_of(WHERE.task.slug)])
    assert headline.headline_of(account, {}, WHERE).places == []


def test_by_reference_it_stands_among_those_that_would_rank(db):
    board = catalogue.board("architecture_search", "quick")
    for method in board.task.house:
        house.submit(board.task, method)
    top = headline.tops([board])
    rows = [row for row in top.recorded[board.task.slug] if row.submission.house_slug != "table_reader"]
    assert len(rows) < len(top.recorded[board.task.slug]), "its flag takes its rank"
    place = headline.places_of([board], top)[board.task.slug]
    assert place.count == len(rows)
    assert rows[place.low - 1].submission.house_slug == board.task.own


def test_a_difference_of_one_seed_is_no_verdict_and_says_so(fresh):
    contest = next(item for item in entry().headline.contests if item.advantage)
    single = replace(contest, reading=None, is_decided=False)
    assert (single.verdict, single.why) == (
        "not judged",
        "The two have one seed in common: nothing says how sure the difference is.",
    )


@pytest.mark.django_db
def test_what_is_not_measured_is_not_said_to_be_by_reference():
    """On a new site, where all that is known was recorded elsewhere."""
    told = [item for one in claims.accounts(catalogue.all_papers()) for item in (*one.verdicts, *one.contests)]
    assert {item.is_by_reference for item in told if item.verdict == "not measured"} == {False}
    assert {item.is_by_reference for item in told if item.verdict != "not measured"} == {True}
