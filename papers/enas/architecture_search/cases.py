"""The cases of the board. Imports no torch."""

from papers.task import Case

# data set: GPU-hours, tolerance (points: the table's own noise), points of the smooth function that moves the optimum
NB201 = {"cifar10": (100.0, 0.25, 2.0), "cifar100": (200.0, 0.75, 3.0), "imagenet16": (600.0, 1.0, 3.0)}
HALF_A_POINT = 0.5
SHARED_HOURS = 20.0  # where weights are shared on CIFAR-10 itself


def nb201(suffix: str = "", *, named: bool = False, shared: bool = False) -> tuple[Case, ...]:
    """The three data sets: ranked with a new optimum, or (with a suffix) the public table as it is."""
    return tuple(
        Case(
            name=f"nb201/{data}{suffix}",
            params={
                "data": data,
                "budget": SHARED_HOURS if shared else budget,
                "target": HALF_A_POINT,
                "tolerance": tolerance,
                "in_hours": True,
                "perturbed": 0.0 if suffix else points,
                "named": named,
                "shared": shared,
                "shown": True,
            },
            ranked=not suffix,
        )
        for data, (budget, tolerance, points) in NB201.items()
    )


SMALL = {3: 1.5, 4: 2.5}  # size caps in 3x3 convolutions: without them "3x3 everywhere" is the answer
TRAININGS = {3: 30.0, 4: 50.0}
WORLDS = 4  # private splits of the digits for each site


def digits(name: str, nodes: int, *, capped: bool = True, public: bool = False) -> Case:
    """A space in which weights are really shared. Its budget is counted in average trainings."""
    return Case(
        name=f"digits/{name}",
        params={
            "data": "digits",
            "nodes": nodes,
            "budget": TRAININGS[nodes],
            "in_hours": False,
            "target": 2.0,
            "tolerance": 2.0,
            "max_size": SMALL[nodes] if capped else float("inf"),
            "named": False,
            "public": public,
            "shown": public,
            "worlds": WORLDS if nodes == 3 else 1,
        },
        ranked=not public,
    )


def world_name(nodes: int, world: int) -> str:
    """What a private world of digits is drawn by from the site's secret."""
    return f"digits/cell{nodes}/world-{world}"


# The weights are trained on CIFAR-10 itself, and know nothing of a smooth function: the truth is the plain table.
(SHARED, *_) = nb201("-shared", shared=True)
CELL3, CELL3_PUBLIC = digits("cell3-small", 3), digits("cell3-public", 3, public=True)
QUICK = (*nb201(), CELL3, *nb201("-plain"), CELL3_PUBLIC)
FULL = (
    *nb201(),
    CELL3,
    digits("cell4-small", 4),
    digits("cell4", 4, capped=False),
    *nb201("-plain"),
    CELL3_PUBLIC,
    *nb201("-named", named=True),
    SHARED,
)
