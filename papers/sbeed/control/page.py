"""What the board's page shows beside the table."""

from papers.figures import Gallery, Heatmap, Overlay, Scatter, Seeds

FIGURES = (
    Heatmap(title="Score by case", metric="score"),
    Overlay(
        title="Learning curves on the pendulum",
        curve="Return while learning",
        series="return",
        case="pendulum/30k",
        x_label="transitions",
        y_label="return of five episodes",
        note="Nobody explores while evaluated.",
    ),
    Seeds(
        title="Returns on the pendulum, seed by seed",
        metric="return",
        case="pendulum/30k",
        note="Physics differ between the seeds, and a method may fail on some of them.",
    ),
    Overlay(
        title="What smoothing costs",
        curve="Smoothing",
        series="error against the plain optimum",
        reference="bound",
        case="riverswim/smoothing",
        x_label="λ",
        y_label="largest error of the value",
        log_x=True,
        log_y=True,
        note="Against the optimum without entropy. The line is λ log|A| / (1 − γ), the most that smoothing itself can add: "
        "what lies above it is samples, optimisation, or the bias of a small η.",
    ),
    Overlay(
        title="Value error against λ",
        curve="Smoothing",
        series="value error",
        case="riverswim/smoothing",
        x_label="λ",
        y_label="relative error of the smoothed value",
        log_x=True,
        log_y=True,
        note="A method of each η, each on rivers of its own: with η below 1 the variance of the next value is "
        "penalised, at every λ.",
    ),
    Scatter(
        title="Value against policy",
        x="value_error",
        y="policy_distance",
        cases=("garnet-sparse/batch-10k", "riverswim/batch-10k", "slippery-grid/batch-10k"),
        note="A good policy may come with a bad value.",
    ),
    Gallery(title="The best episode", artefact="Best episode", case="pendulum/30k"),
)
