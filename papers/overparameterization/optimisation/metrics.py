"""What the board measures. The first one ranks."""

from papers.metrics import Metric


def gradients(share: str, name: str) -> Metric:
    return Metric(
        name=f"steps_{name}",
        label=f"Gradients to {share}",
        better="lower",
        unit="gradients",
        digits=1,
        description=f"Gradients until the gap to the optimum was {share} of the first one, at the best multiplier for "
        "this; one more than the budget if it never was.",
    )


METRICS = (
    Metric(
        name="log_gap_auc",
        label="Mean log gap",
        better="lower",
        unit="log10",
        digits=2,
        description="Mean over the gradients of log10 of the gap to the optimum, in units of the first gap and cut at "
        "1e-8, at the method's best of thirteen step-size multipliers. Networks: the running mean of the training loss.",
    ),
    Metric(
        name="log_gap_auc_default",
        label="Untuned",
        better="lower",
        unit="log10",
        digits=2,
        description="The same at multiplier 1: no tuning at all.",
    ),
    Metric(
        name="log_gap_auc_median",
        label="Median over steps",
        better="lower",
        unit="log10",
        digits=2,
        description="The median over the thirteen multipliers: how little it minds its step size.",
    ),
    Metric(
        name="log_gap_auc_coarse",
        label="Coarse grid",
        better="lower",
        unit="log10",
        digits=2,
        description="The best of every third multiplier only, mean of the three such grids.",
    ),
    gradients("1e-2", "1e2"),
    gradients("1e-3", "1e3"),
    gradients("1e-4", "1e4"),
    Metric(
        name="steps_1e3_coarse",
        label="To 1e-3, coarse",
        better="lower",
        unit="gradients",
        digits=1,
        description="Gradients to 1e-3 where only every third multiplier may be tried, mean of the three such grids.",
    ),
    Metric(
        name="diverged",
        label="Diverged",
        better="lower",
        unit="share",
        digits=2,
        description="Share of the multipliers whose trial went to infinity or beyond ten times the first gap.",
    ),
    Metric(
        name="best_multiplier",
        label="Best multiplier",
        better="context",
        description="Where on the grid the method did best: 0.20 and 25.6 are its ends.",
    ),
    Metric(
        name="second_order",
        label="Second order",
        better="context",
        description="1 where a quadratic case of d weights was solved within d + 2 gradients.",
    ),
    Metric(
        name="loop_work",
        label="Work around a loop",
        better="context",
        digits=4,
        description="Of the field of its first steps, for a constant gradient: 0 for the gradient of any function, so for "
        "any regulariser's too.",
    ),
    Metric(
        name="test_accuracy",
        label="Test accuracy",
        better="higher",
        description="Networks: accuracy on held-out images after the budget, at the best multiplier by training loss.",
    ),
)
