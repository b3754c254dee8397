"""A board that declares a figure of every kind, with rows and reports as plays would leave them."""

import math

import numpy as np

from leaderboard.boards import standings
from leaderboard.models import Run, Score
from leaderboard.tasks import keep_artefact
from papers import catalogue
from papers.figures import Bracket, Frames, Gallery, Heatmap, Overlay, Scatter, Seeds
from papers.metrics import Metric
from runners.reporting import Reporter

WHERE = catalogue.board("imputation", "quick")
CASE = "breast/mcar-20"
RISES = tuple((x / 20, 0.1 - x / 400) for x in range(21))
FIGURES = (
    Heatmap(title="Skill by case", metric="skill"),
    Scatter(title="Error against skill", x="skill", y="rmse", reference=RISES, reference_label="what theory says"),
    Overlay(title="Loss", curve="Loss", series="own", reference="floor", x_label="step", y_label="loss (nats)"),
    Bracket(title="Bounds", low="rmse", value="skill", high="upper", truth="upper"),
    Seeds(title="Skill by seed", metric="skill", case=CASE),
    Gallery(title="Samples", artefact="Samples", case=CASE, note="The first seed's."),
    Gallery(title="Filled digits", artefact="Digits", case=CASE),
    Gallery(title="Kernels", artefact="Kernel", case=CASE),
    Gallery(title="A column", artefact="Column", case=CASE),
    Frames(title="Density over time", matrix="Density", case=CASE, x_label="x (cells)", y_label="y (cells)"),
)
UPPER = Metric(name="upper", label="Upper bound", better="context", description="")


def declare(monkeypatch, *figures):
    """Let the imputation board declare these figures, and a metric for the bracket."""
    monkeypatch.setitem(WHERE.task.__dict__, "figures", figures or FIGURES)
    monkeypatch.setitem(WHERE.task.__dict__, "metrics", (*WHERE.task.metrics, UPPER))


def report(run, level):
    """Report something of every kind on two seeds, as a play does."""
    events = []
    reporter = Reporter(events.append)
    for seed in (0, 1):
        reporter.begin(CASE, seed)
        rng = np.random.default_rng([seed, round(100 * level)])
        steps = np.arange(1, 60)
        reporter.curve(
            "Loss", steps, {"own": level + 1 / steps + 0.02 * seed, "floor": np.full(59, 0.1)}, x_label="step"
        )
        groups = {"drawn": rng.normal(size=(80, 2)) * level, "real": rng.normal(size=(80, 2))}
        reporter.points("Samples", groups, x_label="x", y_label="y")
        reporter.image("Column", np.clip(rng.random((16, 16)) * level, 0, 1))
        reporter.strip("Digits", rng.random((5, 12, 12)) * level, labels=[f"t = {t}" for t in range(5)])
        reporter.matrix("Kernel", rng.normal(size=(20, 20)), label="weight")
        reporter.matrix("Density", waves(level), frames=[f"σ = {t / 10:g}" for t in range(6)], label="density")
    for event in events:
        if event["type"] == "artefact":
            keep_artefact(run, event)


def waves(level):
    """(6, 100, 100): rings that grow from frame to frame."""
    y, x = np.mgrid[-1:1:100j, -1:1:100j]
    radius = np.hypot(x, y)
    return np.array([level * np.exp(-(((radius - t / 6) / 0.2) ** 2)) * math.cos(t / 3) for t in range(6)])


def put_rows(measured, count=3):
    """An oracle and methods, all with reports."""
    made = [measured("Oracle", 0.95, kind="oracle", rebuild=False)]
    made += [measured(f"Method {index}", 0.8 - index / 12, spread=0.1, rebuild=False) for index in range(count)]
    for index, submission in enumerate(made):
        run = submission.runs.get()
        uppers = [Score(run=run, case=case.name, seed=seed, metric="upper", value=1) for case, seed in WHERE.plays()]
        Score.objects.bulk_create(uppers)
        Run.objects.filter(pk=run.pk).update(cpu_seconds=3.0**index)
        report(run, 0.9 - index / 20)
    standings.rebuild(WHERE)
    return made
