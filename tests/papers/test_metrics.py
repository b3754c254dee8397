"""Directions and flags: what is better, by how much, and which findings are raised."""

import math

import numpy as np
import pytest

from papers.metrics import Finding, Flag, Metric, findings


def metric(better, **more):
    return Metric(name="m", label="M", better=better, description="A number.", **more)


COVERAGE = metric("nearest", target=0.9)


def test_more_gain_is_better_in_every_direction():
    assert metric("higher").gain(2.0) == 2.0
    assert metric("lower").gain(2.0) == -2.0
    assert COVERAGE.gain(0.9) == 0
    assert COVERAGE.gain(0.85) == pytest.approx(COVERAGE.gain(0.95))
    ranked = sorted([0.5, 0.91, 1.0, 0.88], key=COVERAGE.gain, reverse=True)
    assert ranked == [0.91, 0.88, 1.0, 0.5]


@pytest.mark.parametrize("better", ["higher", "lower", "nearest"])
def test_an_array_gains_as_its_numbers_do(better):
    one = metric(better, target=0.9 if better == "nearest" else None)
    values = np.array([[0.1, 0.9], [1.5, np.nan]])
    gains = one.gain(values)
    assert gains.shape == values.shape
    for value, gain in zip(values.ravel(), gains.ravel(), strict=True):
        assert one.gain(float(value)) == pytest.approx(gain, nan_ok=True)


def test_what_is_not_a_number_gains_nothing():
    assert all(math.isnan(one.gain(math.nan)) for one in (metric("higher"), metric("lower"), COVERAGE))


def test_what_describes_a_case_is_not_ranked():
    context = metric("context", is_limit=True)
    assert not context.is_ranked
    assert all(one.is_ranked for one in (metric("higher"), metric("lower"), COVERAGE))
    with pytest.raises(ValueError, match="describes the case"):
        context.gain(1.0)


def test_a_metric_that_contradicts_itself_is_refused():
    for wrong in ({"better": "nearest"}, {"better": "higher", "target": 1.0}, {"better": "context", "target": 0.0}):
        with pytest.raises(ValueError, match="names it"):
            metric(**wrong)
    with pytest.raises(ValueError, match="context metric"):
        metric("lower", is_limit=True)


def test_a_target_of_zero_is_a_target():
    assert metric("nearest", target=0.0).gain(-2.0) == -2.0


@pytest.mark.parametrize("bounds", [{}, {"above": 0.0, "below": 0.0}])
def test_a_flag_has_one_bound(bounds):
    with pytest.raises(ValueError, match="one bound"):
        Flag(label="odd", metric="m", text="why", **bounds)


@pytest.mark.parametrize(("bound", "value", "excess"), [("above", 3.0, 1.0), ("above", 1.0, -1.0), ("below", 1.5, 0.5)])
def test_how_far_beyond_a_bound(bound, value, excess):
    assert Flag(label="odd", metric="m", text="why", **{bound: 2.0}).excess(value) == pytest.approx(excess)


def test_a_bound_of_zero_is_a_bound():
    assert Flag(label="odd", metric="m", text="why", below=0.0).excess(-1.0) == 1.0
    assert Flag(label="odd", metric="m", text="why", above=0.0).excess(1.0) == 1.0


def test_a_finding_names_the_case_that_is_farthest_beyond():
    flags = [
        Flag(label="high", metric="m", text="too high", above=2.0),
        Flag(label="low", metric="m", text="too low", below=-1.0),
        Flag(label="quiet", metric="m", text="never", above=9.0),
        Flag(label="absent", metric="other", text="not measured", above=0.0),
    ]
    means = {"m": {"a": 2.5, "b": 4.0, "c": -1.5}}
    raised = findings(flags, means)
    assert raised == [
        Finding(label="high", text="too high", metric="m", case="b", value=4.0),
        Finding(label="low", text="too low", metric="m", case="c", value=-1.5),
    ]
    assert raised[0].as_json() == {"label": "high", "text": "too high", "metric": "m", "case": "b", "value": 4.0}


def test_a_value_on_the_bound_or_not_a_number_raises_nothing():
    flag = Flag(label="high", metric="m", text="too high", above=2.0)
    assert findings([flag], {"m": {"a": 2.0}}) == []
    assert findings([flag], {"m": {"a": math.nan, "b": 1.0}}) == []
    assert findings([flag], {"m": {"a": math.nan, "b": 3.0}})[0].case == "b", "a NaN hides no finding"


def test_a_flag_of_some_cases_is_looked_for_there_alone():
    flag = Flag(label="low", metric="m", below=0.5, text="Low.", cases=("a", "b"))
    assert findings([flag], {"m": {"a": 0.6, "c": 0.1}}) == []
    (found,) = findings([flag], {"m": {"a": 0.4, "b": 0.3, "c": 0.1}})
    assert (found.case, found.value) == ("b", 0.3)
