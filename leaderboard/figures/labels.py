"""Names beside points, where they cover nothing: by the size that a chart has on a page, roughly."""

from collections.abc import Sequence

CANVAS = (430.0, 230.0)  # pixels of the area between the axes
LETTER, LINE, POINT = 6.0, 13.0, 5.0  # pixels: a letter's width, a line's height, half of a point's size
LONGEST = 24  # letters

Box = tuple[float, float, float, float]  # left, top, right, bottom
Point = tuple[float, float]  # shares of the axes, from the left and from the top, in [0, 1]


def places(points: Sequence[Point], names: Sequence[str]) -> list[str]:
    """Plotly's text position for each name, "" where it would cover another or a point. The first have the first choice."""
    dots = [box_of(x * CANVAS[0], y * CANVAS[1], 2 * POINT, 2 * POINT) for x, y in points]
    taken: list[Box] = []
    chosen = []
    for index, name in enumerate(names):
        others = [*dots[:index], *dots[index + 1 :], *taken]
        free = (place for place, box in candidates(points[index], name) if is_free(box, others))
        place = next(free, "")
        if place:
            taken.append(dict(candidates(points[index], name))[place])
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


def is_free(box: Box, others: Sequence[Box]) -> bool:
    """Whether it lies on the canvas and touches none of the others."""
    left, top, right, bottom = box
    is_inside = left >= 0 and top >= 0 and right <= CANVAS[0] and bottom <= CANVAS[1]
    return is_inside and not any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in others
    )


def shorten(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
