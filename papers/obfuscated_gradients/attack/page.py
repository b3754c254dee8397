"""What the board's page shows beside the table: figures and flags."""

from papers.figures import Heatmap, Overlay

FIGURES = (
    Heatmap(
        title="Robust accuracy: attack × victim",
        metric="robust_accuracy",
        note="Dark where the victim still stands. Hidden gradients look robust to PGD and fall to the attack made for them.",
    ),
    Overlay(
        title="Robust accuracy over eps",
        curve="Robust accuracy over eps",
        series="robust accuracy",
        x_label="radius, in eps of the case",
        y_label="robust accuracy",
        note="Mean over the victims, on images that are not scored: one seed. A curve that stays up at any eps is the attack's "
        "failure, not the victim's strength.",
    ),
)
