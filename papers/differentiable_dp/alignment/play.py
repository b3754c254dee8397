"""The protocol: aligned pairs to learn from, others to align."""

import numpy as np

from papers import answers
from papers.data import dataset
from papers.differentiable_dp.alignment.cases import Playing
from papers.differentiable_dp.alignment.interface import Method
from papers.differentiable_dp.problem import music, warps
from papers.differentiable_dp.problem.warps import Pair
from papers.playing import Report
from papers.task import Case, Scores, Seed


def play(case: Case[Playing], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    training, test = build(case.params, seed)
    columns = ([pair.a for pair in training], [pair.b for pair in training], [pair.position for pair in training])
    method.fit(*columns)
    off, straight = [], []
    for index, pair in enumerate(test):
        length = len(pair.a)
        answer = method.align(pair.a.copy(), pair.b.copy())
        position = answers.array(answer, call="align", like=pair.position, low=-1e-3, high=length - 1 + 1e-3)
        off.append(np.abs(position - pair.position))
        straight.append(np.abs(np.linspace(0, length - 1, len(pair.b)) - pair.position))
        report.progress((index + 1) / len(test))
        if index == 0 and seed.index == 0:
            show(pair, position, report)
    deviation = np.mean([one.mean() for one in off])
    return {
        "normalised_error": float(deviation / np.mean([one.mean() for one in straight])),
        "deviation": float(deviation),
        "within_one": float(100 * np.mean([(one <= 1).mean() for one in off])),
    }


def build(playing: Playing, seed: Seed) -> tuple[list[Pair], list[Pair]]:
    """Pairs to learn from, and to align; all anew for each seed. Of the chorales the tempo, the key and the noise are."""
    rngs = seed.rng("training"), seed.rng("test")
    if playing.source == "jsb":
        parts = zip(("train", "test"), rngs, (playing.training, playing.testing), strict=True)
        chorales = dataset("jsb")
        training, test = (
            music.pairs(chorales[part], chorales[f"{part}_start"], rng, count=count, noise=playing.noise)
            for part, rng, count in parts
        )
        return training, test
    training, test = (
        [warps.draw(rng, noise=playing.noise, extra=playing.extra) for _ in range(count)]
        for rng, count in zip(rngs, (playing.training, playing.testing), strict=True)
    )
    return training, test


def show(pair: Pair, position: np.ndarray, report: Report) -> None:
    """The answer for one pair, and the straight line. The truth stays here."""
    frames = np.arange(len(pair.b))
    series = {"answer": position, "straight line": np.linspace(0, len(pair.a) - 1, len(pair.b))}
    report.curve("Alignment", frames, series, x_label="frame of the playing", y_label="frame of the score")


class Knowing:
    """An oracle: knows where every frame came from. Pairs are told apart by their bytes."""

    def __init__(self, pairs: list[Pair]) -> None:
        self._positions = {pair.b.tobytes(): pair.position for pair in pairs}

    def fit(self, *_: object) -> None:
        """It knows."""

    def align(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return self._positions[b.tobytes()]


def oracle(slug: str, case: Case[Playing], *, seed: Seed, device: str) -> Knowing:
    """What `play` with this seed may be answered at best."""
    return Knowing(build(case.params, seed)[1])
