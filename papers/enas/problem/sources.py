"""Where a case's table comes from. No torch here: cards read it."""

import hashlib
from dataclasses import dataclass

import numpy as np

from papers.task import Seed

SMALL = {3: 1.5, 4: 2.5}  # by nodes, size caps in 3x3 convolutions: without them "3x3 everywhere" is the answer
PUBLIC_SECRET = hashlib.sha256(b"claimcheck: the public world of digits").digest()


@dataclass(frozen=True)
class NasBench:
    """NAS-Bench-201 on "cifar10", "cifar100" or "imagenet16".

    moved: standard deviation, in points, of the smooth function that moves its optimum; 0.0: the public table as it is.
    is_shared: weights that all cells share are on offer, trained on the data set itself.
    """

    data: str
    moved: float = 0.0
    is_shared: bool = False


@dataclass(frozen=True)
class Digits:
    """Every cell with so many nodes, trained on a split of the digits; its weights are shared as well.

    max_size: in 3x3 convolutions, a larger cell counts as chance. worlds: how many private splits a site has;
    0: the public one. is_raced: the smaller network, whose table is made by a race, with a cap of its own.
    """

    nodes: int
    max_size: float = np.inf
    worlds: int = 1
    is_raced: bool = False

    @property
    def is_public(self) -> bool:
        return not self.worlds

    def secret(self, seed: Seed) -> bytes:
        """What the world of a seed is drawn from. The seed's index says which one, so that all methods meet the same ones."""
        if self.is_public:
            return PUBLIC_SECRET
        if self.is_raced:
            return seed.shared(f"digits/race/world-{seed.index % self.worlds}").bytes(32)
        return private_secret(seed, self.nodes, seed.index % self.worlds)


Source = NasBench | Digits


def private_secret(seed: Seed, nodes: int, world: int) -> bytes:
    """The secret of one of a site's worlds: the same for every case and seed of the site."""
    return seed.shared(f"digits/cell{nodes}/world-{world}").bytes(32)
