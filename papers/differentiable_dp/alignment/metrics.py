"""What the board measures. The first one ranks."""

from papers.metrics import Metric

METRICS = (
    Metric(
        name="normalised_error",
        label="Normalised error",
        better="lower",
        description="Mean absolute deviation over that of a straight line from corner to corner: 0 is exact, 1 the straight line.",
    ),
    Metric(
        name="deviation",
        label="Deviation",
        better="lower",
        unit="frames",
        description="Mean absolute deviation of the position, in frames of the score.",
    ),
    Metric(
        name="within_one",
        label="Within a frame",
        better="higher",
        unit="%",
        digits=1,
        description="Share of frames whose position is off by at most one.",
    ),
)
