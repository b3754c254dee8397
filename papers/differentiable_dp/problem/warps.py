"""Pairs of a series and a warped, noisy playing of it; the warp is known."""

from dataclasses import dataclass

import numpy as np

NOTES, DIMENSIONS, REPEATS = (12, 19), 12, (2, 6)
STRETCH = (0.8, 1.3)
ROUGHNESS = 0.5  # of the time map's speed, in logarithms
KNOTS = 6


@dataclass(frozen=True)
class Pair:
    """a: (n, d), the score; b: (m, d), its playing; position: (m,), where in a each frame of b is, in 0..n-1."""

    a: np.ndarray
    b: np.ndarray
    position: np.ndarray


def draw(rng: np.random.Generator, *, noise: float, extra: int) -> Pair:
    """A melody of random notes, and its playing at a smooth random tempo; `extra` dimensions are noise of scale 3 alone."""
    notes = rng.normal(size=(rng.integers(NOTES[0], NOTES[1] + 1), DIMENSIONS)) * 1.1
    a = np.repeat(notes, rng.integers(REPEATS[0], REPEATS[1] + 1, len(notes)), axis=0)
    position = tempo(len(a), round(len(a) * rng.uniform(*STRETCH)), rng)
    b = a[np.round(position).astype(int)] + noise * rng.normal(size=(len(position), DIMENSIONS))
    if extra:
        a = np.hstack([a, 3 * rng.normal(size=(len(a), extra))])
        b = np.hstack([b, 3 * rng.normal(size=(len(b), extra))])
    return Pair(a.astype(np.float32), b.astype(np.float32), position.astype(np.float32))


def tempo(length: int, frames: int, rng: np.random.Generator) -> np.ndarray:
    """A smooth monotone map (frames,) from 0 to length - 1: its speed is the exponential of a random curve."""
    knots = np.linspace(0, 1, KNOTS)
    speed = np.exp(ROUGHNESS * np.interp(np.linspace(0, 1, frames - 1), knots, rng.normal(size=KNOTS)))
    way = np.concatenate([[0.0], np.cumsum(speed)])
    position: np.ndarray = way * (length - 1) / way[-1]
    return position
