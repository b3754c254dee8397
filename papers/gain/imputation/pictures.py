"""What a play shows of itself."""

import numpy as np

from papers.gain.imputation.scoring import spans
from papers.playing import Report


def show_quantiles(report: Report, truth: np.ndarray, filled: np.ndarray, missing: np.ndarray) -> None:
    """Imputed against true quantiles, pooled over columns: flat where a method shrinks to the mean. Tells no cell's value."""
    low, span = truth.min(axis=0), spans(truth)
    share = np.linspace(0.01, 0.99, 41)
    true, imputed = (np.quantile(((x - low) / span)[missing], share) for x in (truth, filled))
    report.curve(
        "Imputed against true values",
        true,
        {"imputed": imputed, "perfect": true},
        x_label="true quantile (range)",
        y_label="imputed quantile (range)",
    )
