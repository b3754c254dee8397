"""The cases: which world, how many transitions, which objective. Imports no torch."""

from dataclasses import dataclass

from papers.task import Case


@dataclass(frozen=True)
class Problem:
    """world: its name; entropy: the scored lambda. environments > 0: acted in at once, under a budget of transitions.

    entropies: smoothing that is played one after the other on the same transitions, () for `entropy` alone.
    """

    world: str
    transitions: int
    gamma: float = 1.0
    entropy: float = 0.0
    entropies: tuple[float, ...] = ()
    environments: int = 0

    @property
    def is_batch(self) -> bool:
        return self.environments == 0


# world: gamma, lambda
OBJECTIVES = {
    "garnet-sparse": (0.95, 0.02),
    "riverswim": (0.95, 0.05),
    "slippery-grid": (0.95, 0.01),
    "drift": (0.95, 0.05),
    "garnet-dense": (0.9, 0.1),
    "baird": (0.98, 0.1),
}


def batch(world: str, thousands: int, *, ranked: bool = True) -> Case[Problem]:
    gamma, entropy = OBJECTIVES[world]
    return Case(
        name=f"{world}/batch-{thousands}k",
        params=Problem(world, 1000 * thousands, gamma, entropy),
        ranked=ranked,
    )


def online(world: str, thousands: int, *, environments: int = 15, packages: tuple[str, ...] = ()) -> Case[Problem]:
    params = Problem(world, 1000 * thousands, environments=environments)
    return Case(name=f"{world}/{thousands}k", params=params, packages=packages)


SMOOTHING = Case(
    name="riverswim/smoothing",
    params=Problem("riverswim", 10_000, 0.95, 0.05, entropies=(0.01, 0.03, 0.1, 0.3, 1.0)),
    ranked=False,
)
QUICK = (
    batch("garnet-sparse", 10),
    batch("riverswim", 10),
    batch("slippery-grid", 10),
    batch("drift", 10),
    online("pendulum", 30),
    batch("baird", 10, ranked=False),
    SMOOTHING,
)
FULL = (
    *(batch(world, n) for world in ("garnet-sparse", "riverswim", "slippery-grid") for n in (1, 10, 100)),
    batch("garnet-dense", 10, ranked=False),
    *(online(world, 100) for world in ("pendulum", "cartpole", "acrobot", "mountain-car")),
    *(
        online(world, 300, packages=("gymnasium", "mujoco"))
        for world in ("inverted-double-pendulum", "half-cheetah", "swimmer", "hopper")
    ),
)
