"""How long it will still take: what is left, weighed by what each case took when the references were recorded."""

import time
from collections import defaultdict
from collections.abc import Iterable

from papers.task import Board
from runners.workbench import references
from runners.workbench.tally import Place, Tally


class Pace:
    """Begins when it is made. `plays`: all that are asked for now."""

    def __init__(self, board: Board, plays: Iterable[Place]) -> None:
        self._start, self._weights = time.monotonic(), weights(board)
        self._plays = list(plays)

    def seconds_to_go(self, tally: Tally) -> float | None:
        """None while nothing is known."""
        asked = [place for place in self._plays if place[0] not in tally.left_out]
        total = sum(map(self._weight, asked))
        done = sum(
            self._weight(place) * (1.0 if place in tally.plays else tally.now.get(place, 0.0)) for place in asked
        )
        if done <= 0:
            return None
        return (time.monotonic() - self._start) * (total - done) / done

    def _weight(self, place: Place) -> float:
        return self._weights.get(place[0], 1.0)


def weights(board: Board) -> dict[str, float]:
    """case -> mean seconds of a play among the recorded methods, evaluator and method together."""
    spent: dict[str, list[float]] = defaultdict(list)
    for one in references.contenders(board):
        for play in one.row.plays:
            spent[play.case].append(play.spent["cpu_seconds"] + play.evaluator_seconds)
    return {case: max(sum(values) / len(values), 1e-3) for case, values in spent.items()}


def duration(seconds: float) -> str:
    """ "8 s", "3 min", "2.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
