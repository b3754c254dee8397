"""What is noted of a run at its checkpoints, and the scores that come of it."""

from dataclasses import dataclass, field

import numpy as np

from papers.importance_sampling.problem import gradients
from papers.importance_sampling.problem.gradients import Plan
from papers.importance_sampling.problem.setting import Setting
from papers.task import Scores

CHECKPOINTS = 20
MOMENTS = 10  # the middles of so many parts of the budget: dearer than a checkpoint


@dataclass(frozen=True)
class Moments:
    """Of a step's gradient estimate, all exact; and of the paper's bound on the same candidates."""

    variance: float
    bias: float
    optimal: float
    correlation: float
    spread: float

    @classmethod
    def of(cls, gram: np.ndarray, bound: np.ndarray, plan: Plan | None, batch: int) -> "Moments":
        """gram: (n, n), inner products of the candidates' gradients; bound: (n,). No plan: a uniform step."""
        norms = gradients.norms_of(gram)
        correlation, spread = gradients.tightness(norms, bound)
        return cls(
            variance=gradients.variance_ratio(gram, plan, batch) if plan else 1.0,
            bias=gradients.bias_of(gram, plan) if plan else 0.0,
            optimal=gradients.variance_ratio(gram, gradients.optimal(norms), batch),
            correlation=correlation,
            spread=spread,
        )


@dataclass
class Record:
    """A run's book. Checkpoints stand at equal shares of the budget, moments of a step in the middles of larger ones."""

    setting: Setting
    accuracy: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    moments: dict[float, Moments] = field(default_factory=dict)  # by the units where they were due
    wrong: list[float] = field(default_factory=list)  # share of the samples trained on since the last checkpoint
    trained: int = 0
    trained_wrong: int = 0
    scored: int = 0
    switched_on: float = 1.0
    _since: list[int] = field(default_factory=lambda: [0, 0])  # samples since the last checkpoint, and the wrong ones

    def is_due(self, used: int) -> bool:
        """Whether the next checkpoint is reached."""
        return used >= self.setting.units * (len(self.accuracy) + 1) / CHECKPOINTS

    def due_moments(self, used: int) -> float | None:
        """The last of their marks that was passed, in units, unless its moments are there. Marks that a step skips stay out."""
        passed = int(used / self.setting.units * MOMENTS + 0.5)
        mark = (passed - 0.5) * self.setting.units / MOMENTS
        return mark if passed and mark not in self.moments else None

    def count(self, is_right: np.ndarray) -> None:
        """A batch was trained on."""
        wrong = int((~is_right).sum())
        self.trained, self.trained_wrong = self.trained + len(is_right), self.trained_wrong + wrong
        self._since = [self._since[0] + len(is_right), self._since[1] + wrong]

    def count_scored(self, used: int) -> None:
        if not self.scored:
            self.switched_on = used / self.setting.units
        self.scored += 1

    def check(self, accuracy: float, loss: float, *, reached: float) -> None:
        """Write all checkpoints up to this share of the budget; a long step, or the auxiliary model, may pass several."""
        wrong = self._since[1] / max(self._since[0], 1)
        new = min(int(reached * CHECKPOINTS + 1e-9), CHECKPOINTS) - len(self.accuracy)
        self.accuracy += [accuracy] * new
        self.loss += [loss] * new
        self.wrong += [wrong] * new
        self._since = [0, 0]

    def scores(self, steps: int) -> Scores:
        scores = {
            "final_accuracy": self.accuracy[-1],
            "best_accuracy": max(self.accuracy),
            "train_loss": self.loss[-1],
            "wrong_share": self.trained_wrong / max(self.trained, 1),
            "scored_steps": self.scored / max(steps, 1),
            "switched_on": self.switched_on,
            "steps": float(steps),
        }
        return scores | self.mean_moments()

    def mean_moments(self) -> Scores:
        """Empty where a run ended before there were any."""
        names = {
            "variance": "variance_ratio",
            "bias": "bias",
            "optimal": "optimal_variance",
            "correlation": "bound_correlation",
            "spread": "bound_spread",
        }
        values = {
            name: [getattr(moment, attribute) for moment in self.moments.values()] for attribute, name in names.items()
        }
        finite = {name: [value for value in each if np.isfinite(value)] for name, each in values.items()}
        return {name: float(np.mean(each)) for name, each in finite.items() if each}
