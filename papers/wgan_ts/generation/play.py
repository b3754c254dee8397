"""The protocol of `generation`: a method sees training points and draws new ones, which are held against hidden points."""

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from papers.playing import Report
from papers.task import AnswerError, Case, Scores, Seed
from papers.wgan_ts.problem.sources import Source, load
from papers.wgan_ts.problem.transport import distance

SPLITS = 4  # ways to halve samples and hidden points, over which distances are averaged
UNDECIDED = 20  # samples without preference that are added to the copy rate: few distinct samples tell little
COVERED = 0.25  # a mode with this share of its due samples counts as covered
SHOWN_POINTS, SHOWN_IMAGES = 400, 8  # on the pages; images a side


def play(case: Case, *, seed: Seed, device: str, method: Any, report: Report) -> Scores:
    source = load(case.params, seed.rng("source"))
    method.fit(source.train.copy())
    count = len(source.hidden)
    samples = checked(method.sample(count), (count, source.train.shape[1]))
    if seed.index == 0:
        show(report, source, samples)
    return scored(source, samples, seed.salted("halves"))


def checked(answer: Any, shape: tuple[int, int]) -> np.ndarray:
    """The answer, if it is a float array of this shape within [0, 1]. Raises AnswerError."""
    if not isinstance(answer, np.ndarray):
        raise AnswerError(f"sample returned {type(answer).__name__}, expected a float32 array of shape {shape}")
    if answer.shape != shape:
        raise AnswerError(f"sample returned an array of shape {answer.shape}, expected {shape}")
    if answer.dtype.kind != "f":
        raise AnswerError(f"sample returned {answer.dtype}, expected float32")
    samples: np.ndarray = np.asarray(answer).astype(np.float32)
    if not np.isfinite(samples).all():
        raise AnswerError(f"sample left {(~np.isfinite(samples)).sum()} of {samples.size} numbers NaN or infinite")
    if samples.min() < 0 or samples.max() > 1:
        raise AnswerError(f"sample returned numbers from {samples.min():g} to {samples.max():g}, expected [0, 1]")
    return samples


def scored(source: Source, samples: np.ndarray, rng: np.random.Generator) -> Scores:
    """Distances between halves of the samples and of the hidden points, in their own unit and in that of the floor."""
    rows = np.mean([halved(samples, source.hidden, rng) for _ in range(SPLITS)], axis=0)
    w1, own, floor = map(float, rows)
    scores = {
        "excess": (w1 - (own + floor) / 2) / floor,
        "w1_over_floor": w1 / floor,
        "w1": w1,
        "floor": floor,
        "diversity": own / floor,
        "copy_rate": copy_rate(source, samples),
    }
    if source.mode is not None:
        scores["mode_coverage"] = mode_coverage(source.hidden, source.mode, samples)
    return scores


def halved(samples: np.ndarray, hidden: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float]:
    """W1 between halves of samples and of hidden points, between the halves of samples, between those of hidden points."""
    (g1, g2), (t1, t2) = (np.array_split(rng.permutation(points), 2) for points in (samples, hidden))
    across = (distance(g1, t1, "l1") + distance(g2, t2, "l1")) / 2
    return across, distance(g1, g2, "l1"), distance(t1, t2, "l1")


def copy_rate(source: Source, samples: np.ndarray) -> float:
    """Share of distinct samples nearer to a training point than to a hidden one, equally many of both; ties count half."""
    size = min(len(source.train), len(source.hidden))
    distinct = np.unique(samples, axis=0)
    near_train, near_hidden = (nearest(distinct, points[:size]) for points in (source.train, source.hidden))
    copies = np.sum(near_train < near_hidden) + np.sum(near_train == near_hidden) / 2
    return float((copies + UNDECIDED / 2) / (len(distinct) + UNDECIDED))


def nearest(samples: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The L1 distance of each sample to the nearest point: (n, d), (m, d) -> (n,)."""
    return np.asarray(cdist(samples, points, "cityblock").min(axis=1))


def mode_coverage(points: np.ndarray, mode: np.ndarray, samples: np.ndarray) -> float:
    """Share of modes that have at least COVERED of their due samples; a sample has the mode of the nearest point."""
    found = mode[cdist(samples, points, "cityblock").argmin(axis=1)]
    modes, due = np.unique(mode, return_counts=True)
    had = np.array([(found == one).sum() for one in modes]) / len(samples)
    return float(np.mean(had >= COVERED * due / len(points)))


def show(report: Report, source: Source, samples: np.ndarray) -> None:
    """Samples over training points, or in a grid; and how near they come to training and hidden points. Nothing hidden."""
    if source.shape:
        report.image("Samples", tiled(samples[: SHOWN_IMAGES**2], source.shape))
    else:
        shown = {"data": source.train[:SHOWN_POINTS], "samples": samples[:SHOWN_POINTS]}
        report.points("Samples over training data", shown)
    size = min(len(source.train), len(source.hidden))
    share = np.linspace(0.01, 0.99, 41)
    near = {"training": source.train[:size], "hidden": source.hidden[:size]}
    report.curve(
        "Distance to the nearest point",
        share,
        {name: np.quantile(nearest(samples, points), share) for name, points in near.items()},
        x_label="share of samples",
        y_label="L1 distance",
    )


def tiled(images: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Images in a square grid with lines between them, enlarged: (k, h w) -> pixels in [0, 1]."""
    height, width = shape
    side = int(np.sqrt(len(images)))
    tiles = images[: side**2].reshape(side, side, height, width)
    framed = np.pad(tiles, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=0.5)
    pixels = framed.transpose(0, 2, 1, 3).reshape(side * (height + 1), side * (width + 1))
    return np.kron(pixels, np.ones((max(1, 32 // height),) * 2))
