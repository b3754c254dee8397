"""The cases: two samples, and whether the distance between them is asked or that of the distributions behind them."""

from dataclasses import dataclass

from papers.task import Case

RANKED = ("planes-l1/d8", "blocks-l1/d8", "cones-l2/d8", "fans-l2/d8")  # one case of each family, distance known


@dataclass(frozen=True, kw_only=True)
class Samples:
    """`given`: the distance between the very samples is asked; else that between the distributions they come from.

    `family` names a pair of distributions, or "pixels" and "features" of MNIST, which are given samples only.
    """

    family: str
    given: bool
    d: int  # dimension
    n: int  # points of each sample


def known(
    family: str, *, cost: str, n: int, dimensions: tuple[int, ...], ranked: bool = True
) -> tuple[Case[Samples], ...]:
    """Cases named "family-cost/dDIMENSION": two distributions, their distance known, n points of each shown."""
    return tuple(
        Case(name=f"{family}-{cost}/d{d}", params=Samples(family=family, given=False, d=d, n=n), ranked=ranked)
        for d in dimensions
    )


def given(*sizes: int, d: int, ranked: bool = True) -> tuple[Case[Samples], ...]:
    """Cases named "empirical-l1/nSIZE-dDIMENSION": the distance between the two samples shown."""
    return tuple(
        Case(name=f"empirical-l1/n{n}-d{d}", params=Samples(family="blocks", given=True, d=d, n=n), ranked=ranked)
        for n in sizes
    )


def mnist(name: str, *, family: str, d: int) -> Case[Samples]:
    """Images of the digits 0 to 4 against 5 to 9, as they are given; not ranked."""
    return Case(name=name, params=Samples(family=family, given=True, d=d, n=1000), ranked=False, data=("mnist",))


QUICK = (
    *given(1000, d=2),
    *known("planes", cost="l1", n=2000, dimensions=(8,)),
    *known("blocks", cost="l1", n=2000, dimensions=(8,)),
    *known("cones", cost="l2", n=2000, dimensions=(8,)),
    *known("fans", cost="l2", n=2000, dimensions=(8,)),
    # Not ranked: curves, which would outweigh the other families, of one that is additive over coordinates and public.
    *given(250, 2000, d=2, ranked=False),
    *known("product", cost="l1", n=2000, dimensions=(1, 8, 32, 64), ranked=False),
)
FULL = (
    *given(256, 1000, 5000, d=2),
    # Not ranked: all points are far from all others, and a flat potential is near the truth.
    *given(256, 1000, 5000, d=64, ranked=False),
    *known("planes", cost="l1", n=16_384, dimensions=(2, 8, 32, 128)),
    *known("blocks", cost="l1", n=16_384, dimensions=(2, 8, 32, 128)),
    *known("cones", cost="l2", n=16_384, dimensions=(2, 8, 32, 128)),
    *known("fans", cost="l2", n=16_384, dimensions=(2, 8, 32, 128)),
    mnist("mnist-l1/pixels", family="pixels", d=784),
    mnist("mnist-l2/features", family="features", d=20),
)
