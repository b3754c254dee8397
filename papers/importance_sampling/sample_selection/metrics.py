"""What the board measures. The first one ranks."""

from papers.metrics import Metric

METRICS = (
    Metric(
        name="final_accuracy",
        label="Accuracy",
        better="higher",
        description="Accuracy on clean test samples when the budget is used.",
    ),
    Metric(
        name="best_accuracy",
        label="Best accuracy",
        better="higher",
        description="The best of twenty checkpoints, chosen on the test samples: an optimistic bound, no method's score.",
    ),
    Metric(
        name="train_loss",
        label="Training loss",
        better="lower",
        unit="nats",
        digits=4,
        description="Mean cross-entropy on the training samples, labelled as they were given, at the end.",
    ),
    Metric(
        name="variance_ratio",
        label="Variance",
        better="lower",
        unit="ratio",
        description="Variance of the gradient estimate, exact, in units of that of a uniform batch; mean of ten "
        "moments of the run. A uniform step has 1. Of a biased estimate it tells only half.",
    ),
    Metric(
        name="bias",
        label="Bias",
        better="lower",
        unit="ratio",
        description="Distance of the estimate's mean from the candidates' mean gradient, in units of that gradient; exact, "
        "mean of ten moments.",
    ),
    Metric(
        name="optimal_variance",
        label="Least variance",
        better="context",
        unit="ratio",
        description="What candidates drawn in proportion to the exact norms of their gradients would have had: no unbiased "
        "choice has less.",
    ),
    Metric(
        name="bound_correlation",
        label="Bound: rank correlation",
        better="context",
        description="Of the paper's upper bound with the true norm of a sample's gradient; mean of ten moments.",
    ),
    Metric(
        name="bound_spread",
        label="Bound: spread",
        better="context",
        description="Standard deviation / mean of true norm / upper bound over the candidates: 0 of a bound that is exact up "
        "to one factor.",
    ),
    Metric(
        name="wrong_share",
        label="Wrong labels",
        better="context",
        unit="share",
        description="Of the samples that were trained on, those whose label is wrong.",
    ),
    Metric(
        name="scored_steps",
        label="Scored steps",
        better="context",
        unit="share",
        description="Steps for which candidates were scored: how long a method's switch was on.",
    ),
    Metric(
        name="switched_on",
        label="Switched on",
        better="context",
        unit="share",
        description="Share of the budget used when candidates were scored for the first time; 1 if they never were.",
    ),
    Metric(name="steps", label="Steps", better="context", unit="steps", digits=0, description="Steps that were made."),
    Metric(
        name="units",
        label="Units",
        better="context",
        unit="units",
        digits=0,
        description="Charged in all: forward passes of one sample; a backward pass is two.",
    ),
    Metric(
        name="seconds",
        label="Seconds",
        better="context",
        unit="s",
        digits=1,
        timing=True,
        description="Wall time of the run, checkpoints left out: the paper's own currency.",
    ),
    Metric(
        name="clean_accuracy",
        label="Right labels only",
        better="context",
        is_limit=True,
        description="Accuracy of a uniform run on the rightly labelled samples alone, for a quarter of the units, where any "
        "are wrong.",
    ),
    Metric(
        name="diverged",
        label="Diverged",
        better="lower",
        unit="share",
        digits=2,
        description="1 where the loss went to infinity; the run ends there.",
    ),
)
