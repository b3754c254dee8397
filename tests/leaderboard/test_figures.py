"""How reported curves are averaged, and intervals drawn."""

import numpy as np
import pytest

from leaderboard.figures import labels
from papers import catalogue
from papers.figures import Overlay
from runners.figures import overlay, seeds, style
from runners.figures.material import Material

STEPS = Overlay(title="Regret", curve="regret", series="regret", is_step=True)
LINES = Overlay(title="Loss", curve="loss", series="loss")


def line(x, y):
    return np.array(x, float), np.array(y, float)


def test_steps_hold_their_value_until_the_next_and_after_the_last():
    x, estimates = overlay.average(STEPS, {("a", 0): line([0, 2], [10, 4]), ("a", 1): line([0, 1, 3], [8, 6, 2])})
    assert x == [0, 1, 2, 3]
    assert [e.value for e in estimates] == [9, 8, 5, 3]


def test_lines_are_interpolated_where_all_are_defined():
    x, estimates = overlay.average(LINES, {("a", 0): line([0, 2], [0, 2]), ("a", 1): line([1, 3], [3, 5])})
    assert x == [1, 2]
    assert [e.value for e in estimates] == [2, 3]


def test_a_curve_has_the_interval_of_a_score_by_cases_or_by_blocks():
    lines = {
        (case, seed): line([0, 1], [level, level]) for case, seed, level in [("a", 0, 1), ("b", 0, 3), ("a", 1, 5)]
    }
    lines["b", 1] = line([0, 1], [7, 7])
    _, (estimate, _) = overlay.average(LINES, lines)
    _, (blocks, _) = overlay.average(LINES, lines, share_draws=True)
    assert estimate.value == blocks.value == 4
    assert blocks.high - 4 == pytest.approx(12.706 * np.std([2, 6], ddof=1) / np.sqrt(2), rel=1e-4)
    assert estimate.high - 4 == pytest.approx(4.3027 * np.sqrt(2 * np.var([1, 5], ddof=1) / 2) / 2, rel=1e-4)


def test_a_seed_without_some_case_is_left_out():
    lines = {("a", 0): line([0], [1]), ("a", 1): line([0], [9]), ("b", 0): line([0], [3])}
    assert overlay.average(LINES, lines)[1][0].value == 2


def test_long_lines_are_thinned_evenly_also_on_a_log_axis():
    x = np.arange(1, 1001)
    grid, _ = overlay.average(LINES, {("a", 0): line(x, x)})
    assert len(grid) == overlay.GRID
    assert np.allclose(np.diff(grid), np.diff(grid)[0])
    log = Overlay(title="", curve="", series="", log_x=True)
    grid, estimates = overlay.average(log, {("a", 0): line(x, x)})
    assert np.allclose(np.diff(np.log(grid)), np.diff(np.log(grid))[0])
    assert [e.value for e in estimates] == pytest.approx(grid)


def test_a_figure_may_say_what_of_its_axis_is_seen_at_first():
    cut = Overlay(title="", curve="", series="", y_range=(-1, 2))
    nobody = Material(None, (), {}, {}, (), scores_of=None, content_of=None, line_of=None, address_of=None)
    assert overlay.draw(cut, nobody)["layout"]["yaxis"]["range"] == [-1, 2]
    assert "range" not in overlay.draw(LINES, nobody)["layout"]["yaxis"]


def test_an_unknown_end_of_an_interval_has_no_bar():
    bars = style.error_bars([(0.5, 1.0, 3.0), (None, 1.0, 2.0)])
    assert bars["array"] == [2.0, 1.0]
    assert bars["arrayminus"] == [0.5, None]


def test_names_beside_points_cover_neither_each_other_nor_a_point():
    rng = np.random.default_rng(0)
    points = [tuple(point) for point in rng.uniform(size=(40, 2))]
    names = [f"Method with a long name {index}" for index in range(40)]
    chosen = labels.places(points, names)
    boxes = [dict(labels.candidates(*pair))[place] for *pair, place in zip(points, names, chosen, strict=True) if place]
    dots = [(x * labels.CANVAS[0], y * labels.CANVAS[1]) for x, y in points]
    assert len(boxes) > 8
    for index, box in enumerate(boxes):
        assert labels.is_inside(box)
        assert not any(labels.touch(box, other) for other in boxes[:index] + boxes[index + 1 :])
        assert not [1 for x, y in dots if box[0] < x < box[2] and box[1] < y < box[3]]


def test_an_axis_does_not_magnify_what_no_digit_shows():
    low, high = style.span([(0.4999, 0.5, 0.5001)], least=0.02)
    assert (low, high) == pytest.approx((0.4888, 0.5112))
    assert style.span([(0.0, 1.0, None), (None, 3.0, 5.0)], least=0.02) == pytest.approx([-0.3, 5.3])


def test_the_strip_of_seeds_does_not_magnify_rounding():
    metric = catalogue.task("imputation").primary
    noise = seeds.strip({"a": {0: 1e-17, 1: -1e-17}}, {"mean": {"a": 0.0}}, metric)
    low, high = noise["layout"]["xaxis"]["range"]
    assert high - low >= style.least_span(metric)
    wide = seeds.strip({"a": {0: 0.2, 1: 0.9}}, {"mean": {"a": 0.55}}, metric)
    assert "range" not in wide["layout"]["xaxis"], "the browser finds it"
