"""Asks a method, checks what it answers, and measures what that cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from papers import answers
from papers.conditional_neural_processes.few_shot_functions import scoring
from papers.conditional_neural_processes.few_shot_functions.cases import Functions
from papers.conditional_neural_processes.few_shot_functions.interface import Family, Method
from papers.conditional_neural_processes.problem.rounds import Round
from papers.task import AnswerError

BATCH = 64
FLOOR = 1e-3  # smaller deviations are raised to it
LENIENCE = 1.1  # times the budget
TIMED = (64, 128, 256, 512)  # context points, or targets, while there are 64 of the other


@dataclass(frozen=True)
class Answers:
    """What a method said in one round, and how that scored: mean, deviation and log-likelihood, each (B, m)."""

    asked: Round
    mean: np.ndarray
    deviation: np.ndarray
    context_error: float

    @property
    def truth(self) -> np.ndarray:
        return self.asked.yt[..., 0].astype(float)

    @property
    def log_likelihood(self) -> np.ndarray:
        return scoring.log_likelihood(self.truth, self.mean, self.deviation)

    @property
    def gap(self) -> np.ndarray:
        """How far behind the reference: (B, m) nats."""
        return np.asarray(self.asked.reference - self.log_likelihood)

    @property
    def span(self) -> np.ndarray:
        """How far behind the reference who knows nothing is: (B, m) nats."""
        return np.asarray(self.asked.reference - self.asked.ignorance)


@dataclass
class Asked:
    """A method that is asked within limits: `fit_seconds` and `ask_seconds` are what it has used of them. CPU-seconds."""

    method: Method
    case: Functions
    fit_seconds: float = 0.0
    ask_seconds: float = 0.0

    def fit(self, family: Family) -> None:
        """Raises AnswerError where it takes over a tenth more than its budget, the constructor included."""
        constructor = self.method.spent["cpu_seconds"]
        with self.method.measured() as cost:
            self.method.fit(family)
        self.fit_seconds = constructor + cost.cpu_seconds
        if self.fit_seconds > LENIENCE * self.case.fit_seconds:
            raise AnswerError(
                f"fit (with the constructor) used {self.fit_seconds:.1f} CPU-s; its budget is {self.case.fit_seconds:g}, "
                f"and a tenth more is allowed: look at time.process_time()"
            )

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Count what is asked within; raises AnswerError where all asking takes too long: who learns then has no budget."""
        with self.method.measured() as cost:
            yield
        self.ask_seconds += cost.cpu_seconds
        if self.ask_seconds > self.case.ask_seconds:
            raise AnswerError(
                f"predict and sample used {self.ask_seconds:.1f} CPU-s in this play; {self.case.ask_seconds:g} are allowed "
                "beside the fit"
            )

    def predict(self, xc: np.ndarray, yc: np.ndarray, xt: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Means and deviations of any number of functions, in batches: each (B, m) float64."""
        parts = []
        for start in range(0, len(xc), BATCH):
            part = slice(start, start + BATCH)
            asked = np.ascontiguousarray(xc[part]), np.ascontiguousarray(yc[part]), np.ascontiguousarray(xt[part])
            with self.limited():
                parts.append(self.method.predict(*asked))
            parts[-1] = checked(parts[-1], asked[2].shape[:2])
        mean, deviation = (np.concatenate(values) for values in zip(*parts, strict=True))
        return mean, deviation

    def answers(self, one: Round) -> Answers:
        """Ask a round, and along with its targets the context's own points."""
        m = one.xt.shape[1]
        mean, deviation = self.predict(one.xc, one.yc, np.concatenate([one.xt, one.xc], axis=1))
        return Answers(one, mean[:, :m], deviation[:, :m], float(np.mean((mean[:, m:] - one.yc[..., 0]) ** 2)))

    def sample(
        self, xc: np.ndarray, yc: np.ndarray, xt: np.ndarray, count: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Joint samples (count, B, m): the method's own, else each target by itself from what it predicts."""
        if not self.method.has("sample"):
            mean, deviation = self.predict(xc, yc, xt)
            return np.asarray(mean + deviation * rng.standard_normal((count, *mean.shape)))
        with self.limited():
            answer = self.method.sample(xc, yc, xt, count)
        return answers.array(answer, call="sample", shape=(count, *xt.shape[:2], 1))[..., 0]

    def seconds(self, context: int, targets: int, rng: np.random.Generator) -> float:
        """CPU-seconds of one call with a function of so many points: the median of calls that take a twentieth of a second."""
        x = rng.uniform(0, 1, (1, context + targets, 1)).astype(np.float32)
        x = np.repeat(x, 2, axis=2) if self.case.kind == "images" else 4 * x - 2
        xc, xt = np.ascontiguousarray(x[:, :context]), np.ascontiguousarray(x[:, context:])
        yc = np.sin(3 * xc[..., :1])
        used: list[float] = []
        while sum(used) < 0.05 and len(used) < 32:
            with self.method.measured() as cost:
                answer = self.method.predict(xc, yc, xt)
            checked(answer, xt.shape[:2])
            used.append(cost.cpu_seconds)
        return max(float(np.median(used)), 1e-6)


def checked(answer: object, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Means and deviations (B, m). Raises AnswerError."""
    mean, deviation = answers.items(answer, call="predict", count=2)
    mean = answers.array(mean, call="predict (mean)", shape=(*shape, 1))
    deviation = answers.array(deviation, call="predict (deviation)", shape=(*shape, 1), low=0.0)
    return mean[..., 0], np.maximum(deviation[..., 0], FLOOR)
