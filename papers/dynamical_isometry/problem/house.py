"""The methods that come with both boards: one file starts a network to be measured and one to be trained."""

from pathlib import Path

from papers.task import House

METHODS = Path(__file__).with_name("methods")


def methods(expense: float) -> tuple[House, ...]:
    """expense: CPU-seconds of a run on the quick tier; the board's, not the method's, make nearly all of it."""
    return (
        House(
            slug="delta_orthogonal",
            expense=expense,
            title="Delta-orthogonal",
            kind="method",
            summary="The paper's: an orthogonal matrix on the centre of each kernel, critical variances.",
        ),
        House(
            slug="random_orthogonal",
            expense=expense,
            title="Random orthogonal",
            kind="method",
            summary="The paper's other one: orthogonal convolutions whose taps are spread.",
        ),
        House(
            slug="critical_gaussian",
            expense=expense,
            title="Critical Gaussian",
            kind="method",
            summary="Gaussian weights on the critical line: right on average, no isometry.",
            file="gaussian",
        ),
        House(
            slug="flat_orthogonal",
            expense=expense,
            title="Flattened orthogonal",
            kind="baseline",
            summary="Orthogonal rows of the flattened kernel, as in libraries: no orthogonal convolution.",
        ),
        House(
            slug="he",
            expense=expense,
            title="He",
            kind="baseline",
            summary="Gaussian, variance 2 / fan-in: critical for ReLU, chaotic for tanh.",
            file="gaussian",
            constants={"SIGMA_W2": 2.0, "SIGMA_B2": 0.0},
        ),
        House(
            slug="xavier",
            expense=expense,
            title="Xavier",
            kind="baseline",
            summary="Gaussian, variance 1 / fan-in: the end of tanh's critical line.",
            file="gaussian",
            constants={"SIGMA_W2": 1.0, "SIGMA_B2": 0.0},
        ),
        House(
            slug="lsuv",
            expense=expense,
            title="LSUV",
            kind="baseline",
            summary="Flattened orthogonal, each layer scaled to unit variance on noise.",
        ),
        House(
            slug="identity",
            expense=expense,
            title="Identity",
            kind="baseline",
            summary="The identity in every layer: the trivial optimum, and flagged as such.",
        ),
        House(
            slug="framework_default",
            expense=expense,
            title="Framework default",
            kind="control",
            summary="Uniform, a third of the critical variance: must fail.",
        ),
        House(
            slug="chaotic",
            expense=expense,
            title="Chaotic Gaussian",
            kind="control",
            summary="Gaussian, variance 4 / fan-in: gradients explode, must fail.",
            file="gaussian",
            constants={"SIGMA_W2": 4.0, "SIGMA_B2": 0.0},
        ),
    )
