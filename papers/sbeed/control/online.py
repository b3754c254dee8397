"""Environments to act in: the evaluator owns them, counts every step, and keeps what a method can't see."""

import numpy as np

from papers import answers
from papers.playing import Report
from papers.sbeed.control.cases import Problem
from papers.sbeed.control.interface import Method
from papers.sbeed.control.scoring import LEARNT
from papers.sbeed.problem.pendulum import OBSERVED, STRONGEST, Pendulums, Physics, picture, random_return
from papers.task import Scores, Seed

BLOCK = 50  # steps between two calls of `observe`
MARK = 8  # blocks between two evaluations
AT_MARKS, AT_END = 5, 20  # episodes
REFERENCE = -150.0  # the return of a method that has learnt: published ones lie about it
FRAMES, FRAME_EVERY = 8, 16  # of the best episode: most of what happens is early
HIGH = np.full(1, STRONGEST, np.float32)


def act_and_learn(problem: Problem, *, seed: Seed, method: Method, report: Report) -> Scores:
    physics = Physics.drawn(seed.rng("physics"))
    worst = random_return(physics, seed.rng("random torques"))
    pendulums = Pendulums(problem.environments, physics, seed.rng("training"))
    blocks = problem.transitions // (BLOCK * problem.environments)
    steps = BLOCK * problem.environments
    method.begin(OBSERVED, 0, -HIGH, HIGH, problem.gamma, problem.entropy, problem.environments, blocks * steps)
    marks: list[float] = []
    for number in range(1, blocks + 1):
        method.observe(*gather(method, pendulums))
        if number % MARK == 0:
            start = Pendulums(AT_MARKS, physics, seed.rng(f"mark {number}"))
            marks.append(float(evaluate(method, start)[0].mean()))
            report.progress(number / blocks, f"return {marks[-1]:.0f}")
    returns, angles = evaluate(method, Pendulums(AT_END, physics, seed.rng("last evaluation")))
    show(report, np.arange(1, len(marks) + 1) * MARK * steps, marks)
    if seed.index == 0:
        show_episode(report, angles[:, returns.argmax()])
    return scores(float(returns.mean()), np.array(marks), worst)


def scores(last: float, marks: np.ndarray, worst: float) -> Scores:
    span = REFERENCE - worst
    score = (last - worst) / span
    area = float(((marks - worst) / span).mean())
    return {"score": score, "return": last, "area": area, "failed": float(score < LEARNT)}


def gather(method: Method, pendulums: Pendulums) -> tuple[np.ndarray, ...]:
    """One block of what a method does and meets: obs, action, reward, next_obs, terminated, truncated, each (T, n, ...)."""
    rows: list[tuple[np.ndarray, ...]] = []
    obs = pendulums.seen()
    for _ in range(BLOCK):
        action = asked(method, obs, explore=True)
        reward = pendulums.step(action[:, 0]).astype(np.float32)
        following, cut = pendulums.seen(), np.full(len(obs), pendulums.is_over)
        rows.append((obs, action.astype(np.float32), reward, following, np.zeros(len(obs), bool), cut))
        obs = pendulums.reset() if pendulums.is_over else following
    return tuple(np.stack(column) for column in zip(*rows, strict=True))


def evaluate(method: Method, pendulums: Pendulums) -> tuple[np.ndarray, np.ndarray]:
    """One episode of each pendulum, without exploring: returns (n,) and angles (steps, n)."""
    total, angles = np.zeros(len(pendulums.angle)), []
    while not pendulums.is_over:
        angles.append(pendulums.angle)
        total += pendulums.step(asked(method, pendulums.seen(), explore=False)[:, 0])
    return total, np.array(angles)


def asked(method: Method, obs: np.ndarray, *, explore: bool) -> np.ndarray:
    """(n, 1). What is beyond the motor's strength is cut by the pendulum, and told to the method as it was answered."""
    return answers.array(method.act(obs.copy(), explore), call="act", shape=(len(obs), 1))


def show(report: Report, at: np.ndarray, marks: list[float]) -> None:
    report.curve(
        "Return while learning", at, {"return": marks}, x_label="transitions", y_label="return of five episodes"
    )


def show_episode(report: Report, angles: np.ndarray) -> None:
    steps = np.arange(FRAMES) * FRAME_EVERY
    report.strip("Best episode", np.stack([picture(angles[at]) for at in steps]), [f"step {at}" for at in steps])
