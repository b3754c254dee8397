"""The cases of the board. Imports no torch."""

from papers.task import Case

# data set: GPU-hours, tolerance (points: the table's own noise), points of the smooth function that moves the optimum
NB201 = {"cifar10": (100.0, 0.25, 2.0), "cifar100": (200.0, 0.75, 3.0), "imagenet16": (600.0, 1.0, 3.0)}
HALF_A_POINT = 0.5


def nb201(suffix: str = "", *, named: bool = False) -> tuple[Case, ...]:
    """The three data sets: ranked with a new optimum, or ("-plain", "-named") the public table as it is."""
    return tuple(
        Case(
            name=f"nb201/{data}{suffix}",
            params={
                "data": data,
                "budget": budget,
                "target": HALF_A_POINT,
                "tolerance": tolerance,
                "perturbed": 0.0 if suffix else points,
                "named": named,
                "shown": True,
            },
            ranked=not suffix,
        )
        for data, (budget, tolerance, points) in NB201.items()
    )


QUICK = (*nb201(), *nb201("-plain"))
FULL = (*nb201(), *nb201("-plain"), *nb201("-named", named=True))
