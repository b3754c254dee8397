"""Does a method know a public table by heart? Its error there against its error on a synthetic twin. Pure numbers."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from papers.evidence import Audit
from papers.metrics import Finding

FACTOR = 1.35  # an honest method may find the public table easier by so much
DEVIATIONS = 6.0  # or by so many robust standard deviations of the honest methods
FEWEST = 3  # honest methods to compare with


def log_ratio(public: Mapping[int, float], twin: Mapping[int, float]) -> float | None:
    """Mean over the seeds of log(error on the public table / error on its twin); None where it can't be formed.

    Minus infinity where an error on the public table is exactly 0: nobody fills a gap without any error, but who knows it.
    """
    seeds = public.keys() & twin.keys()
    if any(public[seed] == 0 for seed in seeds):
        return -math.inf
    if not seeds or any(not public[seed] > 0 or not twin[seed] > 0 for seed in seeds):
        return None
    return float(np.mean([np.log(public[seed] / twin[seed]) for seed in sorted(seeds)]))


def stands_out(ratio: float, honest: Sequence[float]) -> bool:
    """Whether a method does better on the public table than honest methods explain: by FACTOR and DEVIATIONS both."""
    if ratio == -math.inf:
        return True
    honest = [one for one in honest if math.isfinite(one)]
    if len(honest) < FEWEST:
        return False
    centre = float(np.median(honest))
    spread = 1.4826 * float(np.median(np.abs(np.array(honest) - centre)))
    return bool(ratio < centre - max(np.log(FACTOR), DEVIATIONS * spread))


def finding(check: Audit, ratio: float) -> Finding:
    """What a row says of a method that stands out: the value is its error as a share of that on the twin."""
    share = float(np.exp(ratio))
    text = (
        f"Its error on {' and '.join(check.public)} is {share:.2f} of that on a synthetic twin, far less than honest "
        "methods explain."
    )
    return Finding(label="memorisation", text=text, case=check.twin, value=share)
