"""Every kind of figure that a card may declare, drawn from rows as plays leave them."""

import base64
import json

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from scipy.stats import trim_mean

from leaderboard.figures import material
from leaderboard.models import Artefact, Score, Standing
from papers import figures as kinds
from runners.figures import declared, style
from tests.leaderboard.drawing import CASE, FIGURES, WHERE, declare, put_rows, waves
from tests.leaderboard.test_pages import BOARD, board, figures


@pytest.fixture
def drawn(monkeypatch, measured):
    """Title -> drawing of a figure of every kind."""
    declare(monkeypatch)
    put_rows(measured)
    return {one.figure.title: one for one in material.drawings(WHERE, list(Standing.objects.for_board(WHERE)))}


def test_every_kind_that_a_card_may_declare_is_drawn():
    declarable = {kind for kind in vars(kinds).values() if isinstance(kind, type) and issubclass(kind, kinds.Figure)}
    assert set(declared.DRAWN_BY) == declarable - {kinds.Figure}


def test_all_that_is_declared_is_on_the_page(client, drawn):
    text = board(client).content.decode()
    assert set(drawn) == {figure.title for figure in FIGURES}
    assert all(f"<h3>{title}</h3>" in text for title in drawn)
    assert "The first seed&#x27;s." in text


def test_a_gallery_shows_each_method_once_the_oracle_first(drawn):
    for title in ("Samples", "Filled digits", "Kernels", "A column"):
        pictures = drawn[title].pictures
        assert [one.title for one in pictures] == ["Oracle", "Method 0", "Method 1", "Method 2"]
        assert {one.subtitle for one in pictures} == {"seed 0"}
    assert [label for label, _ in drawn["Filled digits"].pictures[0].pngs] == [f"t = {t}" for t in range(5)]
    assert {trace["name"] for trace in drawn["Samples"].pictures[0].plot["data"]} == {"drawn", "real"}


def test_a_scatter_has_intervals_both_ways_and_the_curve_of_the_card(drawn):
    reference, *points = drawn["Error against skill"].plot["data"]
    assert (reference["name"], reference["line"]["dash"]) == ("what theory says", "dot")
    assert len(reference["x"]) == 21
    assert [trace["name"] for trace in points] == ["Oracle", "Method 0", "Method 1", "Method 2"]
    first = points[1]
    assert first["x"] == [pytest.approx(0.8, abs=0.02)]
    assert first["error_x"]["array"][0] > 0
    row = Standing.objects.get(submission__name="Method 0")
    assert first["error_x"]["array"][0] == pytest.approx(row.high - row.value), "the board's own interval"


def test_a_scatter_leaves_out_who_lacks_a_case(monkeypatch, measured):
    declare(monkeypatch, kinds.Scatter(title="S", x="skill", y="rmse", cases=(CASE, "curved/mar-50")))
    made = put_rows(measured)
    made[1].runs.get().scores.filter(case="curved/mar-50", metric="rmse").delete()
    (one,) = material.drawings(WHERE, list(Standing.objects.for_board(WHERE)))
    assert [trace["name"] for trace in one.plot["data"]] == ["Oracle", "Method 1", "Method 2"]


def test_beyond_eight_methods_the_rest_is_grey_and_named(monkeypatch, measured):
    declare(monkeypatch, kinds.Scatter(title="S", x="skill", y="rmse"))
    put_rows(measured, count=10)
    (one,) = material.drawings(WHERE, list(Standing.objects.for_board(WHERE)))
    rest = one.plot["data"][-1]
    assert (rest["name"], len(rest["x"]), rest["text"]) == ("others", 2, ["Method 8", "Method 9"])


def test_seeds_are_shown_each_with_two_means_of_which_one_leaves_out_the_ends(monkeypatch, measured):
    declare(monkeypatch, kinds.Seeds(title="S", metric="skill", case=CASE))
    put_rows(measured, count=2)
    scores = Score.objects.filter(run__submission__name="Method 1", metric="skill", case=CASE)
    for score in scores:
        Score.objects.filter(pk=score.pk).update(value=[-50, 0.2, 0.3, 0.4][score.seed] if score.seed < 4 else 0.3)
    values = sorted(scores.values_list("value", flat=True))
    (one,) = material.drawings(WHERE, list(Standing.objects.for_board(WHERE)))
    each, mean, middle = one.plot["data"]
    assert each["y"].count("Method 1") == len(values)
    assert each["text"][0] == "seed 0"
    assert mean["y"] == middle["y"] == ["Oracle", "Method 0", "Method 1"]
    assert mean["x"][2] == pytest.approx(np.mean(values))
    assert middle["x"][2] == pytest.approx(trim_mean(values, 0.25), abs=0.05)
    assert mean["x"][2] < 0 < middle["x"][2]


