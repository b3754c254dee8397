"""The cases: how noisy the playing is, and how much of it is noise alone. Imports no torch."""

from dataclasses import dataclass

from papers.task import Case


@dataclass(frozen=True)
class Playing:
    """source: "notes" drawn at random, or "jsb" chorales. noise: its scale; extra: dimensions that are noise alone."""

    source: str
    noise: float
    extra: int = 0
    training: int = 20
    testing: int = 30


QUICK = (
    Case(name="warp/noise3", params=Playing("notes", noise=3.0)),
    Case(name="warp/metric", params=Playing("notes", noise=1.5, extra=12)),
)
FULL = (
    *QUICK,
    Case(name="music/jsb", params=Playing("jsb", noise=0.3, training=40, testing=77), data=("jsb",)),
)
