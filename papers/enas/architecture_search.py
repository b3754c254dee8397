"""The protocol: a method asks for trainings until its budget is gone, and its answer is held against the known optimum."""

import time
from typing import Any

import numpy as np

from papers.enas import metrics, space
from papers.enas.asking import Disguise, Question, cell
from papers.enas.metrics import Trail
from papers.enas.pictures import show
from papers.enas.tables import Table, nas_bench_201
from papers.task import Case, Report, Scores, Seed

ASKS = 10_000


def play(case: Case, *, seed: Seed, device: str, method: Any, report: Report) -> Scores:
    table = load(case, seed)
    edges = len(space.edges(table.nodes))
    disguise = Disguise.none(edges) if case.params["named"] else Disguise.draw(edges, seed.salted("disguise"))
    bench = Bench(table, case.params["budget"], seed.rng("runs"))
    trail = drive(Watched(method), bench, disguise, describe(case, table), report)
    show(report, case, seed=seed, table=table, asked=bench.asked, trail=trail)
    return bench.scores() | metrics.scores(
        trail, table, budget=bench.budget, target=case.params["target"], tolerance=case.params["tolerance"]
    )


def load(case: Case, seed: Seed) -> Table:
    """The table of a case. Ranked ones are perturbed by the salt: what one upload learns of it helps no other upload."""
    table = nas_bench_201(case.params["data"])
    points = case.params["perturbed"]
    return table.perturbed(seed.salted("table"), points) if points else table


def describe(case: Case, table: Table) -> dict[str, Any]:
    """What a method is told of a case."""
    named = case.params["named"]
    pairs = space.edges(table.nodes)
    return {
        "edges": len(pairs),
        "ops": space.CODES,
        "nodes": table.nodes,
        "budget_h": case.params["budget"],
        "mean_cost_h": float(table.hours.mean()),
        "share": False,
        "max_size": np.inf,
        "edge_pairs": np.array(pairs if named else np.empty((0, 2)), np.int64),
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


class Bench:
    """Answers questions about true cells and keeps the account. Hours."""

    def __init__(self, table: Table, budget: float, rng: np.random.Generator) -> None:
        self.table, self.budget, self.used = table, budget, 0.0
        self.asked: list[int] = []  # every cell that was trained, in order
        self._runs = rng.permuted(np.tile(np.arange(table.runs.shape[1]), (len(table.runs), 1)), axis=1)

    def price(self, question: Question) -> float:
        """Hours that the question costs; question.archs: true codes."""
        return float(self.table.hours[space.number(question.archs)].sum())

    def answer(self, question: Question) -> dict[str, Any]:
        """Carry the question out and charge it."""
        cost = self.price(question)
        self.used += cost
        cells = space.number(question.archs)
        reply = {"acc": np.array([self._train(cell) for cell in cells]), "size": self.table.size[cells]}
        return {**reply, "cost_h": cost, "left_h": self.budget - self.used}

    def _train(self, number: int) -> float:
        """The next run of this cell, in secret order; after the last one they come round again."""
        order = self._runs[number]
        runs = self.table.runs[number, order]
        known = runs[np.isfinite(runs)]
        accuracy = known[self.asked.count(number) % len(known)]
        self.asked.append(int(number))
        return float(accuracy)

    def scores(self) -> Scores:
        return {"trainings": float(len(self.asked))}


def drive(method: Watched, bench: Bench, disguise: Disguise, described: dict[str, Any], report: Report) -> Trail:
    """Let the method ask until it stops, can't pay, or has asked ASKS times; note its answer after every reply.

    Raises AnswerError for a malformed question or answer.
    """
    edges, trail = described["edges"], Trail()

    def note() -> None:
        answer = cell(method.answer(), edges=edges, what="answer's cell")
        number = int(space.number(disguise.undo(answer)))
        trail.add(charged=bench.used, own=method.seconds, cell=number)

    method.start(described)
    note()
    for _ in range(ASKS):
        asked = Question.read(method.ask(), edges=edges, share=described["share"])
        if asked is None:
            break
        question = Question(asked.kind, disguise.undo(asked.archs))
        if bench.used + bench.price(question) > bench.budget:
            break
        method.tell(bench.answer(question))
        note()
        report.progress(bench.used / bench.budget, f"{bench.used:.4g} of {bench.budget:.4g} hours charged")
    return trail
