"""How good tags are: errors, spans, and marginals."""

import numpy as np

LEAST = 1e-6  # probability that a marginal is taken to give to the truth at least
BINS = 10
Span = tuple[int, int, str]


def token_error(tags: list[np.ndarray], truth: list[np.ndarray]) -> float:
    """Share of wrong tags."""
    return float((np.concatenate(tags) != np.concatenate(truth)).mean())


def standard_errors(tags: list[np.ndarray], best: list[np.ndarray], truth: list[np.ndarray]) -> float:
    """By how many of its standard errors the share of wrong tags exceeds that of `best`: sequences are the draws.

    0 where both tag alike.
    """
    wrong = [
        float((ours != theirs).sum() - (known != theirs).sum())
        for ours, known, theirs in zip(tags, best, truth, strict=True)
    ]
    spread = float(np.std(wrong, ddof=1)) / len(wrong) ** 0.5
    return float(np.mean(wrong)) / spread if spread else 0.0


def spans(names: list[str], scheme: str) -> set[Span]:
    """Entities as (first, after, type). Strict: an I- that does not continue the same type opens a new one."""
    found: set[Span] = set()
    start, kind = 0, ""
    for place, name in enumerate([*names, "O"]):
        prefix, _, now = name.partition("-")
        continues = now == kind and (prefix == "I" or scheme == "IO")
        if kind and not continues:
            found.add((start, place, kind))
        if not continues:
            start, kind = place, now
    return found


def span_f1(tags: list[np.ndarray], truth: list[np.ndarray], names: list[str], scheme: str) -> float:
    """The harmonic mean of precision and recall of exact spans and types."""
    pairs = [
        (spans([names[tag] for tag in ours], scheme), spans([names[tag] for tag in theirs], scheme))
        for ours, theirs in zip(tags, truth, strict=True)
    ]
    hits = sum(len(ours & theirs) for ours, theirs in pairs)
    total = sum(len(ours) + len(theirs) for ours, theirs in pairs)
    return 2 * hits / total if total else 0.0


def judged_marginals(marginals: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """marginals: (n, tags), truth: (n,): log loss, calibration error of the likeliest tag, share of exact zeros."""
    given = np.clip(marginals[np.arange(len(truth)), truth], LEAST, 1)
    confidence, right = marginals.max(1), marginals.argmax(1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    weights = np.bincount(bins, minlength=BINS)
    gaps = np.abs(np.bincount(bins, confidence - right, minlength=BINS))
    return {
        "nll": float(-np.log(given).mean()),
        "calibration": float(gaps.sum() / weights.sum()),
        "sparsity": float((marginals == 0).mean()),
    }
