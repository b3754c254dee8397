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
    for case in ("nb201/cifar10", "digits/cell4-raced")
)
FLAGS = (
    Flag(
        label="looked up",
        metric="at_best",
        above=0.5,
        text="On most seeds it answers the very best cell of a public table, which noise hides from a search: it knows the table.",
        unranks=True,
    ),
    Flag(
        label="censored",
        metric="censored",
        above=0.5,
        text="On some case more than half of its runs did not end within the target: the hours shown there are a lower bound.",
    ),
)
