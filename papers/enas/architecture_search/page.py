"""What the board's page shows beside the table: figures and flags."""

from papers.figures import Overlay
from papers.metrics import Flag

FIGURES = tuple(
    Overlay(
        title=f"Regret against hours, {case}",
        curve="Regret",
        series="regret",
        case=case,
        is_step=True,
        log_x=True,
        x_label="charged hours",
        y_label="regret (points)",
        note="Regret of the answer that stood when so much had been charged; mean and 95 % interval over the seeds.",
    )
    for case in ("nb201/cifar10", "nb201/imagenet16", "digits/cell3-small")
)
FLAGS = (
    Flag(
        label="censored",
        metric="censored",
        above=0.5,
        text="On some case more than half of its runs did not end within the target: the hours shown there are a lower bound.",
    ),
)
