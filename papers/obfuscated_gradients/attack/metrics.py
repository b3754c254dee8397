"""What the board measures. The first one ranks."""

from papers.metrics import Metric

METRICS = (
    Metric(
        name="robust_accuracy",
        label="Robust accuracy",
        better="lower",
        description="Share of the attacked images that the evaluator's own victim still classifies rightly, over 20 "
        "fresh draws where it is random.",
    ),
    Metric(
        name="attack_success",
        label="Success",
        better="higher",
        description="Of the images that are right without attack, the share made wrong.",
    ),
    Metric(
        name="violations",
        label="Violations",
        better="lower",
        description="Share of answers outside the ball or [0, 1]: they count as not attacked.",
    ),
    Metric(
        name="gap_to_exact",
        label="Gap to exact",
        better="lower",
        description="Linear victim only: robust accuracy less the least that any attack can leave, which is known exactly.",
    ),
    Metric(
        name="distance",
        label="Distance",
        better="context",
        unit="eps",
        description="Mean norm of the successful perturbations, in eps.",
    ),
    Metric(
        name="clean_accuracy",
        label="Clean accuracy",
        better="context",
        is_limit=True,
        description="Accuracy of the victim on the same images without attack.",
    ),
)
