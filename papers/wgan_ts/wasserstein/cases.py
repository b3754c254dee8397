"""The cases of the board."""

from papers.task import Case


def known(family: str, *, cost: str, n: int, dimensions: tuple[int, ...], ranked: bool = True) -> tuple[Case, ...]:
    """Cases named "family-cost/dDIMENSION": two distributions, their distance known, n points of each shown."""
    return tuple(
        Case(
            name=f"{family}-{cost}/d{d}",
            params={"family": family, "given": False, "d": d, "n": n},
            ranked=ranked,
        )
        for d in dimensions
    )


def given(*sizes: int, d: int, ranked: bool = True) -> tuple[Case, ...]:
    """Cases named "empirical-l1/nSIZE-dDIMENSION": the distance between the two samples shown."""
    return tuple(
        Case(
            name=f"empirical-l1/n{n}-d{d}",
            params={"family": "product", "given": True, "d": d, "n": n},
            ranked=ranked,
        )
        for n in sizes
    )


QUICK = (
    *given(1000, d=2),
    *known("shift", cost="l1", n=2000, dimensions=(8,)),
    *known("product", cost="l1", n=2000, dimensions=(8,)),
    *known("scale", cost="l2", n=2000, dimensions=(8,)),
    *known("funnel", cost="l2", n=2000, dimensions=(8,)),
    # Not ranked, or these curves would outweigh the other families:
    *given(250, 2000, d=2, ranked=False),
    *known("product", cost="l1", n=2000, dimensions=(1, 2, 32, 64), ranked=False),
)


FULL = (
    *given(256, 1000, 5000, d=2),
    *given(
        256, 1000, 5000, d=64, ranked=False
    ),  # all points are far from all others: a flat potential is near the truth
    *known("shift", cost="l1", n=16_384, dimensions=(2, 8, 32, 128)),
    *known("product", cost="l1", n=16_384, dimensions=(2, 8, 32, 128)),
    *known("scale", cost="l2", n=16_384, dimensions=(2, 8, 32, 128)),
    *known("funnel", cost="l2", n=16_384, dimensions=(2, 8, 32, 128)),
    Case(name="mnist-l1/pixels", params={"family": "pixels", "given": True, "d": 784, "n": 1000}, ranked=False),
    Case(name="mnist-l2/features", params={"family": "features", "given": True, "d": 20, "n": 1000}, ranked=False),
)
