"""What the board's page shows beside the table: figures and flags."""

from papers.figures import Heatmap, Overlay, Scatter
from papers.metrics import Flag

FIGURES = (
    Overlay(
        title="Gap against gradients, ℓ4 on diabetes",
        curve="Gap against gradients",
        series="log10 gap",
        case="diabetes/l4",
        x_label="gradients",
        y_label="log10 of the gap",
        log_x=True,
        note="At each method's best multiplier: mean and 95 % interval over the seeds, 0 at the start.",
    ),
    Overlay(
        title="Gap against gradients, ℓ2 on diabetes",
        curve="Gap against gradients",
        series="log10 gap",
        case="diabetes/l2",
        x_label="gradients",
        y_label="log10 of the gap",
        log_x=True,
        note="Where p = 2 the paper sees no gain from depth.",
    ),
    Overlay(
        title="Last gap against the step size",
        curve="Step size",
        series="last log10 gap",
        x_label="step-size multiplier",
        y_label="log10 of the last gap",
        log_x=True,
        note="Mean over the cases. A wide valley forgives a badly tuned step; 1 is where a trial has diverged.",
    ),
    Overlay(
        title="Is it the gradient of a regulariser? Work around a closed loop",
        curve="Work around a loop",
        series="work",
        case="loop",
        x_label="way along the loop",
        y_label="work",
        note="The field of a method's first tiny steps, for one constant gradient. Every gradient field comes back to 0, with "
        "whatever regulariser; that of three layers and more does not.",
    ),
    Scatter(
        title="Tuned score against robustness",
        x="log_gap_auc",
        y="log_gap_auc_median",
        note="Left: good at its best step size. Low: good at half of all step sizes.",
    ),
    Heatmap(title="Mean log gap by case", metric="log_gap_auc"),
    Heatmap(title="Share of diverged trials", metric="diverged"),
)
FLAGS = (
    Flag(
        label="second order",
        metric="second_order",
        above=0.5,
        text="It solves a quadratic of d weights within d + 2 gradients: it reads the Hessian off, which other cases don't allow.",
    ),
)
