"""What the pages show of a play."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.defence import symptoms
from papers.obfuscated_gradients.defence.suite import Suite
from papers.obfuscated_gradients.problem.pictures import show_budgets, show_examples
from papers.playing import Report

BUDGETS = (0.25, 0.5, 1.0, 1.5)  # radii, in eps of the case
STEPS = 15  # at each of them


def show_play(
    report: Report, suite: Suite, strength: dict[str, float], traces: Mapping[str, Sequence[tuple[float, float]]]
) -> None:
    """The pictures of a play. `suite` attacks training images: the scored ones stay hidden, but for the means of their traces."""
    show_symptoms(report, symptoms.verdict(strength), strength, symptoms.BOUNDS)
    show_steps(report, traces)

    def accuracy(x: Tensor) -> float:
        return float(suite.defence.share_right(x, suite.y, [next(suite.seeds)]).mean())

    radii = [share * suite.eps for share in BUDGETS]
    steps = min(STEPS, suite.effort.steps)
    plain = [suite.ascend("", kit.cross_entropy, eps=eps, steps=steps) for eps in radii]
    through = [suite.ascend("", kit.margin, eps=eps, steps=steps, surrogate=True) for eps in radii]
    clean = accuracy(suite.x)
    series = {
        name: [clean, *(accuracy(at) for at in attacked)]
        for name, attacked in (("plain PGD", plain), ("through the stand-in", through))
    }
    show_budgets(report, [0.0, *BUDGETS], series)
    show_examples(report, suite.x.numpy(), through[BUDGETS.index(1.0)].numpy())


def show_steps(report: Report, traces: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """Accuracy and loss of plain PGD, the margin and the author's stand-in at each step."""
    steps = np.arange(min(len(trace) for trace in traces.values()))
    for name, part in (("Accuracy against steps", 1), ("Loss against steps", 0)):
        series = {attack: [point[part] for point in trace[: len(steps)]] for attack, trace in traces.items()}
        report.curve(name, steps, series, x_label="step", y_label=name.split()[0].lower())


def show_symptoms(report: Report, verdict: str, strengths: Mapping[str, float], bounds: Mapping[str, float]) -> None:
    """The measured strength of each symptom beside its bound, and the verdict."""
    rows: list[list[float | str]] = [
        [name, round(value, 4), bounds[name], "raised" if value > bounds[name] else "–"]
        for name, value in strengths.items()
    ]
    report.table(
        "Symptoms of hidden gradients", ["symptom", "measured", "bound", ""], [*rows, ["verdict", "", "", verdict]]
    )
