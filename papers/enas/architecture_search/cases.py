"""The cases: which space is searched, with how much, and what counts as near enough."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from papers.enas.problem.sources import SMALL, Digits, NasBench, Source
from papers.task import Case


@dataclass(frozen=True)
class Search:
    """target, tolerance: points of regret, within which a search has arrived, and those that are the table's own noise."""

    source: Source
    budget: float
    unit: Literal["hours", "trainings"]  # of the budget: hours of the table, or average trainings
    target: float
    tolerance: float
    is_named: bool = False  # the method is told what its codes and edges mean
    is_shown: bool = False  # pages may draw cells: the table is public, or was drawn for this upload alone
    tells_lookup: bool = False  # a public table of which nobody hits the very best cell, but who knows it


# data set: GPU-hours, tolerance
NB201 = {"cifar10": (100.0, 0.25), "cifar100": (200.0, 0.75), "imagenet16": (600.0, 1.0)}
HALF_A_POINT = 0.5
MOVED = HALF_A_POINT  # of the smooth function that moves the optimum: the table stays what is searched
SHARED_HOURS = 20.0  # where weights are shared on CIFAR-10 itself
TRAININGS = {3: 30.0, 4: 50.0}  # the budget on the digits, by nodes
RACED_TRAININGS = 30.0
WORLDS = {3: 4, 4: 1}  # private splits of the digits for each site
RACED_WORLDS = 2  # private sets of digits for each site
# Groups: tables of full trainings count as much as spaces whose weights are shared.
TABLES, SHARING = "full trainings", "shared weights"


def nb201(suffix: str = "", *, is_named: bool = False) -> tuple[Case[Search], ...]:
    """The three data sets: ranked with a new optimum, or (with a suffix) the public table as it is."""
    return tuple(
        Case(
            name=f"nb201/{data}{suffix}",
            params=Search(
                source=NasBench(data, moved=0.0 if suffix else MOVED),
                budget=budget,
                unit="hours",
                target=HALF_A_POINT,
                tolerance=tolerance,
                is_named=is_named,
                is_shown=True,
            ),
            ranked=not suffix,
            group="" if suffix else TABLES,
        )
        for data, (budget, tolerance) in NB201.items()
    )


def digits(name: str, source: Digits, *, ranked: bool = True) -> Case[Search]:
    """A space in which weights are really shared."""
    return Case(
        name=f"digits/{name}",
        params=Search(
            source=source,
            budget=RACED_TRAININGS if source.is_raced else TRAININGS[source.nodes],
            unit="trainings",
            target=2.0,
            tolerance=2.0,
            is_shown=source.is_public,
            tells_lookup=source.is_public and source.is_raced,
        ),
        ranked=ranked,
        group=SHARING if ranked else "",
    )


# The weights are trained on CIFAR-10 itself, and know nothing of a smooth function: the truth is the plain table.
SHARED = Case(
    name="nb201/cifar10-shared",
    params=Search(
        source=NasBench("cifar10", is_shared=True),
        budget=SHARED_HOURS,
        unit="hours",
        target=HALF_A_POINT,
        tolerance=NB201["cifar10"][1],
        is_shown=True,
    ),
    ranked=False,
    data=("cifar10-jpeg",),
)
RACED = digits("cell4-raced", Digits(4, worlds=RACED_WORLDS, is_raced=True))
RACED_PUBLIC = digits("cell4-public", Digits(4, worlds=0, is_raced=True), ranked=False)
QUICK = (*nb201(), RACED, *nb201("-plain"), RACED_PUBLIC)
FULL = (
    *nb201(),
    RACED,
    digits("cell4-small", Digits(4, SMALL[4], WORLDS[4])),
    digits("cell4", Digits(4, np.inf, WORLDS[4])),
    *nb201("-plain"),
    RACED_PUBLIC,
    digits("cell3-small", Digits(3, SMALL[3], WORLDS[3]), ranked=False),  # 60 functions, half of which 30 trainings see
    digits("cell3-public", Digits(3, SMALL[3], worlds=0), ranked=False),
    *nb201("-named", is_named=True),
    SHARED,
)
