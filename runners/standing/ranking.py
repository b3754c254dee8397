"""How far a rank can be trusted: rank intervals and tie groups from comparisons of all entries of a board, paired where
they met the same problems.

All pairs of a board pay for each other, so that on at most one board in twenty any two are told apart that are equal, and
what one entry's interval says of another, the other's says too. A pair's strength depends on the two alone: a newcomer is
compared with the others and they not with each other, and counts of strengths are all that Holm's procedure needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runners.standing.statistics import (
    LEVEL,
    Moments,
    Unpaired,
    moments_of_difference,
    negligible,
    p_values,
    size_of,
    t_quantile,
)

BLOCK = 1 << 21  # differences that are held at once: 16 MiB
PER_OCTAVE = 4
STEPS = 26 * PER_OCTAVE + 1
SHARES = 2.0 ** (np.arange(STEPS) / PER_OCTAVE)  # 1 … 2²⁶ comparisons: those of 11,500 entries
LEVELS = (1 - LEVEL) / SHARES


@dataclass(frozen=True)
class Places:
    """Where each entry of a board stands; arrays (entries,) in the order in which the entries were given."""

    rank: np.ndarray  # 1 + how many means are better
    low: np.ndarray  # 1 + how many entries are told apart as better
    high: np.ndarray  # how many entries are not told apart as worse
    group: np.ndarray  # 1 first: see tie_groups


def differences(first: np.ndarray, second: np.ndarray, unpaired: Unpaired = None) -> Moments:
    """Moments of first − second, (a, strata, seeds) against (b, strata, seeds) -> shape (a, b)."""
    lines, columns = np.moveaxis(first, 0, -1), np.moveaxis(second, 0, -1)
    with np.errstate(over="ignore", invalid="ignore"):
        return moments_of_difference(lines[..., None], columns[:, :, None], unpaired)


def strength(first: np.ndarray, second: np.ndarray, unpaired: Unpaired = None) -> np.ndarray:
    """How clearly each of first: (a, strata, seeds) differs from each of second: (b, strata, seeds); higher is better.

    Returns (a, b) int8: below how many of LEVELS the p-value lies, with the sign of the difference. Equal code gives equal
    scores, which are never told apart.
    """
    if first.shape[2] < 2 or not first.shape[1]:
        return np.zeros((len(first), len(second)), np.int8)
    found = differences(first, second, unpaired)
    p = p_values(found, negligible=negligible(size_of(first)[:, None], size_of(second)[None]))
    return np.asarray(np.searchsorted(-LEVELS, -p) * np.sign(np.where(p < 1, found.mean, 0)), np.int8)


def histogram(strengths: np.ndarray) -> np.ndarray:
    """Count each row's strengths: (a, b) -> (a, 2 STEPS + 1), from "clearly worse than" to "clearly better than"."""
    width = 2 * STEPS + 1
    places = strengths.astype(int) + STEPS + width * np.arange(len(strengths))[:, None]
    counts: np.ndarray = np.bincount(places.ravel(), minlength=width * len(strengths))
    return counts.reshape(len(strengths), width)


def tally(gain: np.ndarray, unpaired: Unpaired = None) -> np.ndarray:
    """Compare all entries of gain: (entries, strata, seeds) with each other -> (entries, 2 STEPS + 1) counts of strengths.

    Every pair is met once, in blocks of some MiB. An entry meets itself, undecided.
    """
    counts = np.zeros((len(gain), 2 * STEPS + 1), int)
    rows = max(1, BLOCK // max(gain.size, 1))
    for start in range(0, len(gain), rows):
        stop = min(start + rows, len(gain))
        strengths = strength(gain[start:stop], gain[start:], unpaired)
        counts[start:stop] += histogram(strengths)
        counts[stop:] += histogram(-strengths[:, stop - start :].T)
    return counts


def step_down(counts: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """Decide all pairs of a board by Holm's procedure. counts: (entries, 2 STEPS + 1).

    The comparisons that are still open pay for each other; their number is rounded up to a fourth of an octave, as LEVELS
    are. Returns the level's index, how many entries are told apart as better than each, and how many as worse.
    """
    worse = np.cumsum(counts[:, ::-1], axis=1)[:, :STEPS][:, ::-1]  # [:, k]: beaten below level k
    better = np.cumsum(counts, axis=1)[:, :STEPS][:, ::-1]
    pairs = len(counts) * (len(counts) - 1) // 2
    step = step_for(pairs)
    while True:
        following = min(step, step_for(pairs - int((better[:, step] + worse[:, step]).sum()) // 2))
        if following == step:
            return step, better[:, step], worse[:, step]
        step = following


def step_for(comparisons: int) -> int:
    """The index of the level at which each of so many comparisons is judged."""
    return min(int(np.searchsorted(SHARES, comparisons * (1 - 1e-12))), STEPS - 1)


def place(gain: np.ndarray, counts: np.ndarray, *, tiebreak: Sequence[int], unpaired: Unpaired = None) -> Places:
    """Make places of scores and tallies. gain: (entries, strata, seeds), higher is better; tiebreak: lower goes first."""
    order = best_first(gain, tiebreak)
    step, better, worse = step_down(counts)
    group = np.empty(len(gain), int)
    group[order] = tie_groups(gain[order], step, unpaired)
    return Places(ranks(gain), better + 1, len(gain) - worse, group)


def ranks(gain: np.ndarray) -> np.ndarray:
    """1 + how many means are better. gain: (entries, strata, seeds)."""
    mean = gain.mean(axis=(1, 2))
    return np.asarray(len(mean) - np.searchsorted(np.sort(mean), mean, side="right") + 1)


def best_first(gain: np.ndarray, tiebreak: Sequence[int]) -> np.ndarray:
    """The indices of gain: (entries, strata, seeds) from the highest mean down; equal means in the order of `tiebreak`."""
    return np.lexsort((np.asarray(tiebreak), -gain.mean(axis=(1, 2))))


def tie_groups(gain: np.ndarray, step: int, unpaired: Unpaired = None) -> np.ndarray:
    """Number the groups of gain: (entries, strata, seeds), best first. A group ends before the first entry that is told
    apart from the group's own best; that entry leads the next group."""
    group, number, start = np.zeros(len(gain), int), 0, 0
    while start < len(gain):
        stop, chunk, number = start + 1, 64, number + 1
        while stop < len(gain):
            ahead = strength(gain[start : start + 1], gain[stop : stop + chunk], unpaired)[0] > step
            if ahead.any():
                stop += int(ahead.argmax())
                break
            stop, chunk = stop + chunk, 2 * chunk
        group[start:stop] = number
        start = stop
    return group


def least_difference(gain: np.ndarray, step: int, unpaired: Unpaired = None) -> float | None:
    """The difference that half of such boards tell apart at this step: the median over pairs of their bounds.

    gain: (entries, strata, seeds). None where no pair shows any spread.
    """
    found = differences(gain, gain, unpaired)
    above = np.triu(np.ones(found.mean.shape, bool), 1) & (found.error > 0) & np.isfinite(found.error)
    bounds = found.error[above] * t_quantile(float(LEVELS[step]), found.df[above])
    return float(np.median(bounds)) if bounds.size else None
