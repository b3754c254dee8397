"""Small signs that nobody has seen: each is a digit's strokes moved so far that it is another figure, written with the same pen.

A class has one to three ways of writing it, as digits have (papers/digits.py). From one drawing to the next the hand shakes,
scales, turns and bends as it does there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from papers import digits

SIDE = 8
MOVED = 0.3  # standard deviation of a control point from that of the digit, in heights of the sign
VARIED = 0.2  # the same between the ways of writing one sign
WAYS = 1, 3  # fewest, most
FRAME = 0.76, 0.94  # width and height of a sign, before the hand scales it


@dataclass(frozen=True)
class Sign:
    """A matrix from control points to a path, which steps are drawn, and the control points of each way of writing it."""

    spline: np.ndarray  # (points, k)
    is_drawn: np.ndarray  # (points - 1,) bool
    ways: np.ndarray  # (w, k, 2), the origin in the middle


def draw(rng: np.random.Generator, counts: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """A new sign for each count, drawn so often: images (sum, SIDE, SIDE) float32 in [0, 1], labels (sum,) int64."""
    strokes = [segments(sign(rng), count, rng) for count in counts]
    start, end = (np.concatenate(points) for points in zip(*strokes, strict=True))
    share = digits.ink(start, end, digits.pens(len(start), rng), SIDE)
    images = share * rng.uniform(*digits.DARKNESS, (len(start), 1, 1))
    images *= 1 + digits.GRAIN * rng.standard_normal(images.shape)
    return np.clip(images, 0, 1).astype(np.float32), np.repeat(np.arange(len(counts)), counts)


def sign(rng: np.random.Generator) -> Sign:
    """A new sign: the skeleton of some digit, turned by any angle or mirrored, its control points moved."""
    skeletons = [skeleton for each in digits.SKELETONS for skeleton in each]
    skeleton = skeletons[rng.integers(len(skeletons))]
    control = turned(np.array([point for stroke in skeleton for point in stroke.points]) - 0.5, rng)
    moved = control + rng.normal(0, MOVED, control.shape)
    count = rng.integers(WAYS[0], WAYS[1] + 1)
    return Sign(*digits.matrix_of(skeleton), framed(moved + rng.normal(0, VARIED, (count, *control.shape))))


def turned(control: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points (k, 2) turned by any angle, half of them mirrored."""
    angle, mirror = rng.uniform(0, 2 * np.pi), rng.choice([-1.0, 1.0])
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(control @ np.array([[cos * mirror, sin * mirror], [-sin, cos]]))


def framed(ways: np.ndarray) -> np.ndarray:
    """Points (w, k, 2), each way moved and scaled so that its points fill the frame."""
    low, high = ways.min(axis=1, keepdims=True), ways.max(axis=1, keepdims=True)
    return np.asarray((ways - (low + high) / 2) * np.array(FRAME) / (high - low))


def segments(sign: Sign, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Where the steps of so many drawings start and end: (count, digits.SEGMENTS, 2) each."""
    control = sign.ways[rng.integers(len(sign.ways), size=count)]
    shaken = control + rng.normal(0, digits.SHAKE, control.shape)
    path = digits.bent(digits.placed(sign.spline @ shaken, rng), rng)
    return path[:, :-1][:, sign.is_drawn], path[:, 1:][:, sign.is_drawn]
