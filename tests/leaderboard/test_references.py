"""Recorded results stand on a board until the site has measured the method itself."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone

from leaderboard.boards import in_part, references, standings, tables
from leaderboard.boards.measurements import measurements_of
from leaderboard.figures import charts
from leaderboard.models import Run, Score, Standing, Submission
from leaderboard.running import house
from papers import catalogue, reference
from papers.figures import Scatter
from runners.figures.rows import looks
from tests.leaderboard.conftest import enrol
from tests.leaderboard.test_pages import names

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
WHERE = catalogue.board("alignment", "quick")


@pytest.fixture
def page(client, fresh):
    return lambda query="": client.get(f"/tasks/{WHERE.task.slug}/{query}")


def recorded():
    return reference.read(reference.path_of(WHERE, "cpu"))


def measure(slug):
    """What this site measured of a house method: the recorded scores, a little worse."""
    submission = Submission.objects.get(house_slug=slug)
    run = Run.objects.create(
        submission=submission, **WHERE.key, task_version=WHERE.task.version, status="finished", ended=timezone.now()
    )
    worse = -0.01 if WHERE.task.primary.better == "higher" else 0.01
    rows = [
        Score(run=run, case=play.case, seed=play.seed, metric=metric, value=value + worse * (metric == PRIMARY))
        for play in recorded().row(slug).plays
        for metric, value in play.scores.items()
    ]
    Score.objects.bulk_create(rows)
    standings.rebuild(WHERE)


PRIMARY = WHERE.task.primary.name


def test_a_fresh_board_shows_what_was_recorded_and_ranks_nobody(page):
    response = page()
    assert names(response) == [row.submission.name for row in references.stand_ins(WHERE)]
    assert len(names(response)) == len(WHERE.task.house)
    text = response.content.decode()
    assert text.count("reference · CPU") == len(WHERE.task.house)
    assert "Nothing has been measured" not in text
    assert not Standing.objects.exists()
    assert tables.leaders([WHERE]) == {}


def test_methods_are_compared_once_one_is_measured(page):
    assert "Compare the chosen" not in page().content.decode(), "the page of comparisons has this site's rows alone"
    measure("hard_dtw")
    assert "Compare the chosen" in page().content.decode()


def test_its_values_are_those_of_the_file(fresh):
    row = next(row for row in references.stand_ins(WHERE) if row.submission.house_slug == "hard_dtw")
    plays = recorded().row("hard_dtw").plays
    cases = set(WHERE.ranked_cases)
    values = [play.scores[PRIMARY] for play in plays if play.case in cases]
    assert row.value == pytest.approx(sum(values) / len(values))
    assert row.run.cpu_seconds == pytest.approx(sum(play.spent["cpu_seconds"] for play in plays))
    assert row.rank is None
    assert row.low < row.value < row.high


def test_it_says_when_it_was_recorded(page, monkeypatch):
    row = replace(
        recorded().row("hard_dtw"), provenance={**recorded().row("hard_dtw").provenance, "date": "2026-03-09"}
    )
    monkeypatch.setattr(references, "recorded", lambda board: {"hard_dtw": references.Recorded(-1, row)})
    assert 'reference · CPU<span class="roomy"> · 9 Mar 2026</span>' in page().content.decode()


def test_the_methods_own_page_has_its_scores_until_the_site_measures_it(client, fresh):
    submission = Submission.objects.get(house_slug="hard_dtw")
    response = client.get(submission.get_absolute_url())
    assert [each["board"].tier.name for each in response.context["recorded"]] == ["quick", "full"]
    assert "It has no run on this site yet." in response.content.decode()
    run = Run.objects.create(submission=submission, **WHERE.key, task_version=WHERE.task.version)
    (told,) = client.get(submission.get_absolute_url()).context["recorded"]
    played = {(play.case, play.seed): play.scores[PRIMARY] for play in recorded().row("hard_dtw").plays}
    assert {(row.case, seed): value for row in told["scores"] for seed, value in enumerate(row.by_seed)} == played
    assert told["stand_in"].submission == submission
    run.delete()
    measure("hard_dtw")
    assert "recorded" not in client.get(submission.get_absolute_url()).context
    failed = Run.objects.create(
        submission=submission, **WHERE.key, task_version=WHERE.task.version, status="failed", ended=timezone.now()
    )
    assert client.get(f"{submission.get_absolute_url()}?run={failed.pk}").context["recorded"] == []


def test_its_page_has_what_was_recorded_in_part(client, db):
    enrol("one_shot_classification")
    submission = Submission.objects.get(house_slug="prototypes")
    quick, full = client.get(submission.get_absolute_url()).context["recorded"]
    assert quick["stand_in"]
    assert full["stand_in"] is None
    assert all(row.estimate for row in full["scores"])
    assert "so it has no place on the board" in client.get(submission.get_absolute_url()).content.decode()


def test_it_gives_way_to_what_the_site_measures(page):
    measure("hard_dtw")
    response = page()
    assert sorted(names(response)) == sorted(house.title for house in WHERE.task.house)
    rows = {row.submission.house_slug: row for row, _ in response.context["rows"]}
    assert (rows["hard_dtw"].is_recorded, rows["hard_dtw"].rank) == (False, 1)
    assert all(row.is_recorded and row.rank is None for slug, row in rows.items() if slug != "hard_dtw")
    order = [references.gain(WHERE, row) for row, _ in response.context["rows"]]
    assert order == sorted(order, reverse=True)


def test_what_the_site_gives_away_as_its_own_has_no_reference_in_it(client, page):
    measure("hard_dtw")
    rows = client.get(f"/api/v1/tasks/{WHERE.task.slug}/leaderboard").json()["results"]
    assert [row["method"] for row in rows] == [Standing.objects.get().submission.name]


def test_charts_and_declared_figures_hold_what_was_recorded(page):
    context = page().context
    shown = {trace["name"] for trace in context["profile_figure"]["data"]}
    assert {house.title for house in WHERE.task.house} <= shown
    assert context["cost_figure"]["data"]
    reported = {artefact.name for row in recorded().rows for artefact in row.artefacts}
    assert bool(context["drawings"]) == bool(reported)


def test_claims_are_judged_by_reference_until_both_methods_are_measured(client, page):
    judged = page("claims/").context["contests"]
    assert judged
    assert all(item.is_by_reference and item.advantage for item in judged)
    assert "by reference" in client.get("/claims/").content.decode()
    first = judged[0].comparison
    measure(first.house)
    assert page("claims/").context["contests"][0].is_by_reference, "one of two on other seeds is no pair"
    measure(first.than)
    assert not page("claims/").context["contests"][0].is_by_reference


def test_home_names_a_recorded_leader_until_there_is_one(client, fresh):
    first = references.leader(references.complete([WHERE])["alignment"])
    assert first.submission.kind not in ("oracle", "control")
    assert first.submission.name in client.get("/").content.decode()
    measure("diagonal")
    assert Standing.objects.get(rank=1).submission.name in client.get("/").content.decode()


def test_a_row_that_no_longer_holds_is_not_shown(page, monkeypatch):
    references._recorded.cache_clear()
    monkeypatch.setattr(reference, "holds", lambda row, board: row.slug != "hard_dtw")
    assert "hard_dtw" not in references.recorded(WHERE)
    references._recorded.cache_clear()


def test_a_search_and_another_rule_leave_them_out_or_find_them(page):
    assert names(page("?q=soft-dtw")), "a stand-in is found by its name"
    assert names(page("?q=no such method")) == []
    assert names(page("?rule=worst")) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?asof=2090-01-01", "Nothing had been measured here by then."),
        ("?rule=weights", "Recorded references can’t be ranked by another rule"),
        ("?rule=worst&q=zzz", "Recorded references can’t be ranked by another rule"),
    ],
)
def test_a_choice_that_recorded_rows_have_no_place_in_says_so(page, query, said):
    response = page(query)
    text = response.content.decode()
    assert names(response) == []
    assert said in text
    assert "Nothing has been measured" not in text
    assert "Submit the first method" not in text
    assert text.count(f'<a href="/tasks/{WHERE.task.slug}/?tier=quick">Back to the board itself</a>') == 2


def test_beside_rows_that_another_rule_places_it_is_said_that_recorded_ones_are_left_out(page):
    measure("hard_dtw")
    others = len(recorded().rows) - 1
    response = page("?rule=worst")
    assert [row.submission.house_slug for row, _ in response.context["rows"]] == ["hard_dtw"]
    assert f"{others} recorded references can’t be placed so and are left out." in response.content.decode()
    assert "left out" not in page().content.decode()


def test_a_rule_on_a_board_without_any_reference_is_not_told_of_references(client, db):
    text = client.get(f"/tasks/{WHERE.task.slug}/?rule=worst").content.decode()
    assert "Nothing has been measured on the quick tier yet" in text


def test_where_exports_hold_no_reference_it_is_said(client, page):
    assert client.get(f"/api/v1/tasks/{WHERE.task.slug}/leaderboard").json()["count"] == 0
    assert len(client.get(f"/tasks/{WHERE.task.slug}/board.csv").content.decode().splitlines()) == 1
    for told in (page().content.decode(), client.get("/api/docs/").content.decode(), GUIDE):
        assert re.search(r"hold what this\s+site has measured itself", told)
        assert "papers/*/*/reference" in told
    assert "by_reference" in client.get("/api/v1/claims").json()[0]
    assert "by_reference" in GUIDE


def test_a_stand_in_is_never_saved(fresh):
    (first, *_) = references.stand_ins(WHERE)
    assert first.pk is None
    assert first.run.pk < 0
    assert references.is_stand_in(first.run)
    assert measurements_of([WHERE]).runs == {}


def test_charts_draw_it_hollow_until_it_is_measured(fresh):
    measure("hard_dtw")
    rows = [*Standing.objects.of_board(WHERE).select_related("submission", "run"), *references.stand_ins(WHERE)]
    hollow = {row.submission.house_slug: look.symbol.endswith("-open") for row, look in looks(rows, most=99)}
    assert hollow == {house.slug: house.slug != "hard_dtw" for house in WHERE.task.house}
    points = [trace for trace in charts.score_against_cost(WHERE, rows)["data"] if "markers" in trace["mode"]]
    symbols = [trace["marker"]["symbol"] for trace in points]
    assert [symbol for symbol in symbols if not symbol.endswith("-open")] == []  # what was measured has no cost here


def test_a_file_that_somebody_changed_is_left_out_and_logged(tmp_path, caplog):
    path = tmp_path / "quick-cpu.json.gz"
    reference.write(path, recorded())
    assert references.rows_in(path)
    path.write_bytes(path.read_bytes()[:-9])
    assert references.rows_in(path) == ()
    assert str(path) in caplog.text


def test_a_scatter_has_a_point_for_each_recorded_method(client, db):
    task = catalogue.task("optimisation")
    for method in task.house:
        house.submit(task, method)
    drawn = [one for one in client.get("/tasks/optimisation/").context["drawings"] if isinstance(one.figure, Scatter)]
    assert drawn
    points = [len(trace["x"]) for trace in drawn[0].plot["data"] if trace.get("mode") != "lines"]
    assert sum(points) == len(references.stand_ins(catalogue.board("optimisation", "quick")))


def test_home_names_no_recorded_leader_where_a_method_is_not_recorded(fresh, monkeypatch):
    known = references.recorded(WHERE)
    monkeypatch.setattr(references, "recorded", lambda board: {slug: known[slug] for slug in ("diagonal", "hard_dtw")})
    assert references.complete([WHERE]) == {}


def test_home_names_no_recorded_leader_before_all_methods_are_there(fresh):
    assert list(references.complete([WHERE])) == [WHERE.task.slug]
    Submission.objects.filter(house_slug="diagonal").delete()
    assert references.complete([WHERE]) == {}


def test_what_was_recorded_in_part_is_shown_and_stands_nowhere(client, fresh, monkeypatch):
    whole = recorded().row("hard_dtw")
    some = replace(whole, plays=tuple(play for play in whole.plays if play.case == WHERE.ranked_cases[0])[:2])
    monkeypatch.setattr(references, "recorded", lambda board: {"hard_dtw": references.Recorded(-1, some)})
    response = client.get(f"/tasks/{WHERE.task.slug}/")
    assert names(response) == []
    part = response.context["recorded_in_part"]
    (row,) = part.rows
    (cell,) = row.cells
    assert (row.submission.house_slug, part.cases, cell.seeds) == ("hard_dtw", [WHERE.ranked_cases[0]], 2)
    assert cell.estimate.value == pytest.approx(sum(play.scores[PRIMARY] for play in some.plays) / 2)
    page = response.content.decode()
    assert "2 of 5" in page
    assert "Nobody has played all of the quick tier that ranks yet" in page
    assert "Nothing has been measured" not in page


def test_what_this_site_has_measured_itself_is_not_told_as_recorded_in_part(fresh, monkeypatch):
    known = references.recorded(WHERE)
    some = {
        slug: references.Recorded(-number, replace(known[slug].row, plays=known[slug].plays[:2]))
        for number, slug in enumerate(("hard_dtw", "diagonal"), 1)
    }
    monkeypatch.setattr(references, "recorded", lambda board: some)
    assert len(in_part.parts_of(WHERE).rows) == 2
    measure("diagonal")
    assert [row.submission.house_slug for row in in_part.parts_of(WHERE).rows] == ["hard_dtw"]


def test_who_copies_training_data_is_flagged_in_part_too(db):
    enrol("generation")
    part = in_part.parts_of(catalogue.board("generation", "full"))
    assert "bootstrap" in [row.submission.house_slug for row in part.rows if row.flags]


def test_who_was_recorded_whole_and_has_no_score_is_shown_without_one(db):
    """On a case that its answers fail the board gives no score, so that the method has no place."""
    enrol("dp_operators")
    board = catalogue.board("dp_operators", "quick")
    rows = {row.submission.house_slug: row for row in in_part.parts_of(board).rows}
    stand = {row.submission.house_slug for row in references.stand_ins(board)}
    assert stand | rows.keys() == {one.slug for one in board.task.house if one.kind != "oracle"}
    assert not stand & rows.keys()
    for row in rows.values():
        assert min(cell.seeds for cell in row.cells) < board.seeds
        assert all(bool(cell.estimate) == bool(cell.seeds) for cell in row.cells)


def test_what_was_recorded_before_a_change_is_told(fresh, monkeypatch):
    assert references.outdated(WHERE) == []
    monkeypatch.setattr(references.marks, "holds", lambda row, board: row.slug != "hard_dtw")
    references._recorded.cache_clear()
    assert references.outdated(WHERE) == [WHERE.task.method("hard_dtw").title]
    assert in_part.gaps(WHERE)[0] == (
        WHERE.task.method("hard_dtw").title,
        "recorded before its code changed, or the board's; to be recorded anew",
    )
    references._recorded.cache_clear()


@pytest.fixture
def partly(fresh, monkeypatch):
    """Of the full tier one method was recorded, on one case."""
    board = catalogue.board("alignment", "full")
    whole = recorded().row("hard_dtw")
    some = replace(whole, plays=tuple(replace(play, case=board.ranked_cases[0]) for play in whole.plays[:2]))
    monkeypatch.setattr(references, "recorded", lambda board: {"hard_dtw": references.Recorded(-1, some)})
    return WHERE.task.method("hard_dtw").title


@pytest.mark.parametrize("words", ["DTW", "dtw", ""])
def test_a_search_finds_what_was_recorded_in_part(page, partly, words):
    response = page(f"?tier=full&q={words}")
    assert [row.submission.name for row in response.context["recorded_in_part"].rows] == [partly]
    assert "No method matches" not in response.content.decode()


def test_a_search_that_finds_nothing_leads_back_to_the_whole_of_its_tier(page, partly):
    response = page("?tier=full&q=zzz&authors=best")
    text = response.content.decode()
    assert "No method matches “zzz”" in text
    assert f'<a href="/tasks/{WHERE.task.slug}/?tier=full&amp;authors=best">Show all</a>' in text
    assert "Recorded in part" not in text


@pytest.mark.parametrize("slug", ["alignment", "control"])
def test_a_board_that_is_recorded_whole_has_no_parts(slug):
    assert in_part.parts_of(catalogue.board(slug, "quick")) is None


def test_what_no_reference_covers_is_told_with_the_reason(client, fresh):
    page = client.get("/tasks/control/?tier=full").content.decode()
    (gap,) = catalogue.board("control", "full").tier.gaps
    assert "What no reference covers" in page
    assert f"The rest: {gap.why}." in page
    assert "What no reference covers" not in client.get("/tasks/control/").content.decode()


def test_a_gap_of_some_cases_names_them():
    told = [what for what, _ in in_part.gaps(catalogue.board("architecture_search", "full"))]
    assert "Every method on digits/cell4-small, digits/cell4" in told
