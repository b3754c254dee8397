"""How far samples are from hidden points, whether they are copies, and which modes they miss."""

import numpy as np
from scipy.spatial.distance import cdist

from papers.task import Scores
from papers.wgan_ts.problem.sources import Source
from papers.wgan_ts.problem.transport import distance

SPLITS = 4  # ways to halve samples and hidden points, over which distances are averaged
UNDECIDED = 20  # samples without preference that are added to the copy rate: few distinct samples tell little
WORST = 10.0  # in excesses of the mean point: at it all are cut
COVERED = 0.25  # a mode with this share of its due samples counts as covered


def scores_of(source: Source, samples: np.ndarray, rng: np.random.Generator) -> Scores:
    """Distances between halves of the samples and of the hidden points, in their own unit and in that of the floor."""
    rows = np.mean([distances_of_halves(samples, source.hidden, rng) for _ in range(SPLITS)], axis=0)
    w1, own, floor = map(float, rows)
    excess = (w1 - (own + floor) / 2) / floor
    scores = {
        "fidelity": 1 - min(excess / excess_of_mean(source, floor), WORST),
        "excess": excess,
        "w1_over_floor": w1 / floor,
        "w1": w1,
        "floor": floor,
        "diversity": own / floor,
        "copy_rate": copy_rate(source, samples),
    }
    if source.mode is not None:
        scores["mode_coverage"] = mode_coverage(source.hidden, source.mode, samples)
    return scores


def excess_of_mean(source: Source, floor: float) -> float:
    """What the mean of the training points, again and again, exceeds: all of its mass is in one place."""
    w1 = float(np.abs(source.hidden - source.train.mean(axis=0)).sum(axis=1).mean())
    return (w1 - floor / 2) / floor


def distances_of_halves(
    samples: np.ndarray, hidden: np.ndarray, rng: np.random.Generator
) -> tuple[float, float, float]:
    """W1 between halves of samples and of hidden points, between the halves of samples, between those of hidden points."""
    (g1, g2), (t1, t2) = (np.array_split(rng.permutation(points), 2) for points in (samples, hidden))
    across = (distance(g1, t1, "l1") + distance(g2, t2, "l1")) / 2
    return across, distance(g1, g2, "l1"), distance(t1, t2, "l1")


def copy_rate(source: Source, samples: np.ndarray) -> float:
    """Share of distinct samples nearer to a training point than to a hidden one; ties count half.

    All points of both are compared with. Of n and m, a fresh point is nearer to one of the n with chance n / (n + m), so a
    sample weighs m / min(n, m) where it is nearer to them, n / min(n, m) elsewhere: a fresh one counts half for either.
    """
    n, m = len(source.train), len(source.hidden)
    distinct = np.unique(samples, axis=0)
    near_train, near_hidden = (distances_to_nearest(distinct, points) for points in (source.train, source.hidden))
    nearer = np.sum(near_train < near_hidden) + np.sum(near_train == near_hidden) / 2
    copies, others = nearer * m / min(n, m), (len(distinct) - nearer) * n / min(n, m)
    return float((copies + UNDECIDED / 2) / (copies + others + UNDECIDED))


def distances_to_nearest(samples: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The L1 distance of each sample to the nearest point: (n, d), (m, d) -> (n,)."""
    return np.asarray(cdist(samples, points, "cityblock").min(axis=1))


def mode_coverage(points: np.ndarray, mode: np.ndarray, samples: np.ndarray) -> float:
    """Share of modes that have at least COVERED of their due samples; a sample has the mode of the nearest point."""
    sample_mode = mode[cdist(samples, points, "cityblock").argmin(axis=1)]
    modes, due = np.unique(mode, return_counts=True)
    had = np.array([(sample_mode == number).sum() for number in modes]) / len(samples)
    return float(np.mean(had >= COVERED * due / len(points)))
