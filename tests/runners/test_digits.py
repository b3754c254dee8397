"""As many digits as an interval supports."""

import pytest

from runners.standing.digits import decimals, with_decimals, with_interval


@pytest.mark.parametrize(
    ("value", "half", "told"),
    [
        (0.52341, 0.1071, "0.52"),  # ± 0.11
        (0.52341, 0.0301, "0.52"),
        (0.52341, 0.00301, "0.523"),
        (0.52341, 0.0012, "0.5234"),
        (0.52341234, 0.000000012, "0.52341"),  # two beyond the usual three, no more
        (45.678, 12.3, "46"),
        (45.678, 34.0, "50"),
        (12345.6, 812.0, "12300"),
        (-0.5, 0.2, "-0.5"),
        (-0.004, 0.3, "0.0"),
        (0.0, 0.003, "0.000"),
        (0.00000012, 0.00000002, "1.2e-07"),
        (0.000000003, 0.00000002, "0.000"),  # what rounding leaves of 0
    ],
)
def test_a_value_has_the_digits_that_half_its_interval_has(value, half, told):
    assert with_interval(value, value - half, value + half, 3) == told


@pytest.mark.parametrize(
    ("low", "high"), [(None, None), (0.4, None), (0.4, 0.4), (0.3, 0.1 + 0.2), (0.4, float("inf")), (float("nan"), 1.0)]
)
def test_without_an_interval_the_usual_digits_stand(low, high):
    assert decimals(low, high, 3) == 3


def test_half_a_width_that_begins_with_one_has_two_digits():
    assert [decimals(-half, half, 3) for half in (0.019, 0.0196, 0.02, 0.099, 0.1)] == [3, 2, 2, 2, 2]


def test_what_is_huge_or_tiny_is_still_read():
    assert with_decimals(12345678.0, 2) == "1.23e+07"
    assert with_decimals(4e-9, 5) == "0.00000"
    assert with_decimals(-0.0, 2) == "0.00"
