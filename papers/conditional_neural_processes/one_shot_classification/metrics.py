"""What the board measures. The first one ranks."""

from papers.metrics import Metric

METRICS = (
    Metric(
        name="accuracy",
        label="Accuracy",
        better="higher",
        unit="fraction",
        description="Share of the queries whose most probable class is the true one: 1,000 episodes of one query of a drawn class.",
    ),
    Metric(
        name="nll",
        label="Negative log-likelihood",
        better="lower",
        unit="nats",
        description="−log of the true class's probability, a query; a probability counts as 1e-6 at least.",
    ),
    Metric(
        name="ece",
        label="Calibration error",
        better="lower",
        unit="fraction",
        description="Expected difference between the highest probability and how often it is right, in ten bins.",
    ),
    Metric(
        name="std_error",
        label="Standard error",
        better="context",
        unit="fraction",
        description="Of the accuracy, over the queries of this play.",
    ),
    Metric(
        name="chance",
        label="Chance",
        better="context",
        unit="fraction",
        is_limit=True,
        description="1/N: who knows nothing.",
    ),
    Metric(
        name="fit_share",
        label="Budget used",
        better="context",
        unit="fraction",
        timing=True,
        description="Share of its budget that the fit used.",
    ),
    Metric(
        name="file_kib",
        label="File",
        better="context",
        unit="KiB",
        digits=1,
        description="Size of the method's file: what was learnt elsewhere comes in it.",
    ),
)
