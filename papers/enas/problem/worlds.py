"""What a case is played on: a table, and weights that its cells share."""

import numpy as np
import torch

from papers.data import DataError, dataset
from papers.enas.problem import cifar, digits, race, supernet, trainings
from papers.enas.problem.race import Race
from papers.enas.problem.sources import Digits, Source
from papers.enas.problem.supernet import Supernet
from papers.enas.problem.tables import Table, nas_bench_201
from papers.enas.problem.trainings import Progress, Trainings
from papers.task import Seed

ON_FIRST_USE = 3  # nodes: a table of larger cells takes hours, and is made by a command beforehand


def load_table(source: Source, seed: Seed, *, progress: Progress) -> Table:
    """The table of a case.

    A moved optimum is drawn from the salt: what one upload learns of it helps no other upload.
    Raises: DataError.
    """
    if isinstance(source, Digits) and source.is_raced:
        return load_race(source, seed, progress).table()
    if isinstance(source, Digits):
        return load_trainings(source, seed, progress).table(source.max_size)
    table = nas_bench_201(source.data)
    return table.perturb(seed.salted("table"), source.moved) if source.moved else table


def load_trainings(source: Digits, seed: Seed, progress: Progress) -> Trainings:
    torch.set_num_threads(1)
    if source.is_public:
        return Trainings.of(dataset("digits_cell3"))
    secret = source.secret(seed)
    return trainings.read_complete(secret, source.nodes) or build_now(secret, source.nodes, progress)


def load_race(source: Digits, seed: Seed, progress: Progress) -> Race:
    torch.set_num_threads(1)
    if source.is_public:
        return race.public()
    return race.private(source.secret(seed), lambda share, text: progress(share, f"first use: {text}"))


def build_now(secret: bytes, nodes: int, progress: Progress) -> Trainings:
    """Make a table on first use, where that takes a minute. Raises DataError where it takes longer."""
    if nodes > ON_FIRST_USE:
        raise DataError(
            "the exhaustive table of this site's cell4 world is not there: make it with "
            "`python -m papers.enas.make.build cell4 --seed-key …` (two CPU-hours; papers/enas/README.md says how)"
        )
    return trainings.build(secret, nodes, progress=lambda share, text: progress(share, f"first use: {text}"))


def load_supernet(source: Source, seed: Seed, *, nodes: int, device: str) -> Supernet | None:
    """Weights that nobody trained yet, where the case shares any. Raises DataError."""
    if isinstance(source, Digits) and source.is_raced:
        torch.set_num_threads(1)
        recipe = supernet.of_race(race.public_world() if source.is_public else race.private_world(source.secret(seed)))
    elif isinstance(source, Digits):
        torch.set_num_threads(1)
        recipe = supernet.of_digits(digits.World.draw(np.random.default_rng(list(source.secret(seed)))))
    elif source.is_shared:
        recipe = cifar.recipe(seed.rng("split"))
    else:
        return None
    return Supernet(recipe, nodes=nodes, rng=seed.rng("supernet"), device=device)
