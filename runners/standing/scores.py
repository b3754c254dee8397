"""Raw scores by run, metric, case and seed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from runners.standing.statistics import Estimate, estimate

BySeed = Mapping[int, float]
Key = tuple[int, str, str]  # run, metric, case
NONE: BySeed = {}


class Scores:
    """Raw scores of some runs. What was not measured is empty, NaN or None, never a number."""

    def __init__(self, rows: Iterable[tuple[int, str, str, int, float]]) -> None:
        """rows: run, metric, case, seed, value."""
        self._values: dict[Key, dict[int, float]] = {}
        self._cases: dict[tuple[int, str], list[str]] = defaultdict(list)
        for run, metric, case, seed, value in rows:
            if (run, metric, case) not in self._values:
                self._values[run, metric, case] = {}
                self._cases[run, metric].append(case)
            self._values[run, metric, case][seed] = value

    def by_seed(self, run: int, metric: str, case: str) -> BySeed:
        return self._values.get((run, metric, case), NONE)

    def cases(self, run: int, metric: str) -> Sequence[str]:
        """The cases on which a run has this metric on some seed."""
        return self._cases.get((run, metric), [])

    def array(self, run: int, metric: str, *, cases: Sequence[str], seeds: int) -> np.ndarray:
        """(cases, seeds), NaN where a score is missing."""
        rows = [[self.by_seed(run, metric, case).get(seed, np.nan) for seed in range(seeds)] for case in cases]
        return np.array(rows, float).reshape(len(cases), seeds)

    def whole(self, run: int, metric: str, *, cases: Sequence[str], seeds: int) -> np.ndarray:
        """(those of the cases that have every seed, seeds)."""
        table = self.array(run, metric, cases=cases, seeds=seeds)
        return np.asarray(table[np.isfinite(table).all(axis=1)])

    def means(self, run: int, metric: str) -> dict[str, float]:
        """case -> mean over the seeds that are there."""
        return {
            case: float(np.mean(list(self.by_seed(run, metric, case).values()))) for case in self.cases(run, metric)
        }

    def estimate(self, run: int, metric: str, case: str) -> Estimate | None:
        """Over the seeds that are there; None where there are none."""
        values = self.by_seed(run, metric, case)
        return estimate(np.array([[values[seed] for seed in sorted(values)]])) if values else None

    def pairs(self, first: int, second: int, metric: str, case: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Scores of two runs on one case, each (seeds,), seed by seed; None where they have not the same seeds."""
        return paired_by_seed(self.by_seed(first, metric, case), self.by_seed(second, metric, case))


def paired_by_seed(first: BySeed, second: BySeed) -> tuple[np.ndarray, np.ndarray] | None:
    """Both as (seeds,) in the order of the seeds; None where one is empty or they have not the same seeds."""
    if not first or first.keys() != second.keys():
        return None
    return np.array([first[seed] for seed in sorted(first)]), np.array([second[seed] for seed in sorted(first)])
