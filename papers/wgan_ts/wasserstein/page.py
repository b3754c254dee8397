"""What the board's page shows beside the table: figures and flags."""

from papers.figures import Against, Bracket, Heatmap

FIGURES = (
    Bracket(
        title="Bounds, estimate and truth",
        low="lower",
        value="estimate",
        high="upper",
        truth="oracle",
        note="In units of the true distance. From what the potential certifies to the cost of the plan that it suggests; the "
        "marker is the method's own estimate, the grey level what the true potential certifies on the same points. "
        "Minibatch estimates lie above the truth, critics below it.",
    ),
    Against(
        title="Error of the estimate against dimension",
        metric="estimate_error",
        x="d",
        x_label="dimension",
        where={"family": "product", "given": False},
        log_x=True,
        log_y=True,
        note="The same pair family in more and more dimensions, the same number of points.",
    ),
    Against(
        title="Error of the potential against dimension",
        metric="relative_error",
        x="d",
        x_label="dimension",
        where={"family": "product", "given": False},
        log_x=True,
    ),
    Against(
        title="Error of the potential against sample size",
        metric="relative_error",
        x="n",
        x_label="points of each sample",
        where={"family": "blocks", "given": True, "d": 2},
        log_x=True,
        note="The exact distance between two given samples in the plane.",
    ),
    Against(
        title="CPU time against sample size",
        metric="cpu_seconds",
        x="n",
        x_label="points of each sample",
        where={"family": "blocks", "given": True, "d": 2},
        log_x=True,
        log_y=True,
        note="Critics train for a fixed number of steps: their time does not grow with the samples.",
    ),
    Heatmap(title="Accuracy by case", metric="accuracy"),
)
