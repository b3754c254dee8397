"""The finite worlds: garnets, a river, a slippery grid, Baird's star with rewards, and a drift that features describe.

All but the star are drawn: who knows their laws has still to learn from the transitions which of them it is. Of the drift
what is drawn says little: its moves are the same everywhere, and a method of the board's shows what it is worth to know that.
"""

import itertools
from collections.abc import Callable

import numpy as np

from papers.sbeed.problem.finite import World

GARNET_STATES, GARNET_ACTIONS, CONCENTRATION = 20, 4, 0.1
REWARDED = 0.15  # probability that a state of a sparse garnet pays
RIVER_STATES = 8
AHEAD, BACK = (0.3, 0.5), (0.05, 0.15)  # of a stroke to the right: the least and the most probable; else it stays
GRID_SIDE, HOLES, NEAREST = 4, 4, 4  # NEAREST: moves from the start to the goal, at least
SLIPS = 2.0  # of the Dirichlet law of a move's outcomes: aside, as meant, aside
WORTH = 1.25, 1.4  # of a grid: the optimum's mean value over the uniform policy's ...
WORTH_GAMMA, WORTH_ENTROPY = 0.95, 0.01  # ... under this objective
MOVES = ((0, -1), (1, 0), (0, 1), (-1, 0))  # row, column: neighbours in this list are at right angles
DRIFT_SIDE, STRIDE, WIDTH = 24, 2, 3.0
WAVES, MOST_PERIODS = 12, 3  # that a drift is seen through, of so many periods along a side at most

Rng = np.random.Generator
Tables = tuple[np.ndarray, np.ndarray]


def garnet(rng: Rng, *, sparse: bool) -> Tables:
    """Moves drawn from a Dirichlet law; a reward in few states, or of every pair."""
    states, actions = GARNET_STATES, GARNET_ACTIONS
    P = rng.dirichlet(np.full(states, CONCENTRATION), size=(states, actions))
    if not sparse:
        return P, rng.random((states, actions))
    pays = rng.random(states) < REWARDED
    pays[rng.integers(states)] |= not pays.any()
    return P, np.repeat(pays[:, None].astype(float), actions, axis=1)


def river(rng: Rng) -> Tables:
    """Left always works and pays little at its end; right is a swim against the current and pays 1 at its end.

    The current is drawn for each state.
    """
    P, R = np.zeros((RIVER_STATES, 2, RIVER_STATES)), np.zeros((RIVER_STATES, 2))
    last = RIVER_STATES - 1
    for state in range(RIVER_STATES):
        P[state, 0, max(state - 1, 0)] = 1
        ahead, back = rng.uniform(*AHEAD), rng.uniform(*BACK)
        for step, chance in ((1, ahead), (0, 1 - ahead - back), (-1, back)):
            P[state, 1, min(max(state + step, 0), last)] += chance
    R[0, 0], R[last, 1] = 0.05, 1.0
    return P, R


def grid(rng: Rng) -> Tables:
    """Where it starts, its goal, its holes and how each move slips are drawn, until it is as hard as `WORTH` says."""
    while True:
        start, goal, *holes = rng.permutation(GRID_SIDE**2)[: 2 + HOLES].tolist()
        if not NEAREST <= moves_between(start, goal, holes) < np.inf:
            continue
        P, R = ice(start, goal, holes, rng)
        if WORTH[0] <= worth_playing(P, R) <= WORTH[1]:
            return P, R


def ice(start: int, goal: int, holes: list[int], rng: Rng) -> Tables:
    """A move goes where it is meant to, or aside, as each cell's ice has it; holes and the goal lead to the start."""
    states = GRID_SIDE**2
    P, R = np.zeros((states, len(MOVES), states)), np.zeros((states, len(MOVES)))
    slips = rng.dirichlet(np.full(3, SLIPS), size=(states, len(MOVES)))
    for state, action in np.ndindex(states, len(MOVES)):
        if state == goal or state in holes:
            P[state, action, start] = 1
            continue
        for turn, chance in zip((-1, 0, 1), slips[state, action], strict=True):
            P[state, action, moved(state, MOVES[(action + turn) % len(MOVES)])] += chance
    R[goal] = 1.0
    return P, R


