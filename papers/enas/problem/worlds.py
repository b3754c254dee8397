"""What a case is played on: a table, and weights that its cells share."""

import hashlib

import numpy as np
import torch

from papers.data import DataError, dataset
from papers.enas.architecture_search.cases import world_name
from papers.enas.problem import cifar, digits, supernet, trainings
from papers.enas.problem.supernet import Supernet
from papers.enas.problem.tables import Table, nas_bench_201
from papers.enas.problem.trainings import Trainings
from papers.playing import Report
from papers.task import Case, Seed

PUBLIC_SECRET = hashlib.sha256(b"claimcheck: the public world of digits").digest()
ON_FIRST_USE = 3  # nodes: a table of larger cells takes hours, and is made by a command beforehand


def load(case: Case, seed: Seed, *, device: str, report: Report) -> tuple[Table, Supernet | None]:
    """The table of a case, and its supernet where weights are shared. Raises DataError."""
    if case.params["data"] == "digits":
        return of_digits(case, seed, device=device, report=report)
    table = of_nas_bench(case, seed)
    if not case.params["shared"]:
        return table, None
    recipe = cifar.recipe(seed.rng("split"))
    return table, Supernet(recipe, nodes=table.nodes, rng=seed.rng("supernet"), device=device)


def of_nas_bench(case: Case, seed: Seed) -> Table:
    """Ranked tables are perturbed by the salt: what one upload learns of them helps no other upload."""
    table = nas_bench_201(case.params["data"])
    points = case.params["perturbed"]
    return table.perturbed(seed.salted("table"), points) if points else table


def of_digits(case: Case, seed: Seed, *, device: str, report: Report) -> tuple[Table, Supernet]:
    """The public world, or one of the site's own: the seed's index says which, so that all methods meet the same ones."""
    nodes, max_size = case.params["nodes"], case.params["max_size"]
    torch.set_num_threads(1)
    if case.params["public"]:
        secret, done = PUBLIC_SECRET, Trainings.of(dataset("digits_cell3"))
    else:
        name = world_name(nodes, seed.index % case.params["worlds"])
        secret = seed.shared(name).bytes(32)
        done = trainings.finished(secret, nodes) or made(secret, nodes, report)
    world = digits.World.draw(np.random.default_rng(list(secret)))
    hosted = Supernet(supernet.of_digits(world), nodes=nodes, rng=seed.rng("supernet"), device=device)
    return done.table(max_size), hosted


def made(secret: bytes, nodes: int, report: Report) -> Trainings:
    """Make a table on first use, where that takes a minute. Raises DataError where it takes longer."""
    if nodes > ON_FIRST_USE:
        raise DataError(
            "the exhaustive table of this site's cell4 world is not there: make it with "
            "`python -m papers.enas.make.build cell4 --seed-key …` (two CPU-hours; papers/enas/README.md says how)"
        )
    return trainings.build(secret, nodes, progress=lambda share, text: report.progress(share, f"first use: {text}"))
