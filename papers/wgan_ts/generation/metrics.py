"""What the board measures. The first one ranks."""

from papers.metrics import Metric

METRICS = (
    Metric(
        name="fidelity",
        label="Fidelity",
        better="higher",
        description="1 − excess / excess of the training points' mean, again and again: 1 where samples can't be told from "
        "hidden points, 0 for one point; each case weighs the same.",
    ),
    Metric(
        name="excess",
        label="Excess distance",
        better="lower",
        unit="floor",
        description="Exact W1 between samples and hidden points, less half of both self-distances, in units of the floor: 0 "
        "where they can't be told apart. Unlike the raw distance it does not reward averaging.",
    ),
    Metric(
        name="w1_over_floor",
        label="W₁ over floor",
        better="lower",
        unit="floor",
        description="Exact W1 (L1 cost) between halves of samples and of hidden points, in units of the floor.",
    ),
    Metric(
        name="mode_coverage",
        label="Mode coverage",
        better="higher",
        unit="fraction",
        description="Share of modes (Gaussians, segments of the roll, classes) with at least a quarter of their due samples. A "
        "sample has the mode of the nearest hidden point.",
    ),
    Metric(
        name="copy_rate",
        label="Copy rate",
        better="lower",
        unit="fraction",
        description="Share of distinct samples nearer to a training point than to a hidden one, among all of both, weighed "
        "by how many of the others there are: 0.5 is honest. Twenty undecided samples are added, as few distinct ones tell little.",
    ),
    Metric(
        name="diversity",
        label="Diversity",
        better="context",
        unit="floor",
        description="Exact W1 between two halves of the samples, in units of the floor: 1 is best, 0 is always the same.",
    ),
    Metric(
        name="w1",
        label="W₁",
        better="lower",
        unit="L1",
        description="The exact distance itself: L1, summed over coordinates.",
    ),
    Metric(
        name="floor",
        label="Floor",
        better="context",
        unit="L1",
        description="Exact W1 between two halves of the hidden points: what real against real costs at this size.",
    ),
)
