"""What the board's page shows beside the table: figures and flags."""

from papers.figures import Bracket, Heatmap, Overlay
from papers.metrics import Flag

FIGURES = (
    Heatmap(title="Symptoms raised", metric="symptoms", note="Of eleven; an honest gradient raises none or one."),
    Overlay(
        title="Accuracy against steps of plain PGD",
        curve="Accuracy against steps",
        series="pgd",
        x_label="step",
        y_label="accuracy",
        note="One seed. Flat and high: the attack sees no gradient.",
    ),
    Overlay(
        title="Accuracy over eps under plain PGD",
        curve="Robust accuracy over eps",
        series="plain PGD",
        x_label="radius, in eps of the case",
        y_label="accuracy",
    ),
    Bracket(
        title="Claimed and measured robust accuracy",
        low="interval_low",
        value="worst_case_accuracy",
        high="interval_high",
        truth="claimed",
        note="A claim above the interval is refuted.",
    ),
)
FLAGS = (
    Flag(label="shattered gradients", metric="shattered", above=0.5, text="Answers stand still under small changes."),
    Flag(label="stochastic gradients", metric="stochastic", above=0.5, text="Answers change from draw to draw."),
    Flag(
        label="vanishing gradients",
        metric="vanishing",
        above=0.5,
        text="Answers move, and the gradient does not say so.",
    ),
    Flag(
        label="overstated",
        metric="overstatement",
        above=0.25,
        text="Plain PGD would have overstated it by as much.",
    ),
    Flag(
        label="claim refuted",
        metric="claim_refuted",
        above=1.0,
        text="Over the images of all seeds, measured clearly below what its author claims.",
    ),
)
