"""How good the probabilities of queries are. Q queries, N classes."""

import numpy as np

LEAST = 1e-6  # what a probability counts as at least
BINS = 10


def negative_log_likelihood(proba: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Of proba (Q, N) for the classes truth (Q,): (Q,) nats."""
    return np.asarray(-np.log(np.maximum(proba[np.arange(len(truth)), truth], LEAST)))


def hits(proba: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The chance that a query is right, (Q,): classes that are equally probable share it, so that uniform has 1/N."""
    is_best = proba >= proba.max(axis=1, keepdims=True) * (1 - 1e-9)
    return np.asarray(is_best[np.arange(len(truth)), truth] / is_best.sum(axis=1))


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error of highest probabilities (Q,) that were right or not (Q,), in ten bins."""
    where = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(confidence[where == k].sum() - right[where == k].sum()) for k in range(BINS)]
    return float(np.sum(gaps) / len(confidence))
