"""Characters that nobody has seen: a class is a few cubic Bezier strokes, a drawing of it a shaky copy."""

from collections.abc import Sequence

import numpy as np

SIDE = 28
STROKES = 2, 4  # fewest, most
STEP = 0.22  # standard deviation from one control point to the next
EDGE = 0.08, 0.92  # control points are clipped to
SHAKE, TURN, ZOOM, SHIFT = 0.06, 0.30, 0.15, 0.06  # of a drawing: control points, radians, log-scale, place
PEN = 0.028  # half the width of a stroke, a standard deviation
POINTS = 32  # of a stroke: about half a pixel from one to the next


def draw(rng: np.random.Generator, counts: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """A new character for each count, drawn so often: images (sum, SIDE, SIDE) float32 in [0, 1], labels (sum,) int64."""
    images = np.concatenate([drawings(character(rng), count, rng) for count in counts])
    return images, np.repeat(np.arange(len(counts)), counts)


def character(rng: np.random.Generator) -> np.ndarray:
    """Control points (strokes, 4, 2)."""
    strokes = int(rng.integers(STROKES[0], STROKES[1] + 1))
    start = rng.uniform(0.15, 0.85, (strokes, 1, 2))
    steps = rng.normal(0, STEP, (strokes, 3, 2)).cumsum(axis=1)
    return np.asarray(np.clip(np.concatenate([start, start + steps], axis=1), *EDGE))


def drawings(control: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """(count, SIDE, SIDE) float32: ink exp(-d^2 / (2 PEN^2)) at distance d from the nearest stroke."""
    moved = control + rng.normal(0, SHAKE, (count, *control.shape)) - 0.5
    turn, zoom = rng.normal(0, TURN, count), np.exp(rng.normal(0, ZOOM, count))
    turning = np.stack([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]).transpose(2, 0, 1)
    path = bezier() @ (zoom[:, None, None, None] * (moved @ turning[:, None])) + 0.5
    path = path + rng.normal(0, SHIFT, (count, 1, 1, 2))
    return np.exp(-0.5 * nearest(path.reshape(count, -1, 2).astype(np.float32)) / np.float32(PEN) ** 2)


def bezier() -> np.ndarray:
    """Weights of the four control points along a stroke: (POINTS, 4)."""
    t = np.linspace(0, 1, POINTS)[:, None]
    return np.concatenate([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], axis=1)


def nearest(points: np.ndarray) -> np.ndarray:
    """Squared distance of each pixel from the nearest of the points (count, p, 2): (count, SIDE, SIDE)."""
    centres = ((np.arange(SIDE) + 0.5) / SIDE).astype(np.float32)
    squares = (points[..., None] - centres) ** 2  # (count, p, 2, SIDE)
    pairs = zip(squares[:, :, 1], squares[:, :, 0], strict=True)  # one drawing at a time: what a cache holds
    return np.stack([(rows[:, :, None] + columns[:, None]).min(axis=0) for rows, columns in pairs])
