"""The methods that come with both boards: one file starts a network to be measured and one to be trained."""

from collections.abc import Mapping
from pathlib import Path

from papers.task import House

METHODS = Path(__file__).with_name("methods")


def methods(expenses: Mapping[str, float]) -> tuple[House, ...]:
    """expenses: CPU-seconds of each method's run on a board's quick tier."""
    return (
        House(
            slug="delta_orthogonal",
            expense=expenses["delta_orthogonal"],
            title="Delta-orthogonal",
            kind="method",
            summary="The paper's: an orthogonal matrix on the centre of each kernel, critical variances.",
        ),
        House(
            slug="random_orthogonal",
            expense=expenses["random_orthogonal"],
            title="Random orthogonal",
            kind="method",
            summary="The paper's other one: orthogonal convolutions whose taps are spread.",
        ),
        House(
            slug="critical_gaussian",
            expense=expenses["critical_gaussian"],
            title="Critical Gaussian",
            kind="method",
            summary="Gaussian weights on the critical line: right on average, no isometry.",
            file="gaussian",
        ),
        House(
            slug="flat_orthogonal",
            expense=expenses["flat_orthogonal"],
            title="Flattened orthogonal",
            kind="baseline",
            summary="Orthogonal rows of the flattened kernel, as in libraries: no orthogonal convolution.",
        ),
        House(
            slug="he",
            expense=expenses["he"],
            title="He",
            kind="baseline",
            summary="Gaussian, variance 2 / fan-in: critical for ReLU, chaotic for tanh.",
            file="gaussian",
            constants={"SIGMA_W2": 2.0, "SIGMA_B2": 0.0},
        ),
        House(
            slug="xavier",
            expense=expenses["xavier"],
            title="Xavier",
            kind="baseline",
            summary="Gaussian, variance 1 / fan-in: the end of tanh's critical line.",
            file="gaussian",
            constants={"SIGMA_W2": 1.0, "SIGMA_B2": 0.0},
        ),
        House(
            slug="lsuv",
            expense=expenses["lsuv"],
            title="LSUV",
            kind="baseline",
            summary="Flattened orthogonal, each layer scaled to unit variance on noise.",
        ),
        House(
            slug="identity",
            expense=expenses["identity"],
            title="Identity",
            kind="baseline",
            summary="The identity in every layer: the trivial optimum, and flagged as such.",
        ),
        House(
            slug="framework_default",
            expense=expenses["framework_default"],
            title="Framework default",
            kind="control",
            summary="Uniform, a third of the critical variance: must fail.",
        ),
        House(
            slug="chaotic",
            expense=expenses["chaotic"],
            title="Chaotic Gaussian",
            kind="control",
            summary="Gaussian, variance 4 / fan-in: gradients explode, must fail.",
            file="gaussian",
            constants={"SIGMA_W2": 4.0, "SIGMA_B2": 0.0},
        ),
    )
