"""Digits that nobody has: images of 0 to 9 drawn from a seed, strokes and all, for boards that would else score public ones.

How an image comes about:

1. A class has a few skeletons, the ways in which people write it (a 7 with and without a bar, a 4 open or closed, a 9 with
   a straight or a curved tail). A skeleton is a list of strokes; a stroke is a Catmull-Rom spline through a few control
   points, open or closed. A point of the spline is a fixed linear function of the control points, so a skeleton is one
   matrix, and all images of a skeleton are drawn at once.
2. The hand: every control point is moved at random, each on its own. Then the whole is scaled, sheared, turned and shifted.
3. The paper: a smooth displacement field, a sum of waves of about the digit's size, bends the strokes ("elastic").
4. The pen: a width for the image, which swells and thins along the strokes; a darkness; grain where there is ink.
5. The picture: a pixel's grey is the share of it that the ink covers, by its distance to the nearest stroke. Nothing
   depends on the number of pixels before this step, so any side will do.

The measures below were set so that what learns from 1,000 of them does about as well on fresh ones as it does on the 8x8
digits of scikit-learn (tests/papers/test_digits.py holds the accuracies); no image of any data set was used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

SEGMENTS = 36  # of a digit's strokes together
SHAKE = 0.028  # standard deviation of a control point, in heights of the digit, as all lengths here
TURN, SHEAR, SHIFT = 0.09, 0.12, 0.018  # standard deviations: radians, a slope, a length
WIDTHS, HEIGHTS = (0.7, 1.02), (0.84, 1.04)  # factors on the skeleton
WAVES, BEND = 3, 0.032  # number, and standard deviation of the displacement
PEN, SWELL = (0.05, 0.085), 0.2  # half the width of a stroke; share by which it varies along the way
DARKNESS, GRAIN = (0.85, 1.0), 0.05
FILL = 0.92  # of the picture's height
CHUNK = 1 << 18  # distances that are computed at a time: what a cache holds

Point = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """Control points (x to the right, y down, both in [0, 1]) of one spline."""

    points: tuple[Point, ...]
    closed: bool = False


def line(*points: Point) -> Stroke:
    return Stroke(points)


def loop(*points: Point) -> Stroke:
    return Stroke(points, closed=True)


SKELETONS: tuple[tuple[tuple[Stroke, ...], ...], ...] = (
    (  # 0
        (
            loop(
                (0.5, 0.03), (0.8, 0.18), (0.88, 0.5), (0.78, 0.84), (0.5, 0.97), (0.2, 0.82), (0.12, 0.5), (0.2, 0.18)
            ),
        ),
        (
            loop(
                (0.5, 0.03), (0.7, 0.2), (0.75, 0.5), (0.68, 0.84), (0.5, 0.97), (0.3, 0.82), (0.25, 0.5), (0.32, 0.18)
            ),
        ),
        (
            line(
                (0.62, 0.08),
                (0.35, 0.08),
                (0.16, 0.4),
                (0.25, 0.85),
                (0.55, 0.96),
                (0.82, 0.7),
                (0.8, 0.3),
                (0.5, 0.04),
            ),
        ),
    ),
    (  # 1
        (line((0.52, 0.03), (0.5, 0.35), (0.5, 0.65), (0.48, 0.97)),),
        (line((0.3, 0.28), (0.53, 0.04)), line((0.53, 0.04), (0.52, 0.5), (0.52, 0.97))),
        (
            line((0.32, 0.24), (0.52, 0.04)),
            line((0.52, 0.04), (0.52, 0.5), (0.52, 0.95)),
            line((0.26, 0.96), (0.52, 0.95), (0.78, 0.96)),
        ),
    ),
    (  # 2
        (
            line((0.18, 0.27), (0.34, 0.07), (0.64, 0.05), (0.8, 0.25), (0.66, 0.52), (0.4, 0.74), (0.17, 0.94)),
            line((0.17, 0.94), (0.5, 0.92), (0.86, 0.94)),
        ),
        (
            line(
                *((0.2, 0.25), (0.4, 0.05), (0.7, 0.1), (0.74, 0.38), (0.47, 0.72), (0.22, 0.92)),
                *((0.14, 0.8), (0.3, 0.74), (0.56, 0.9), (0.88, 0.88)),
            ),
        ),
    ),
    (  # 3
        (
            line((0.18, 0.15), (0.45, 0.03), (0.76, 0.14), (0.7, 0.37), (0.42, 0.47)),
            line((0.42, 0.47), (0.76, 0.57), (0.82, 0.8), (0.5, 0.97), (0.16, 0.86)),
        ),
        (
            line((0.18, 0.07), (0.5, 0.06), (0.8, 0.07)),
            line((0.8, 0.07), (0.63, 0.23), (0.46, 0.4)),
            line((0.46, 0.4), (0.8, 0.55), (0.78, 0.85), (0.45, 0.97), (0.16, 0.86)),
        ),
    ),
    (  # 4
        (
            line((0.32, 0.04), (0.24, 0.3), (0.17, 0.57)),
            line((0.17, 0.57), (0.5, 0.56), (0.88, 0.55)),
            line((0.68, 0.22), (0.65, 0.6), (0.62, 0.97)),
        ),
        (
            line((0.64, 0.03), (0.4, 0.33), (0.13, 0.66)),
            line((0.13, 0.66), (0.5, 0.65), (0.9, 0.66)),
            line((0.64, 0.03), (0.65, 0.5), (0.65, 0.97)),
        ),
        (
            line((0.22, 0.06), (0.2, 0.35), (0.42, 0.5), (0.75, 0.4)),
            line((0.78, 0.06), (0.74, 0.5), (0.7, 0.97)),
        ),
    ),
    (  # 5
        (
            line((0.8, 0.06), (0.55, 0.06), (0.3, 0.07)),
            line((0.3, 0.07), (0.27, 0.25), (0.24, 0.45)),
            line((0.24, 0.45), (0.55, 0.37), (0.82, 0.6), (0.74, 0.87), (0.45, 0.97), (0.17, 0.87)),
        ),
        (
            line(
                *((0.8, 0.07), (0.42, 0.08), (0.27, 0.28), (0.5, 0.43), (0.78, 0.6)),
                *((0.74, 0.88), (0.42, 0.97), (0.18, 0.87)),
            ),
        ),
    ),
    (  # 6
        (
            line(
                *((0.7, 0.05), (0.4, 0.22), (0.19, 0.58), (0.26, 0.88), (0.52, 0.97)),
                *((0.8, 0.83), (0.76, 0.58), (0.5, 0.5), (0.22, 0.68)),
            ),
        ),
        (
            line((0.36, 0.03), (0.24, 0.35), (0.2, 0.7)),
            loop((0.2, 0.72), (0.35, 0.55), (0.68, 0.54), (0.82, 0.74), (0.65, 0.95), (0.32, 0.95)),
        ),
    ),
    (  # 7
        (line((0.15, 0.08), (0.5, 0.07), (0.84, 0.08)), line((0.84, 0.08), (0.6, 0.47), (0.42, 0.97))),
        (
            line((0.15, 0.08), (0.5, 0.07), (0.84, 0.08)),
            line((0.84, 0.08), (0.62, 0.45), (0.44, 0.97)),
            line((0.34, 0.52), (0.6, 0.5), (0.84, 0.5)),
        ),
        (line((0.14, 0.24), (0.2, 0.08), (0.5, 0.1), (0.83, 0.06)), line((0.83, 0.06), (0.56, 0.4), (0.5, 0.97))),
    ),
    (  # 8
        (
            loop(
                *((0.5, 0.48), (0.76, 0.3), (0.7, 0.1), (0.5, 0.03), (0.3, 0.1), (0.24, 0.3), (0.5, 0.48)),
                *((0.82, 0.7), (0.74, 0.9), (0.5, 0.97), (0.26, 0.9), (0.18, 0.7)),
            ),
        ),
        (
            loop((0.5, 0.03), (0.74, 0.13), (0.74, 0.36), (0.5, 0.47), (0.27, 0.36), (0.27, 0.13)),
            loop((0.5, 0.47), (0.8, 0.6), (0.8, 0.86), (0.5, 0.97), (0.2, 0.86), (0.2, 0.6)),
        ),
    ),
    (  # 9
        (
            loop((0.5, 0.04), (0.74, 0.13), (0.77, 0.35), (0.55, 0.5), (0.27, 0.42), (0.24, 0.17)),
            line((0.77, 0.22), (0.76, 0.6), (0.68, 0.97)),
        ),
        (
            loop((0.5, 0.04), (0.74, 0.13), (0.77, 0.35), (0.55, 0.5), (0.27, 0.42), (0.24, 0.17)),
            line((0.78, 0.25), (0.77, 0.68), (0.52, 0.96), (0.2, 0.86)),
        ),
        (
            line(
                (0.76, 0.12),
                (0.45, 0.04),
                (0.22, 0.25),
                (0.42, 0.48),
                (0.74, 0.3),
                (0.76, 0.12),
                (0.7, 0.55),
                (0.52, 0.97),
            ),
        ),
    ),
)


def draw(rng: np.random.Generator, count: int, side: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Draw so many digits, each class equally often: images (count, side, side) float32 in [0, 1], labels (count,) int64.

    0 is paper, 1 is ink. Another rng gives other images; the same gives the same, at another side in another resolution.
    """
    labels = rng.permutation(np.arange(count) % len(SKELETONS))
    images = np.zeros((count, side, side), np.float32)
    for digit, skeletons in enumerate(SKELETONS):
        rows = np.flatnonzero(labels == digit)
        which = rng.integers(len(skeletons), size=len(rows))
        for number, skeleton in enumerate(skeletons):
            chosen = rows[which == number]
            images[chosen] = written(skeleton, len(chosen), side, rng)
    images *= 1 + GRAIN * rng.standard_normal(images.shape, np.float32)
    return np.clip(images, 0, 1), labels


