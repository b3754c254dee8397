"""The cases: where the classes come from, how many an episode has, and how many drawings of each it shows."""

from dataclasses import dataclass
from typing import Literal

from papers.task import Case

Source = Literal["glyphs", "signs", "omniglot", "faces"]


@dataclass(frozen=True)
class Episode:
    """ways: classes; shots: drawings of each that are shown. fit_seconds: CPU-seconds for `fit`; ask_seconds: for all episodes."""

    source: Source
    ways: int
    shots: int
    fit_seconds: float
    ask_seconds: float


def case(source: Source, ways: int, shots: int, *, fit: float, ask: float, data: tuple[str, ...] = ()) -> Case[Episode]:
    return Case(
        name=f"{source}/{ways}way-{shots}shot",
        params=Episode(source, ways, shots, fit, ask),
        data=data,
    )


QUICK = (
    case("glyphs", 5, 1, fit=15, ask=10),
    case("glyphs", 20, 1, fit=15, ask=25),
    case("signs", 5, 1, fit=15, ask=5),
)
FULL = (
    *(
        case("omniglot", ways, shots, fit=240, ask=120, data=("omniglot_small",))
        for ways, shots in ((5, 1), (5, 5), (20, 1), (20, 5))
    ),
    case("faces", 5, 1, fit=240, ask=60, data=("orl_faces",)),
)
