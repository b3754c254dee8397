"""The card of `generation`: learn to sample."""

from typing import Protocol

import numpy as np

from papers.task import Case, Comparison, Flag, Heatmap, House, Limits, Metric, Task


class Generator(Protocol):
    """Learns a distribution from points and samples it. Every case and seed meets a fresh process."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness. device: "cpu" or "cuda"."""

    def fit(self, x: np.ndarray) -> None:
        """Learn from x: (n, d) float32 in [0, 1]: points of a square, or flattened grey images."""

    def sample(self, count: int) -> np.ndarray:
        """Draw new points: (count, d) float32 in [0, 1]. Those that are copies of training points are found out."""


def case(data: str, train: int, hidden: int) -> Case:
    return Case(name=data, params={"data": data, "train": train, "hidden": hidden})


TRAINED = "Same networks and batches, 600 generator steps with 5 critic steps each."

GENERATION = Task(
    slug="generation",
    title="Generation",
    summary="Learn a distribution from points or images, and sample it without copying.",
    version=1,
    interface=Generator,
    protocol="papers.wgan_ts.generation",
    cases={
        "quick": (
            case("ring", 1000, 800),
            case("grid", 1000, 800),
            case("roll", 1000, 800),
            case("digits", 997, 800),
        ),
        "full": (
            case("mnist", 10_000, 4_000),
            case("fashion", 8_000, 4_000),
            case("faces", 200, 200),
        ),
    },
    seeds={"quick": 5, "full": 3},
    limits={
        "quick": Limits(call_seconds=25, play_seconds=40, memory_bytes=2 << 30),
        "full": Limits(call_seconds=900, play_seconds=1000, memory_bytes=8 << 30),
    },
    metrics=(
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
            description="Share of distinct samples nearer to a training point than to a hidden one, equally many of both: 0.5 is "
            "honest. Twenty undecided samples are added, as few distinct ones tell little.",
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
    ),
    house=(
        House(
            slug="mean_point",
            title="Mean point",
            kind="control",
            summary="Always the mean of the training points: must fail.",
        ),
        House(
            slug="bootstrap",
            title="Bootstrap",
            kind="control",
            summary="Training points, drawn with replacement: must be caught as copying.",
        ),
        House(
            slug="noisy_bootstrap",
            title="Noisy bootstrap",
            kind="control",
            summary="Training points with a little noise: must be caught too.",
        ),
        House(
            slug="gaussian",
            title="One Gaussian",
            kind="baseline",
            summary="Mean and full covariance.",
        ),
        House(
            slug="mixture",
            title="Gaussian mixture",
            kind="baseline",
            summary="Full covariances, 25 components, by expectation maximisation.",
            expense=2,
        ),
        House(
            slug="kde",
            title="KDE",
            kind="baseline",
            summary="A Gaussian kernel at each training point, its width by cross-validated likelihood.",
            expense=2,
        ),
        House(
            slug="flow",
            title="Flow matching",
            kind="baseline",
            summary="A velocity field along straight lines from noise to data, 50 Euler steps.",
            expense=5,
        ),
        House(
            slug="gan_clip", title="WGAN, clipping", kind="baseline", summary="Critic's weights in ±0.05.", expense=5
        ),
        House(slug="gan_gp", title="WGAN-GP", kind="baseline", summary="Gradient penalty 10.", expense=6),
        House(
            slug="gan_ts",
            title="WGAN-TS (official code)",
            kind="method",
            summary="Minibatch linear programme, regression with the code's gradient regulariser.",
            expense=6,
        ),
        House(
            slug="gan_ts_no_reg",
            title="WGAN-TS (two steps)",
            kind="method",
            summary="Minibatch linear programme, regression alone, as in the abstract.",
            expense=5,
        ),
    ),
    comparisons=tuple(
        Comparison(
            text=f"WGAN-TS trains a better generator than {rival} at equal work",
            house="gan_ts",
            than=than,
            metric="excess",
            cases=("ring", "grid", "roll", "digits"),
            where="abstract",
            status="transcribed, unchecked",
            note=TRAINED,
        )
        for than, rival in (("gan_clip", "weight clipping"), ("gan_gp", "gradient penalty"))
    ),
    flags=(
        Flag(
            label="copies training data",
            metric="copy_rate",
            above=0.75,
            text="More than three quarters of its samples lie nearer to a training point than to any hidden one: it replays what "
            "it was shown, so its distance says nothing about what it learnt.",
        ),
    ),
    figures=(
        Heatmap(title="Excess distance by case", metric="excess"),
        Heatmap(title="Copy rate by case", metric="copy_rate", note="0.5 is honest; above 0.75 it copies."),
        Heatmap(title="Mode coverage by case", metric="mode_coverage"),
    ),
    starter="gaussian",
    kit="papers.wgan_ts.kit",
)
