"""What a run reports: its curves over the budget."""

import numpy as np

from papers.importance_sampling.sample_selection.scoring import CHECKPOINTS, Record
from papers.playing import Report

UNITS = "units"


def show(report: Report, record: Record, *, share_wrong: float) -> None:
    """share_wrong: of the training samples, those whose label is wrong."""
    marks = record.setting.units * np.arange(1, CHECKPOINTS + 1) / CHECKPOINTS
    report.curve("Accuracy", marks, {"accuracy": record.accuracy}, x_label=UNITS, y_label="accuracy")
    report.curve("Training loss", marks, {"loss": record.loss}, x_label=UNITS, y_label="nats", log_y=True)
    report.curve(
        "Wrong labels",
        marks,
        {"chosen": record.wrong, "in the set": np.full(CHECKPOINTS, share_wrong)},
        x_label=UNITS,
        y_label="share with a wrong label",
    )
    if record.moments:
        moments = record.moments.values()
        report.curve(
            "Variance",
            list(record.moments),
            {name: [getattr(each, name) for each in moments] for name in ("variance", "optimal")},
            x_label=UNITS,
            y_label="variance, uniform = 1",
        )