def moves_between(start: int, goal: int, holes: list[int]) -> float:
    """How many at least if none slips; infinitely many where holes are in between."""
    reached, count = {start}, 0
    while goal not in reached:
        further = reached | {moved(cell, move) for cell in reached.difference(holes) for move in MOVES}
        if further == reached:
            return np.inf
        reached, count = further, count + 1
    return count


def worth_playing(P: np.ndarray, R: np.ndarray) -> float:
    """The optimum's mean value over the uniform policy's."""
    world = World(P, R, WORTH_GAMMA, WORTH_ENTROPY, np.eye(len(R)))
    return float(world.optimum().mean() / world.value_of(world.uniform()).mean())


def moved(state: int, move: tuple[int, int]) -> int:
    """The cell of the grid to which a move leads; its walls hold."""
    row, column = (min(max(at + by, 0), GRID_SIDE - 1) for at, by in zip(divmod(state, GRID_SIDE), move, strict=True))
    return row * GRID_SIDE + column


def star(_: Rng) -> Tables:
    """Baird's star: action 0 leads to any of six states, action 1, which pays, to the seventh."""
    P, R = np.zeros((7, 2, 7)), np.zeros((7, 2))
    P[:, 0, :6] = 1 / 6
    P[:, 1, 6] = R[:, 1] = 1
    return P, R


def star_features() -> np.ndarray:
    """(7, 8): 2 e_i + e_8 for the six, e_7 + 2 e_8 for the seventh. Every value function can be written in them."""
    phi = np.hstack([2 * np.eye(7), np.ones((7, 1))])
    phi[6, 6:] = 1, 2
    return phi


def drift(rng: Rng) -> Tables:
    """A torus of 24 x 24 cells: a stride in one of four directions and a random cell aside; a hill of rewards somewhere."""
    side, cells = DRIFT_SIDE, DRIFT_SIDE**2
    rows, columns = np.divmod(np.arange(cells), side)
    P = np.zeros((cells, len(MOVES), cells))
    for action, move in enumerate(MOVES):
        for aside in np.ndindex(3, 3):
            row, column = (STRIDE * by + off - 1 for by, off in zip(move, aside, strict=True))
            P[np.arange(cells), action, (rows + row) % side * side + (columns + column) % side] += 1 / 9
    apart = [
        np.abs((at - centre + side / 2) % side - side / 2)
        for at, centre in zip((rows, columns), rng.uniform(0, side, 2), strict=True)
    ]
    hill = np.exp(-(apart[0] ** 2 + apart[1] ** 2) / (2 * WIDTH**2))
    return P, np.repeat(hill[:, None], len(MOVES), axis=1)


def drift_features(rng: Rng) -> np.ndarray:
    """(576, 25): a constant, and the cosines and sines of different waves over the torus, long ones above all."""
    cells = np.stack(np.divmod(np.arange(DRIFT_SIDE**2), DRIFT_SIDE), axis=1)
    periods = range(-MOST_PERIODS, MOST_PERIODS + 1)
    # One of two opposite waves, which are the same.
    waves = np.array([wave for wave in itertools.product(periods, periods) if wave > (0, 0)])
    chance = np.exp(-(waves**2).sum(axis=1) / 2)
    chosen = rng.choice(waves, WAVES, replace=False, p=chance / chance.sum())
    angles = 2 * np.pi / DRIFT_SIDE * cells @ chosen.T + rng.uniform(0, 2 * np.pi, WAVES)
    return np.hstack([np.ones((len(cells), 1)), np.cos(angles), np.sin(angles)])


TABLES: dict[str, Callable[[Rng], Tables]] = {
    "garnet-sparse": lambda rng: garnet(rng, sparse=True),
    "garnet-dense": lambda rng: garnet(rng, sparse=False),
    "riverswim": river,
    "slippery-grid": grid,
    "baird": star,
    "drift": drift,
}


def draw_world(name: str, *, gamma: float, entropy: float, rng: Rng) -> World:
    """The world of this name; states are seen one-hot but on the star and the drift. Raises KeyError."""
    P, R = TABLES[name](rng)
    phi = star_features() if name == "baird" else drift_features(rng) if name == "drift" else np.eye(len(R))
    return World(P, R, gamma, entropy, phi)