def written(skeleton: tuple[Stroke, ...], n: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """So many images of one skeleton, without grain: (n, side, side)."""
    spline, is_drawn = matrix_of(skeleton)
    control = np.array([point for stroke in skeleton for point in stroke.points]) - 0.5
    moved = control + rng.normal(0, SHAKE, (n, *control.shape))
    path = bent(placed(spline @ moved, rng), rng)  # (n, points, 2)
    start, end = path[:, :-1][:, is_drawn], path[:, 1:][:, is_drawn]
    share = ink(start, end, pens(n, rng), side)
    return share * rng.uniform(*DARKNESS, (n, 1, 1))


def placed(path: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points (n, p, 2) scaled, sheared, turned and shifted, each image in its own way."""
    n = len(path)
    turn, shear = rng.normal(0, TURN, n), rng.normal(0, SHEAR, n)
    wide, high = rng.uniform(*WIDTHS, n), rng.uniform(*HEIGHTS, n)
    x = wide[:, None] * path[..., 0] - shear[:, None] * path[..., 1]
    y = high[:, None] * path[..., 1]
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1) + rng.normal(0, SHIFT, (n, 1, 2))


def bent(path: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points (n, p, 2) moved by a smooth field: waves whose length is that of the digit or more."""
    n = len(path)
    waves = rng.normal(0, np.pi, (n, 2, WAVES))  # radians a height
    phases = rng.uniform(0, 2 * np.pi, (n, 1, WAVES))
    heights = rng.normal(0, BEND * np.sqrt(2 / WAVES), (n, WAVES, 2))
    return np.asarray(path + np.sin(path @ waves + phases) @ heights)


def pens(n: int, rng: np.random.Generator) -> np.ndarray:
    """Half the width of each segment: (n, SEGMENTS)."""
    way = np.linspace(0, 2 * np.pi, SEGMENTS)
    swelling = np.sin(rng.uniform(0.5, 2, (n, 1)) * way + rng.uniform(0, 2 * np.pi, (n, 1)))
    return np.asarray(rng.uniform(*PEN, (n, 1)) * (1 + SWELL * swelling))


def ink(start: np.ndarray, end: np.ndarray, pen: np.ndarray, side: int) -> np.ndarray:
    """The share of each pixel that is covered: segments (n, m, 2) from start to end, half widths (n, m) -> (n, side, side)."""
    centres = (np.arange(side, dtype=np.float32) + 0.5) / side - 0.5
    y, x = (axis.reshape(1, -1, 1) / np.float32(FILL) for axis in np.meshgrid(centres, centres, indexing="ij"))
    share = np.empty((len(start), side * side))
    at_once = max(1, CHUNK // (side * side * SEGMENTS))
    for first in range(0, len(start), at_once):
        part = slice(first, first + at_once)
        a, step, radius = (z[part, None].astype(np.float32) for z in (start, end - start, pen))
        length = np.maximum((step**2).sum(axis=-1), 1e-12)
        dx, dy = x - a[..., 0], y - a[..., 1]
        along = np.clip((dx * step[..., 0] + dy * step[..., 1]) / length, 0, 1)
        away = np.sqrt((dx - along * step[..., 0]) ** 2 + (dy - along * step[..., 1]) ** 2)
        share[part] = np.clip(0.5 + (radius - away).max(axis=2) * (FILL * side), 0, 1)
    return share.reshape(-1, side, side)


@cache
def matrix_of(skeleton: tuple[Stroke, ...]) -> tuple[np.ndarray, np.ndarray]:
    """What makes points of control points: (p, k); and which of the p - 1 steps between points are drawn: (p - 1,) bool.

    The strokes share SEGMENTS by their lengths; the pen is up from one stroke to the next.
    """
    lengths = [np.linalg.norm(np.diff(ends(stroke), axis=0), axis=1).sum() for stroke in skeleton]
    counts = np.maximum(1, np.floor(SEGMENTS * np.array(lengths) / sum(lengths)).astype(int))
    counts[int(np.argmax(lengths))] += SEGMENTS - counts.sum()
    total, before = sum(len(stroke.points) for stroke in skeleton), 0
    blocks, is_drawn = [], []
    for stroke, count in zip(skeleton, counts, strict=True):
        block = np.zeros((count + 1, total))
        block[:, before : before + len(stroke.points)] = catmull_rom(len(stroke.points), count, closed=stroke.closed)
        before += len(stroke.points)
        blocks.append(block)
        is_drawn += [True] * int(count) + [False]
    return np.concatenate(blocks), np.array(is_drawn[:-1])


def ends(stroke: Stroke) -> Sequence[Point]:
    """The control points, the first one again where the stroke is closed."""
    return (*stroke.points, stroke.points[0]) if stroke.closed else stroke.points


def catmull_rom(points: int, segments: int, *, closed: bool) -> np.ndarray:
    """The weights of control points in points at equal steps along the spline: (segments + 1, points)."""
    pieces = points if closed else points - 1
    t = np.linspace(0, pieces, segments + 1)
    piece = np.minimum(t.astype(int), pieces - 1)
    u = t - piece
    basis = 0.5 * np.stack(
        [-u + 2 * u**2 - u**3, 2 - 5 * u**2 + 3 * u**3, u + 4 * u**2 - 3 * u**3, -(u**2) + u**3], axis=1
    )
    weights = np.zeros((segments + 1, points))
    for offset in range(4):
        index = piece + offset - 1
        index = index % points if closed else np.clip(index, 0, points - 1)
        np.add.at(weights, (np.arange(segments + 1), index), basis[:, offset])
    return weights
