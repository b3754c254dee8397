"""What is known of a run, event by event: on its way, at its end, and read again where it was interrupted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from papers.playing import Spent
from papers.task import Board
from runners.evaluation import add, nothing_spent
from runners.events import Artefact, Event, Failed, Played
from runners.standing.scores import Scores
from runners.workbench.references import MINE

Place = tuple[str, int]  # case, seed


@dataclass
class Tally:
    """What was played. `now`: what is being played, and how far it is."""

    board: Board
    plays: dict[Place, Played] = field(default_factory=dict)
    artefacts: list[Artefact] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    now: dict[Place, float] = field(default_factory=dict)
    finished: int = 0  # evaluators that came to their end
    failure: Failed | None = None

    @classmethod
    def of(cls, board: Board, events: Iterable[Event]) -> "Tally":
        tally = cls(board)
        for event in events:
            tally.take(event)
        return tally

    def take(self, event: Event) -> None:
        """Learn from one event."""
        match event["type"]:
            case "started":
                self.left_out |= event["left_out"]
                self.provenance |= {"data": self.provenance.get("data", {}), **event["provenance"]}
            case "progress":
                self.now[event["case"], event["seed"]] = event["fraction"]
            case "artefact":
                self.artefacts.append(event)
            case "play":
                self.now.pop((event["case"], event["seed"]), None)
                self.plays[event["case"], event["seed"]] = event
                self.provenance["data"] = self.provenance.get("data", {}) | event.get("data", {})
            case "finished":
                self.finished += 1
            case "failed":
                self.failure = self.failure or event

    def spent(self) -> Spent:
        """In all plays together."""
        total = nothing_spent()
        for play in self.plays.values():
            add(total, play["spent"])
        return total

    def score_rows(self) -> Iterator[tuple[int, str, str, int, float]]:
        """run, metric, case, seed, value; in the order of the board."""
        order = {case.name: index for index, case in enumerate(self.board.cases)}
        for (case, seed), play in sorted(self.plays.items(), key=lambda item: (order.get(item[0][0], -1), item[0][1])):
            for metric, value in play["scores"].items():
                yield MINE, metric, case, seed, value

    def scores(self) -> Scores:
        return Scores(self.score_rows())

    def means(self) -> dict[str, dict[str, float]]:
        """case -> metric -> mean over the seeds that were played, in the card's order of metrics."""
        scores = self.scores()
        by_metric = {metric.name: scores.means(MINE, metric.name) for metric in self.board.task.metrics}
        cases = dict.fromkeys(case for _, _, case, _, _ in self.score_rows())
        return {case: {name: row[case] for name, row in by_metric.items() if case in row} for case in cases}
