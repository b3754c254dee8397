"""What the board's page shows beside the table: figures and flags."""

from papers.dynamical_isometry.deep_init.cases import PLANE
from papers.dynamical_isometry.problem.phase_plane import PHASE_PLANE
from papers.figures import Against, Frames, Heatmap, Overlay, Scatter
from papers.metrics import Flag


def loss(depth: int) -> Overlay:
    return Overlay(
        title=f"Training loss, {depth:,} layers",
        curve="Training loss",
        series="loss",
        case=f"digits/depth{depth}",
        x_label="steps",
        y_label="cross-entropy, nats",
        note="At each method's chosen learning rate: mean and 95 % interval over the seeds. 2.30 is chance.",
    )


FIGURES = (
    loss(128),
    loss(32),
    Against(
        title="Accuracy against depth",
        metric="test_accuracy",
        x="depth",
        x_label="layers",
        where={"source": "digits", "activation": "tanh", "with_data": False, "references": False},
        log_x=True,
    ),
    Heatmap(title="Accuracy by case", metric="test_accuracy"),
    Scatter(
        title="Accuracy against the variance of the weights",
        x="sigma_w",
        y="test_accuracy",
        note="Critical is just above 1. What differs at one variance are the singular values.",
    ),
    PHASE_PLANE,
)
DEEPEST = (
    loss(10_000),
    Frames(
        title="Accuracy over the phase plane",
        matrix="Accuracy over the phase plane",
        case="digits/plane",
        x_label=f"σ_w: {', '.join(f'{value:g}' for value in PLANE.sigma_w)}",
        y_label=f"σ_b: {', '.join(f'{value:g}' for value in PLANE.sigma_b)}",
        note="Of Gaussian starts, whatever the method: one seed, 60 steps of 32 images. The critical line begins at σ_w = 1, "
        "σ_b = 0 and bends to larger values of both; the deeper the network, the narrower the strip along it that learns.",
    ),
)
FLAGS = (
    Flag(
        label="identity",
        metric="identity_share",
        above=0.5,
        text="Most of its weights are the identity: a network that starts as if its hidden layers were not there.",
    ),
)
