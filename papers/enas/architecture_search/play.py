"""The protocol: a method asks for trainings until its budget is gone, and its answer is held against the known optimum."""

import time
from typing import Any

import numpy as np

from papers.enas.architecture_search import scoring as metrics
from papers.enas.architecture_search.asking import Disguise, Question, Rules, cell
from papers.enas.architecture_search.pictures import show
from papers.enas.architecture_search.scoring import Trail
from papers.enas.problem import space, worlds
from papers.enas.problem.bench import Bench
from papers.enas.problem.tables import Table
from papers.playing import Report
from papers.task import Case, Scores, Seed

ASKS = 10_000


def play(case: Case, *, seed: Seed, device: str, method: Any, report: Report) -> Scores:
    table, supernet = worlds.load(case, seed, device=device, report=report)
    budget = case.params["budget"] * (1 if case.params["in_hours"] else float(table.hours.mean()))
    edges = len(space.edges(table.nodes))
    disguise = Disguise.none(edges) if case.params["named"] else Disguise.draw(edges, seed.salted("disguise"))
    bench = Bench(table, supernet, budget=budget, rng=seed.rng("runs"))
    rules = Rules(edges, share=supernet is not None, epochs=(*table.early, table.epochs))

    described = describe(case, table, budget, rules)
    trail = drive(Watched(method), bench, disguise=disguise, rules=rules, described=described, report=report)

    show(report, case, seed=seed, bench=bench, trail=trail)
    tau = metrics.kendall(bench.scored, table)
    return {
        **metrics.scores(trail, table, budget=budget, target=case.params["target"], tolerance=case.params["tolerance"]),
        **({} if tau is None else {"kendall_tau": tau}),
        "trainings": bench.trainings,
    }


def describe(case: Case, table: Table, budget: float, rules: Rules) -> dict[str, Any]:
    """What a method is told of a case."""
    named = case.params["named"]
    return {
        "edges": rules.edges,
        "ops": space.CODES,
        "nodes": table.nodes,
        "budget_h": budget,
        "mean_cost_h": float(table.hours.mean()),
        "share": rules.share,
        "epochs": np.array(rules.epochs, np.int64),
        "max_size": float(table.max_size),
        "edge_pairs": np.array(space.edges(table.nodes) if named else np.empty((0, 2)), np.int64),
        "op_names": list(space.OPERATIONS) if named else [],
    }


class Watched:
    """A method with a watch: `seconds` that its calls took, seen from outside."""

    def __init__(self, method: Any) -> None:
        self._method, self.seconds = method, 0.0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._method, name)

        def watched(*args: Any) -> Any:
            start = time.perf_counter()
            try:
                return call(*args)
            finally:
                self.seconds += time.perf_counter() - start

        return watched


def drive(
    method: Watched, bench: Bench, *, disguise: Disguise, rules: Rules, described: dict[str, Any], report: Report
) -> Trail:
    """Let the method ask until it stops, can't pay, or has asked ASKS times; note its answer after every reply.

    Raises AnswerError for a malformed question or answer.
    """
    trail = Trail()

    def note() -> None:
        answer = cell(method.answer(), edges=rules.edges, what="answer's cell")
        number = int(space.number(disguise.undo(answer)))
        trail.add(charged=bench.used, own=method.seconds, cell=number)

    method.start(described)
    note()
    for _ in range(ASKS):
        asked = Question.read(method.ask(), rules)
        if asked is None:
            break
        question = Question(asked.kind, disguise.undo(asked.archs), asked.epochs)
        if bench.used + bench.price(question) > bench.budget:
            break
        method.tell(bench.answer(question))
        note()
        report.progress(bench.used / bench.budget, f"{bench.used:.4g} of {bench.budget:.4g} hours charged")
    return trail
