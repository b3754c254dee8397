"""Finite worlds: one set of transitions, then the policy and the value of every state, judged exactly.

World and transitions are drawn from public laws by a secret that depends on the seed and on the method's code: what the scores of
one upload tell about its worlds says nothing about those of the next. What is seen of states, and which number an action has, is
shuffled, so that nothing can be looked up by its name either.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from papers import answers
from papers.playing import Report
from papers.sbeed.control.cases import Problem
from papers.sbeed.control.interface import Method
from papers.sbeed.control.scoring import LEARNT, judged_policy, judged_value, relative, sources_of_error
from papers.sbeed.problem import worlds
from papers.sbeed.problem.finite import Transitions, World
from papers.task import AnswerError, Scores, Seed

ROW_SUM = 1e-6  # by which a row of a policy may miss 1
NONE = np.zeros(0, np.float32)


@dataclass(frozen=True)
class Finite:
    """A world and how it is shown. `order`: of the rows in which states are asked for; `columns`: of what is seen."""

    world: World
    seen: Transitions
    columns: np.ndarray
    actions: np.ndarray  # the number under which the method knows an action: (A,)
    order: np.ndarray

    @property
    def observations(self) -> np.ndarray:
        """Of every state: (S, d) float32."""
        return np.asarray(self.world.phi[:, self.columns].astype(np.float32))

    @property
    def questions(self) -> np.ndarray:
        return np.asarray(self.observations[self.order])

    def restored(self, rows: np.ndarray) -> np.ndarray:
        """Answers to `questions` by state."""
        by_state = np.empty_like(rows)
        by_state[self.order] = rows
        return by_state

    def block(self) -> tuple[np.ndarray, ...]:
        """What `observe` is called with."""
        seen, shown = self.seen, self.observations
        ends = np.zeros((len(seen.state), 1), bool)
        rows = (shown[seen.state], self.actions[seen.action], seen.reward.astype(np.float32), shown[seen.following])
        return (*(row[:, None] for row in rows), ends, ends.copy())


def draw_finite(problem: Problem, seed: Seed) -> Finite:
    """A world of this method's own, and the transitions that it sees."""
    world = worlds.draw_world(problem.world, gamma=problem.gamma, entropy=problem.entropy, rng=seed.salted("world"))
    seen = world.sample(problem.transitions, seed.salted("transitions"))
    secret = seed.salted("disguise")
    (states, actions), d = world.shape, world.phi.shape[1]
    return Finite(world, seen, secret.permutation(d), secret.permutation(actions), secret.permutation(states))


def learn(problem: Problem, *, seed: Seed, method: Method) -> Scores:
    finite = draw_finite(problem, seed)
    world, best, counted = finite.world, finite.world.optimum(), finite.world.counted(finite.seen)
    policy, value = answered(method, finite)
    result = judged_policy(world, policy, best) | sources_of_error(world, counted, best)
    if value is not None:
        result |= judged_value(world, value, best)
        if len(finite.columns) == world.shape[0]:
            result["optimisation_error"] = relative(value, counted.optimum())
    return result


def smooth_more_and_more(problem: Problem, *, seed: Seed, method: Method, report: Report) -> Scores:
    """The same transitions under one smoothing after the other, each by a method that knows nothing of the others."""
    finite = draw_finite(problem, seed)
    plain = finite.world.smoothed_by(0.0).optimum()
    each: list[Scores] = []
    errors: list[float] = []
    for number, entropy in enumerate(problem.entropies):
        report.progress(number / len(problem.entropies), f"λ {entropy:g}")
        world = finite.world.smoothed_by(entropy)
        best, contestant = world.optimum(), method if number == 0 else method.fresh()
        policy, value = answered(contestant, replace(finite, world=world))
        contestant.close()
        each.append(
            judged_policy(world, policy, best) | (judged_value(world, value, best) if value is not None else {})
        )
        errors += [float(np.abs(value - plain).max())] if value is not None else []
    if errors:
        bounds = [finite.world.smoothed_by(entropy).bias_bound() for entropy in problem.entropies]
        series = {
            "error against the plain optimum": errors,
            "value error": [scores["value_error"] for scores in each],
            "bound": bounds,
        }
        report.curve(
            "Smoothing", problem.entropies, series, x_label="λ", y_label="error of the value", log_x=True, log_y=True
        )
    result = {name: float(np.mean([scores[name] for scores in each])) for name in each[0]}
    return result | {"failed": float(result["score"] < LEARNT)}


def answered(method: Method, finite: Finite) -> tuple[np.ndarray, np.ndarray | None]:
    """Let the method learn, then ask its policy (S, A) and its value (S,) of every state; None where it has no value."""
    world = finite.world
    (states, actions), d = world.shape, len(finite.columns)
    method.begin(d, actions, NONE, NONE, world.gamma, world.entropy, 0, len(finite.seen.state))
    method.observe(*finite.block())
    if method.has("policy"):
        rows = checked_policy(method.policy(finite.questions), (states, actions))
    else:
        chosen = answers.array(
            method.act(finite.questions, False), call="act", shape=(states,), kind="int", low=0, high=actions - 1
        )
        rows = np.eye(actions)[chosen]
    policy = finite.restored(rows)[:, finite.actions]
    if not method.has("value"):
        return policy, None
    return policy, finite.restored(answers.array(method.value(finite.questions), call="value", shape=(states,)))


def checked_policy(answer: Any, shape: tuple[int, int]) -> np.ndarray:
    rows = answers.array(answer, call="policy", shape=shape, low=0, high=1 + ROW_SUM)
    off = float(np.abs(rows.sum(axis=1) - 1).max())
    if off > ROW_SUM:
        raise AnswerError(f"policy returned rows that do not sum to 1: off by {off:.3g}")
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


class SoftOptimum:
    """The oracle: answers by the true model, whatever smoothing it is told."""

    def __init__(self, finite: Finite) -> None:
        self._finite, self._world = finite, finite.world

    def begin(self, d: int, n: int, low: object, high: object, gamma: float, entropy: float, *_: object) -> None:
        self._world = self._finite.world.smoothed_by(entropy)

    def observe(self, *_: object) -> None:
        """It knows the model."""

    def act(self, obs: np.ndarray, explore: bool) -> np.ndarray:
        return np.asarray(self.policy(obs).argmax(axis=1))

    def policy(self, obs: np.ndarray) -> np.ndarray:
        pi = self._world.greedy(self._world.optimum())
        return np.asarray(pi[self._finite.order][:, np.argsort(self._finite.actions)])

    def value(self, obs: np.ndarray) -> np.ndarray:
        return np.asarray(self._world.optimum()[self._finite.order])
