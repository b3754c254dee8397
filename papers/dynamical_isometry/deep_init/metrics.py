"""What the board measures. The first one ranks."""

from papers.metrics import Metric

METRICS = (
    Metric(
        name="test_accuracy",
        label="Test accuracy",
        better="higher",
        description="On held-out images after the fixed steps, at the learning rate with the lowest last training loss.",
    ),
    Metric(
        name="train_loss_auc",
        label="Mean training loss",
        better="lower",
        unit="nats",
        description="Over all steps, at that learning rate; steps after a loss that was not finite count as ln 10.",
    ),
    Metric(
        name="train_accuracy",
        label="Training accuracy",
        better="higher",
        description="On as many training images as there are held-out ones.",
    ),
    Metric(
        name="trainable",
        label="Trainable",
        better="higher",
        digits=2,
        description="1 where training accuracy is above 0.9.",
    ),
    Metric(
        name="steps_taken",
        label="Steps",
        better="context",
        digits=0,
        description="Optimiser steps taken; fewer than the case's where the loss stopped being finite.",
    ),
    Metric(
        name="best_rate",
        label="Learning rate",
        better="context",
        digits=6,
        description="The chosen one of the case's, the method's factor not included.",
    ),
    Metric(name="lr_scale", label="Rate factor", better="context", description="The method's factor on it."),
    Metric(
        name="sigma_w",
        label="σ_w",
        better="context",
        description="Root mean square initial weight times the root of the fan-in.",
    ),
    Metric(name="sigma_b", label="σ_b", better="context", digits=5, description="Root mean square initial bias."),
    Metric(
        name="identity_share",
        label="Identity",
        better="context",
        description="Share of the weights' squared norm that lies on multiples of the identity at the kernels' centres.",
    ),
    Metric(
        name="residual_accuracy",
        label="Residual network",
        better="context",
        is_limit=True,
        description="Test accuracy of the same layers with skips, h + phi(W * h + b) / sqrt(L), critical Gaussian start: not "
        "a vanilla network.",
    ),
    Metric(
        name="normalised_accuracy",
        label="Normalised network",
        better="context",
        is_limit=True,
        description="Test accuracy of the same layers with batch normalisation, critical Gaussian start: not a vanilla network.",
    ),
)
