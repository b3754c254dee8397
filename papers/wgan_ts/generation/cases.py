"""The cases of the board."""

from papers.task import Case


def case(data: str, train: int, hidden: int) -> Case:
    return Case(name=data, params={"data": data, "train": train, "hidden": hidden})


QUICK = (
    case("ring", 1000, 800),
    case("grid", 1000, 800),
    case("roll", 1000, 800),
    case("digits", 997, 800),
)
FULL = (
    case("mnist", 10_000, 4_000),
    case("fashion", 8_000, 4_000),
    case("faces", 200, 200),
)