def test_a_reference_line_is_drawn_once(drawn):
    data = drawn["Loss"].plot["data"]
    (floor,) = [trace for trace in data if trace["name"] == "floor"]
    assert floor["line"]["dash"] == "dot"
    assert floor["y"] == pytest.approx([0.1] * len(floor["x"]))
    assert sum(trace["name"].startswith("Method") for trace in data) == 3
    assert sum("fill" in trace for trace in data) == 4, "an interval behind each line"


def test_a_matrix_with_frames_is_sent_as_bytes_a_method_at_a_time(client, drawn):
    plot = drawn["Density over time"].plot
    assert len(json.dumps(plot)) < 100_000, "100 x 100 x 6 as it is sent to the browser"
    first, second = plot["matrices"][:2]
    assert (first["name"], first["shape"], first["frames"][1]) == ("Oracle", [6, 100, 100], "σ = 0.1")
    assert "bytes" not in second
    sent = json.loads(client.get(second["url"]).content)
    levels = np.frombuffer(base64.b64decode(sent["bytes"]), np.uint8).reshape(sent["shape"])
    found = sent["low"] + levels / 255 * (sent["high"] - sent["low"])
    assert found == pytest.approx(waves(0.85), abs=(sent["high"] - sent["low"]) / 255)


def test_what_is_hidden_is_not_sent(client, drawn):
    kept = Artefact.objects.filter(run__submission__name="Method 1").first()
    assert client.get(f"/artefacts/{kept.pk}.json").status_code == 200
    kept.run.submission.disqualified = "copied"
    kept.run.submission.save()
    assert client.get(f"/artefacts/{kept.pk}.json").status_code == 404
    assert client.get("/artefacts/99999.json").status_code == 404


def test_drawings_take_as_many_queries_for_ten_methods_as_for_two(monkeypatch, measured):
    declare(monkeypatch)
    counts = []
    for count in (2, 10):
        Standing.objects.all().delete()
        put_rows(measured, count=count)
        rows = list(Standing.objects.for_board(WHERE))
        with CaptureQueriesContext(connection) as queries:
            material.drawings(WHERE, rows)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5


def test_a_board_without_reports_draws_nothing_of_them(client, monkeypatch, measured):
    declare(monkeypatch)
    measured("One", 0.5)
    titles = {one.figure.title for one in material.drawings(WHERE, list(Standing.objects.for_board(WHERE)))}
    assert titles == {"Skill by case", "Error against skill", "Bounds", "Skill by seed"}
    assert client.get(BOARD).status_code == 200


def test_every_trace_has_a_name_or_no_legend_and_axes_have_titles(client, drawn):
    for one in drawn.values():
        for plot in [one.plot] if one.plot else [picture.plot for picture in one.pictures if picture.plot]:
            for trace in plot["data"]:
                is_quiet = trace.get("showlegend") is False or trace["type"] == "heatmap"
                assert trace.get("name") or is_quiet, one.figure.title
    assert "loss (nats)" in json.dumps(figures(board(client)))


def test_a_submissions_page_shows_everything_that_was_reported(client, drawn):
    submission = Standing.objects.get(submission__name="Method 0").submission
    text = client.get(f"/submissions/{submission.pk}/").content.decode()
    assert text.count("<figure>") >= 6
    assert "t = 4" in text
    assert '"matrices"' in text


def test_eight_looks_differ_in_more_than_colour():
    looks = [style.look_of(index) for index in range(8)]
    assert len({look.colour for look in looks}) == len({look.symbol for look in looks}) == 8
    assert {look.dash for look in looks} == {"solid", "dash"}


def test_plots_side_by_side_share_axes_and_colours(drawn):
    ranges = {json.dumps(one.plot["layout"]["xaxis"]["range"]) for one in drawn["Samples"].pictures}
    assert len(ranges) == 1
    low, high = json.loads(ranges.pop())
    everything = [x for one in drawn["Samples"].pictures for trace in one.plot["data"] for x in trace["x"]]
    assert low < min(everything) < max(everything) < high
    assert len({tuple(one.plot["range"]) for one in drawn["Kernels"].pictures}) == 1


def test_every_figure_with_bars_says_what_they_are(client, drawn):
    text = board(client).content.decode()
    assert "Bars are 95 % intervals over the seeds." in text
    assert "Areas are 95 % intervals over the seeds, where several were reported." in text
