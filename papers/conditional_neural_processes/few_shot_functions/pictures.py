"""What a play shows of itself. Examples are drawn from a public seed of their own: no scored function is among them."""

import numpy as np

from papers.conditional_neural_processes.few_shot_functions import scoring
from papers.conditional_neural_processes.few_shot_functions.asking import TIMED, Answers, Asked
from papers.conditional_neural_processes.kit import draw
from papers.conditional_neural_processes.problem.images import Images
from papers.conditional_neural_processes.problem.oracles import predictive
from papers.conditional_neural_processes.problem.rounds import chosen_pixels, span
from papers.playing import Report

EXAMPLES = 20, 5, 10  # seed, and context points of the two curves


def show_scores(report: Report, given: list[Answers]) -> None:
    """Log-likelihood against the size of the context, for each order of pixels, and calibration."""
    for order in dict.fromkeys(one.asked.name.rpartition("_")[0] for one in given):
        part = [one for one in given if one.asked.name.rpartition("_")[0] == order]
        report.curve(
            f"Log-likelihood{f', {order} pixels' if order else ''}",
            [one.asked.context for one in part],
            {
                "method": [one.log_likelihood.mean() for one in part],
                "reference": [one.asked.reference.mean() for one in part],
            },
            x_label="context points",
            y_label="nats a target",
            log_x=True,
        )
    share = np.concatenate([scoring.normal_share(one.truth, one.mean, one.deviation).ravel() for one in given])
    levels = scoring.LEVELS
    report.curve(
        "Calibration",
        levels,
        {"method": [(share <= level).mean() for level in levels], "calibrated": levels},
        x_label="probability of the central band",
        y_label="share of targets within",
    )


def show_costs(report: Report, costs: dict[str, list[float]]) -> None:
    if costs:
        report.curve(
            "Cost of a call",
            TIMED,
            {"by context points": costs["context"], "by targets": costs["targets"]},
            x_label="points, while there are 64 of the others",
            y_label="CPU-seconds",
            log_x=True,
            log_y=True,
        )


def show_examples(report: Report, asked: Asked, learnt: Images | None) -> None:
    if learnt:
        show_completions(report, asked, learnt)
    else:
        show_bands(report, asked)


def show_bands(report: Report, asked: Asked) -> None:
    """Two functions with 90 % bands, beside the exact ones."""
    seed, *contexts = EXAMPLES
    low, high = span(asked.case.family)
    grid = np.linspace(low, high, 161, dtype=np.float32)[None, :, None]
    for n in contexts:
        xc, yc = draw(asked.case.family, np.random.default_rng(seed + n), 1, n, low=low, high=high)
        mean, deviation = (z[0] for z in asked.predict(xc, yc, grid))
        best, spread = (z[0] for z in predictive(asked.case.family, xc[..., 0], yc[..., 0], grid[..., 0]).moments())
        band = scoring.BAND
        report.curve(
            f"A function from {n} points",
            grid.ravel(),
            {
                "mean": mean,
                "lower": mean - band * deviation,
                "upper": mean + band * deviation,
                "exact mean": best,
                "exact lower": best - band * spread,
                "exact upper": best + band * spread,
            },
            x_label="x",
            y_label="y",
        )


def show_completions(report: Report, asked: Asked, learnt: Images) -> None:
    """One training image, completed from more and more pixels; what was seen is put back."""
    image, places = learnt.train[0], learnt.places.astype(np.float32)
    values = image.ravel()
    for order in asked.case.orders:
        pixels = chosen_pixels(order, max(asked.case.contexts), len(values), np.random.default_rng(EXAMPLES[0]))
        frames = []
        for n in asked.case.contexts:
            seen = pixels[:n]
            yc = values[seen].astype(np.float32)[None, :, None]
            mean, _ = asked.predict(places[seen][None], yc, places[None])
            completed = mean[0].copy()
            completed[seen] = values[seen]
            frames.append(completed.reshape(image.shape))
        report.strip(
            f"Completed, {order} pixels",
            np.stack([*frames, image]),
            [*(f"{n} pixels" for n in asked.case.contexts), "all"],
        )
