"""What the board's page shows beside the table: figures and flags."""

from papers.figures import Heatmap, Overlay
from papers.metrics import Flag

FIGURES = (
    Heatmap(title="Accuracy by case", metric="accuracy"),
    Overlay(
        title="Calibration",
        curve="Calibration",
        series="method",
        reference="calibrated",
        x_label="highest probability",
        y_label="share of queries that are right",
        note="Below the diagonal: over-confident.",
    ),
)
FLAGS = (
    Flag(
        label="pre-trained",
        metric="file_kib",
        above=64,
        text="Its file holds over 64 KiB: what it knows was mostly learnt elsewhere, without the budget of a fit.",
    ),
    Flag(
        label="does not train",
        metric="fit_share",
        below=0.01,
        text="Its fit used under 1 % of the budget.",
    ),
)
