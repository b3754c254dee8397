"""The cases: a distribution, and how many of its points are shown and hidden."""

from dataclasses import dataclass

from papers.task import Case


@dataclass(frozen=True, kw_only=True)
class Split:
    """`source` names points or images of `generation.draws`."""

    source: str
    train: int  # points that the method is shown
    hidden: int  # points that it is held against; as many samples are asked for


def case(source: str, *, train: int, hidden: int, data: tuple[str, ...] = (), ranked: bool = True) -> Case[Split]:
    """A case named after its source."""
    params = Split(source=source, train=train, hidden=hidden)
    return Case(name=source.replace(" ", "-"), params=params, data=data, ranked=ranked)


QUICK = (
    case("ring", train=1000, hidden=800),
    case("grid", train=1000, hidden=800),
    case("roll", train=1000, hidden=800),
    case("digits", train=997, hidden=800),
    # Beside the drawn ones: who has them by heart?
    case("public digits", train=997, hidden=800, data=("digits",), ranked=False),
)
FULL = (
    case("mnist", train=10_000, hidden=4_000, data=("mnist",)),
    case("fashion", train=8_000, hidden=4_000, data=("fashion-mnist-part",)),
    case("faces", train=200, hidden=200, data=("orl-faces",)),
)
