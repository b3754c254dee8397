"""As many digits as a number's interval supports: one rule for every table, sentence and terminal."""

import math

ROUNDING = 1e-12  # relative
FINER = 2  # decimals at most beyond a metric's usual ones, however narrow the interval


def with_interval(value: float, low: float | None, high: float | None, usual: int) -> str:
    """A value, or half the width of its 95 % interval, as the interval supports it: 0.52, 12300, 1.2e-07."""
    count, half = decimals(low, high, usual), half_width(low, high)
    smallest = 10.0**-count / 2
    if value and count > usual and abs(value) < smallest and half < smallest:  # known, and beyond so many decimals
        return f"{value:.1e}"
    return with_decimals(value, count)


def decimals(low: float | None, high: float | None, usual: int) -> int:
    """Those of half the interval's width with one significant digit, or two where it begins with 1; below 0 where tens or more
    are not known. `usual` where there is no interval, or one without width, or one about 0 as narrow as rounding leaves it."""
    half = half_width(low, high)
    if not half:
        return usual
    exponent = math.floor(math.log10(half))
    count = -exponent + (half < 1.95 * 10.0**exponent)
    if count > usual + FINER:
        return usual if low < 0 < high else usual + FINER  # type: ignore[operator]  # where half is known both are
    return count


def half_width(low: float | None, high: float | None) -> float:
    """0.0 where there is none, or only what rounding of sums leaves."""
    if low is None or high is None:
        return 0.0
    half = (high - low) / 2
    return half if ROUNDING * max(abs(low), abs(high)) < half < math.inf else 0.0


def with_decimals(value: float, count: int) -> str:
    """0.123, 12300 with a count of -2, 0.000 for what rounds to it from below."""
    text = f"{round(value, count):.{max(count, 0)}f}" if abs(value) < 1e6 else f"{value:.3g}"
    return text if float(text) else text.lstrip("-")
