"""Digits in a handwriting that each seed draws: whoever has the code of papers/digits.py draws others.

A hand has, each drawn once and the same for all of its images:

1. its own skeletons: every control point of every skeleton is moved, so that a class is written in ways of its own;
2. how often it takes each way of writing a class;
3. a warp of the plane, linear and a few low waves, that the strokes go through at the end;
4. for each class a darkness, and a factor on the width of the pen.

What varies from image to image is that of papers/digits.py: shaking, scaling, turning, bending, the swelling pen, grain.
"""

from dataclasses import dataclass

import numpy as np

from papers import digits

MOVED = 0.08  # standard deviation of a control point between hands, in heights of the digit, as all lengths here
FAVOUR = 1.5  # of the Dirichlet law of the ways of writing
SLANT, STRETCH = 0.25, (0.8, 1.05)  # standard deviation of turning and shear; factors on width and height
WAVES, WARP = 3, 0.05  # number, and standard deviation of the displacement
DARKNESS, PEN = (0.6, 1.0), (0.8, 1.3)

Rng = np.random.Generator


@dataclass(frozen=True)
class Way:
    """One of the ways in which a hand writes a class: a matrix from control points to a path, and which steps are drawn."""

    spline: np.ndarray  # (points, k)
    is_drawn: np.ndarray  # (points - 1,) bool
    control: np.ndarray  # (k, 2), the origin in the middle of the picture


@dataclass(frozen=True)
class Letter:
    """How a hand writes one class."""

    ways: tuple[Way, ...]
    shares: np.ndarray  # of each way
    darkness: float
    pen: float


class Hand:
    """A law of images of 0 to 9, drawn from an rng."""

    def __init__(self, rng: Rng):
        self.letters = [letter(skeletons, rng) for skeletons in digits.SKELETONS]
        turn, shear = SLANT * rng.normal(size=2)
        turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        self.linear = np.diag(rng.uniform(*STRETCH, 2)) @ np.array([[1.0, 0.0], [shear, 1.0]]) @ turned
        self.waves = rng.normal(0, np.pi, (2, WAVES))  # radians a height
        self.phases = rng.uniform(0, 2 * np.pi, WAVES)
        self.heights = rng.normal(0, WARP * np.sqrt(2 / WAVES), (WAVES, 2))

    def draw(self, rng: Rng, count: int, side: int = 8) -> tuple[np.ndarray, np.ndarray]:
        """So many images (count, side, side) float32 in [0, 1], each class equally often, and labels (count,) int64."""
        labels = rng.permutation(np.arange(count) % len(self.letters))
        images = np.zeros((count, side, side), np.float32)
        for digit, letter in enumerate(self.letters):
            rows = np.flatnonzero(labels == digit)
            which = rng.choice(len(letter.ways), len(rows), p=letter.shares)
            for number, way in enumerate(letter.ways):
                chosen = rows[which == number]
                images[chosen] = self.written(letter, way, len(chosen), side, rng)
        images *= 1 + digits.GRAIN * rng.standard_normal(images.shape, np.float32)
        return np.clip(images, 0, 1), labels

    def written(self, letter: Letter, way: Way, n: int, side: int, rng: Rng) -> np.ndarray:
        """So many images of one way, without grain: (n, side, side)."""
        shaken = way.control + rng.normal(0, digits.SHAKE, (n, *way.control.shape))
        path = self.warped(digits.bent(digits.placed(way.spline @ shaken, rng), rng))
        start, end = path[:, :-1][:, way.is_drawn], path[:, 1:][:, way.is_drawn]
        share = digits.ink(start, end, letter.pen * digits.pens(n, rng), side)
        return share * letter.darkness * rng.uniform(*digits.DARKNESS, (n, 1, 1))

    def warped(self, path: np.ndarray) -> np.ndarray:
        """Points (n, p, 2) through the warp of the plane."""
        straight = path @ self.linear
        return np.asarray(straight + np.sin(straight @ self.waves + self.phases) @ self.heights)


def letter(skeletons: tuple[tuple[digits.Stroke, ...], ...], rng: Rng) -> Letter:
    """A hand's own way of writing a class."""
    return Letter(
        ways=tuple(way(skeleton, rng) for skeleton in skeletons),
        shares=rng.dirichlet(np.full(len(skeletons), FAVOUR)),
        darkness=rng.uniform(*DARKNESS),
        pen=rng.uniform(*PEN),
    )


def way(skeleton: tuple[digits.Stroke, ...], rng: Rng) -> Way:
    """A skeleton whose control points are moved."""
    spline, is_drawn = digits.matrix_of(skeleton)
    control = np.array([point for stroke in skeleton for point in stroke.points]) - 0.5
    return Way(spline, is_drawn, control + rng.normal(0, MOVED, control.shape))
