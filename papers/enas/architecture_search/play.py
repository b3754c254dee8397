"""The protocol: a method asks for trainings until its budget is gone, and its answer is held against the known optimum."""

from typing import Any

import numpy as np

from papers.enas.architecture_search import scoring
from papers.enas.architecture_search.asking import Rules, read_cells, read_question
from papers.enas.architecture_search.cases import Search
from papers.enas.architecture_search.interface import Method
from papers.enas.architecture_search.pictures import show
from papers.enas.architecture_search.scoring import Trail
from papers.enas.problem import space, worlds
from papers.enas.problem.bench import Bench, Question
from papers.enas.problem.disguise import Disguise
from papers.enas.problem.tables import Table
from papers.playing import Report
from papers.task import Case, Scores, Seed

ASKS = 10_000


def play(case: Case[Search], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    search = case.params
    table = worlds.load_table(search.source, seed, progress=report.progress)
    supernet = worlds.load_supernet(search.source, seed, nodes=table.nodes, device=device)
    bench = Bench(table, supernet, budget=hours(search, table), rng=seed.rng("runs"))
    rules = Rules(len(space.edges(table.nodes)), is_shared=supernet is not None, epochs=(*table.early, table.epochs))

    disguise = draw_disguise(search, rules.edges, seed)
    described = describe(search, bench, rules)
    trail = drive(method, bench, disguise=disguise, rules=rules, described=described, report=report)

    show(report, search, seed=seed, bench=bench, trail=trail)
    tau = scoring.kendall(bench.scored, table)
    return {
        **scoring.scores(trail, table, budget=bench.budget, target=search.target, tolerance=search.tolerance),
        **({} if tau is None else {"kendall_tau": tau}),
        **({"at_best": float(trail.cells[-1] == table.best)} if search.tells_lookup else {}),
        "trainings": bench.trainings,
    }


class Optimum:
    """The best cell, in the method's own codes: an int64 array (E,). It asks for nothing."""

    def __init__(self, cell: np.ndarray) -> None:
        self.cell = cell

    def start(self, space: dict[str, Any]) -> None:
        pass

    def ask(self) -> dict[str, Any]:
        return {"do": "stop"}

    def tell(self, reply: dict[str, Any]) -> None:
        pass

    def answer(self) -> np.ndarray:
        return self.cell


def oracle(slug: str, case: Case[Search], *, seed: Seed, device: str) -> Optimum:
    """What `play` with this seed may be answered at best. Raises DataError."""
    table = worlds.load_table(case.params.source, seed, progress=lambda *_: None)
    best = space.encodings(table.nodes)[table.best]
    return Optimum(draw_disguise(case.params, len(best), seed).apply(best))


def hours(search: Search, table: Table) -> float:
    """The budget."""
    return search.budget * (float(table.hours.mean()) if search.unit == "trainings" else 1)


def draw_disguise(search: Search, edges: int, seed: Seed) -> Disguise:
    return Disguise.none(edges) if search.is_named else Disguise.draw(edges, seed.salted("disguise"))


def describe(search: Search, bench: Bench, rules: Rules) -> dict[str, Any]:
    """What a method is told of a case."""
    table = bench.table
    return {
        "edges": rules.edges,
        "ops": space.CODES,
        "nodes": table.nodes,
        "budget_h": bench.budget,
        "mean_cost_h": float(table.hours.mean()),
        "share": rules.is_shared,
        "epochs": np.array(rules.epochs, np.int64),
        "max_size": float(table.max_size),
        "edge_pairs": np.array(space.edges(table.nodes) if search.is_named else np.empty((0, 2)), np.int64),
        "op_names": list(space.OPERATIONS) if search.is_named else [],
    }


def device_seconds(method: Method) -> float:
    """What a method's own work took: CPU and GPU time, which a busy machine does not stretch."""
    spent = method.spent
    return spent["cpu_seconds"] + spent["gpu_seconds"]


def drive(
    method: Method, bench: Bench, *, disguise: Disguise, rules: Rules, described: dict[str, Any], report: Report
) -> Trail:
    """Let the method ask until it stops, can't pay, or has asked ASKS times; note its answer after every reply.

    Raises AnswerError for a malformed question or answer.
    """
    trail = Trail()
    before = device_seconds(method)  # its start is not part of the search

    def note() -> None:
        answer = read_cells(method.answer(), call="answer", shape=(rules.edges,))
        trail.add(
            charged=bench.used, own=device_seconds(method) - before, cell=int(space.number(disguise.undo(answer)))
        )

    method.start(described)
    note()
    for _ in range(ASKS):
        asked = read_question(method.ask(), rules)
        if asked is None:
            break
        question = Question(asked.kind, disguise.undo(asked.archs), asked.epochs)
        if bench.used + bench.price(question) > bench.budget:
            break
        method.tell(bench.answer(question))
        note()
        report.progress(bench.used / bench.budget, f"{bench.used:.4g} of {bench.budget:.4g} hours charged")
    return trail
