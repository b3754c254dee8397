"""What the board's page shows beside the table: figures and flags."""

from papers.figures import Heatmap
from papers.metrics import Flag

FIGURES = (
    Heatmap(title="Fidelity by case", metric="fidelity"),
    Heatmap(title="Copy rate by case", metric="copy_rate", note="0.5 is honest; above 0.75 it copies."),
    Heatmap(title="Mode coverage by case", metric="mode_coverage"),
)
FLAGS = (
    Flag(
        label="copies training data",
        metric="copy_rate",
        above=0.75,
        unranks=True,
        text="More than three quarters of its samples lie nearer to a training point than to any hidden one: it replays what "
        "it was shown, so its distance says nothing about what it learnt.",
    ),
    Flag(
        label="knows hidden points",
        metric="copy_rate",
        below=0.3,
        unranks=True,
        text="Its samples lie far more often nearer to a hidden point than to one that it was shown: nobody who learnt from "
        "the shown ones does.",
    ),
    Flag(
        label="better than real",
        metric="excess",
        below=-0.1,
        text="Its samples are nearer to the hidden points than fresh points of the same distribution are: it knew them.",
    ),
)
