"""The protocol: a table with gaps goes to the method, and what comes back is compared with the truth."""

from typing import Any

import numpy as np

from papers.gain import metrics
from papers.gain.masks import draw_mask
from papers.gain.oracle import conditional_mean
from papers.gain.tables import Disguise, load
from papers.task import AnswerError, Case, Report, Scores, Seed

LARGEST = 1e12  # beyond it an answer is nothing that a table could hold, and scores would overflow


def play(case: Case, *, seed: Seed, device: str, method: Any, report: Report) -> Scores:
    table = load(case.params["table"], seed.rng("table"))
    truth = table.x
    observed, masking = draw_mask(case.params["mechanism"], case.params["rate"], truth, seed.rng("mask"))
    disguise = Disguise.draw(table, seed.rng("disguise"))

    shown = disguise.apply(np.where(observed, truth, np.nan)).astype(np.float32)
    answer = checked(method.impute(shown, table.categorical[disguise.order]), like=shown)

    filled = np.where(observed, truth, disguise.undo(answer))  # observed cells are put back
    missing = ~observed
    means = np.broadcast_to(np.nanmean(np.where(observed, truth, np.nan), axis=0), truth.shape)
    if seed.index == 0:
        show_quantiles(report, truth, filled, missing)
    scores = {
        "skill": skill(filled, means, truth, missing),
        "rmse": metrics.rms(errors(filled, truth, missing)),
        "mae": float(np.abs(errors(filled, truth, missing)).mean()),
        "w1_columns": metrics.w1_columns(truth, filled, missing),
        "energy": metrics.energy(truth, filled, seed.rng("energy")),
    }
    if table.categorical.any():
        scores["category_error"] = metrics.category_error(truth, filled, missing, table.categorical)
    if table.generator:
        knowing = conditional_mean(truth, observed, table.generator, masking)
        ignoring = conditional_mean(truth, observed, table.generator) if masking else knowing
        scores["oracle_skill"] = skill(knowing, means, truth, missing)
        scores["ignorable_skill"] = skill(ignoring, means, truth, missing)
    if case.params.get("downstream") and table.label is not None:
        assert table.held_out is not None
        assert table.held_out_label is not None
        scores["downstream_auroc"] = metrics.downstream_auroc(filled, table.label, table.held_out, table.held_out_label)
        if case.params["table"] == "credit":
            scores["coefficient_bias"] = metrics.coefficient_bias(truth, filled, table.label)
    return scores


def checked(answer: Any, *, like: np.ndarray) -> np.ndarray:
    """The answer, if it is a finite float array of the shape of `like`; float64 is taken as well. Raises AnswerError."""
    if not isinstance(answer, np.ndarray):
        raise AnswerError(f"impute returned {type(answer).__name__}, expected a float32 array of shape {like.shape}")
    if answer.shape != like.shape:
        raise AnswerError(f"impute returned an array of shape {answer.shape}, expected {like.shape}")
    if answer.dtype.kind != "f":
        raise AnswerError(f"impute returned {answer.dtype}, expected float32")
    filled: np.ndarray = np.asarray(answer).astype(float)  # a subclass has its own arithmetic
    if len(bad := np.argwhere(~np.isfinite(filled))):
        row, column = bad[0]
        raise AnswerError(
            f"impute left {len(bad)} of {answer.size} cells NaN or infinite, the first in row {row}, column {column}: "
            "expected a finite number in every cell"
        )
    if np.abs(filled).max() > LARGEST:
        raise AnswerError(f"impute returned {np.abs(filled).max():g}, expected numbers within {LARGEST:g}")
    return filled


def errors(filled: np.ndarray, truth: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Errors of the missing cells in ranges: (number of missing cells,)."""
    return np.asarray(((filled - truth) / metrics.spans(truth))[missing])


def skill(filled: np.ndarray, means: np.ndarray, truth: np.ndarray, missing: np.ndarray) -> float:
    """1 - rmse / rmse of the observed column means."""
    return 1 - metrics.rms(errors(filled, truth, missing)) / metrics.rms(errors(means, truth, missing))


def show_quantiles(report: Report, truth: np.ndarray, filled: np.ndarray, missing: np.ndarray) -> None:
    """Imputed against true quantiles, pooled over columns: flat where a method shrinks to the mean. Tells no cell's value."""
    low, span = truth.min(axis=0), metrics.spans(truth)
    share = np.linspace(0.01, 0.99, 41)
    true, imputed = (np.quantile(((x - low) / span)[missing], share) for x in (truth, filled))
    report.curve(
        "Imputed against true values",
        true,
        {"imputed": imputed, "perfect": true},
        x_label="true quantile (range)",
        y_label="imputed quantile (range)",
    )
