"""Environments to act in: the evaluator owns them, counts every step, and keeps what a method can't see."""

import numpy as np

from papers import answers
from papers.playing import Report
from papers.sbeed.control.cases import Problem
from papers.sbeed.control.interface import Method
from papers.sbeed.control.scoring import LEARNT
from papers.sbeed.problem import kinds
from papers.sbeed.problem.environments import Environments, Model, picture, random_return
from papers.task import Scores, Seed

BLOCK = 50  # steps between two calls of `observe`
MARKS = 5  # evaluations while learning, evenly spaced; what is left over of the budget comes after the last
AT_MARKS, AT_END = 5, 20  # episodes
FRAMES = 8  # of the best episode
EARLY = 0.6  # of it: most of what happens is early


def act_and_learn(problem: Problem, *, seed: Seed, method: Method, report: Report) -> Scores:
    model = kinds.draw_model(problem.world, seed.rng("physics"))
    many = Environments(problem.environments, model, seed.rng("training"))
    steps = BLOCK * problem.environments
    blocks = problem.transitions // steps
    method.begin(
        model.observed,
        model.actions,
        -model.high,
        model.high,
        problem.gamma,
        problem.entropy,
        problem.environments,
        blocks * steps,
    )
    marks: list[float] = []
    for number in range(1, blocks + 1):
        method.observe(*gather(method, many))
        if number % (blocks // MARKS) == 0 and len(marks) < MARKS:
            marks.append(float(evaluate(method, model, AT_MARKS, seed.rng(f"mark {number}"))[0].mean()))
            report.progress(number / blocks, f"return {marks[-1]:.0f}")
    returns, states = evaluate(method, model, AT_END, seed.rng("last evaluation"))
    show(report, np.arange(1, len(marks) + 1) * (blocks // MARKS) * steps, marks)
    if seed.index == 0:
        show_episode(report, model, states[int(returns.argmax())])
    worst = random_return(model, seed.rng("random actions"))
    return scores(float(returns.mean()), np.array(marks), worst, kinds.REFERENCES[problem.world])


def scores(last: float, marks: np.ndarray, worst: float, reference: float) -> Scores:
    span = reference - worst
    score = (last - worst) / span
    area = float(((marks - worst) / span).mean())
    return {"score": score, "return": last, "area": area, "failed": float(score < LEARNT)}


def gather(method: Method, many: Environments) -> tuple[np.ndarray, ...]:
    """One block of what a method does and meets: obs, action, reward, next_obs, terminated, truncated, each (T, n, ...)."""
    rows: list[tuple[np.ndarray, ...]] = []
    for _ in range(BLOCK):
        obs = many.seen()
        action = actions_for(method, many.model, obs, explore=True)
        reward, over, cut = many.step(action)
        told = action if many.model.actions else action.astype(np.float32)
        rows.append((obs, told, reward.astype(np.float32), many.seen(), over, cut))
        many.renew(over | cut)
    return tuple(np.stack(column) for column in zip(*rows, strict=True))


def evaluate(
    method: Method, model: Model, episodes: int, rng: np.random.Generator
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Episodes without exploring: returns (n,), and of each its states (steps, k). Only those that go on are asked for."""
    many, total, goes_on = Environments(episodes, model, rng), np.zeros(episodes), np.ones(episodes, bool)
    path, lengths = [], np.zeros(episodes, int)
    while goes_on.any():
        path.append(many.state)
        answer = actions_for(method, model, many.seen()[goes_on], explore=False)
        action = np.zeros((episodes, *answer.shape[1:]), answer.dtype)
        action[goes_on] = answer
        reward, over, cut = many.step(action)
        total += reward * goes_on
        lengths += goes_on
        goes_on &= ~(over | cut)
    states = np.stack(path)
    return total, [states[:length, n] for n, length in enumerate(lengths)]


def actions_for(method: Method, model: Model, obs: np.ndarray, *, explore: bool) -> np.ndarray:
    """(n,) int64 or (n, act_dim). What is beyond a motor's strength is cut by the environment, and told as answered."""
    answer = method.act(obs.copy(), explore)
    if model.actions:
        return answers.array(answer, call="act", shape=(len(obs),), kind="int", low=0, high=model.actions - 1)
    return answers.array(answer, call="act", shape=(len(obs), len(model.high)))


def show(report: Report, at: np.ndarray, marks: list[float]) -> None:
    report.curve(
        "Return while learning", at, {"return": marks}, x_label="transitions", y_label="return of five episodes"
    )


def show_episode(report: Report, model: Model, states: np.ndarray) -> None:
    if not len(model.joints(states[0])):
        return
    steps = np.linspace(0, EARLY * (len(states) - 1), FRAMES).astype(int)
    frames = np.stack([picture(model.joints(states[at])) for at in steps])
    report.strip("Best episode", frames, [f"step {at}" for at in steps])
