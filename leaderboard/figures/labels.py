"""Names beside points, where they cover nothing: by the size that a chart has on a page, roughly."""

from collections.abc import Sequence

import numpy as np

CANVAS = (430.0, 230.0)  # pixels of the area between the axes
LETTER, LINE, POINT = 6.0, 13.0, 5.0  # pixels: a letter's width, a line's height, half of a point's size
LONGEST = 24  # letters

Box = tuple[float, float, float, float]  # left, top, right, bottom
Point = tuple[float, float]  # shares of the axes, from the left and from the top, in [0, 1]


def places(points: Sequence[Point], names: Sequence[str]) -> list[str]:
    """Plotly's text position for each name, "" where it would cover another or a point. The first have the first choice."""
    if not points:
        return []
    dots = np.array([box_of(x * CANVAS[0], y * CANVAS[1], 2 * POINT, 2 * POINT) for x, y in points])
    every = [candidates(point, name) for point, name in zip(points, names, strict=True)]
    covered = covers(np.array([[box for _, box in each] for each in every]), dots)
    taken: list[Box] = []
    chosen = []
    for each, hits in zip(every, covered.tolist(), strict=True):
        free = (
            (place, box)
            for (place, box), is_hit in zip(each, hits, strict=True)
            if not is_hit and is_inside(box) and not any(touch(box, other) for other in taken)
        )
        place, box = next(free, ("", None))
        if box:
            taken.append(box)
        chosen.append(place)
    return chosen


def candidates(point: Point, name: str) -> list[tuple[str, Box]]:
    x, y = point[0] * CANVAS[0], point[1] * CANVAS[1]
    width = LETTER * len(shorten(name))
    aside, above = POINT + 2 + width / 2, POINT + LINE / 2
    return [
        ("middle right", box_of(x + aside, y, width, LINE)),
        ("middle left", box_of(x - aside, y, width, LINE)),
        ("top center", box_of(x, y - above, width, LINE)),
        ("bottom center", box_of(x, y + above, width, LINE)),
    ]


def box_of(x: float, y: float, width: float, height: float) -> Box:
    """About a centre."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def is_inside(box: Box) -> bool:
    """Whether it lies on the canvas."""
    left, top, right, bottom = box
    return left >= 0 and top >= 0 and right <= CANVAS[0] and bottom <= CANVAS[1]


def touch(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def covers(boxes: np.ndarray, dots: np.ndarray) -> np.ndarray:
    """Whether a box, (points, candidates, 4), touches the dot of another point."""
    left, top, right, bottom = np.moveaxis(boxes[:, :, None], 3, 0)
    touching = (left < dots[:, 2]) & (dots[:, 0] < right) & (top < dots[:, 3]) & (dots[:, 1] < bottom)
    touching[np.arange(len(dots)), :, np.arange(len(dots))] = False
    is_covered: np.ndarray = touching.any(axis=2)
    return is_covered


def shorten(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
