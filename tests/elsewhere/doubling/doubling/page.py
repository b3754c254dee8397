"""What the page shows."""

from papers.figures import Against, Bracket, Heatmap, Overlay
from papers.metrics import Flag

FLAGS = (Flag(label="not doubled", metric="error", above=0.1, text="Some number is not twice as large."),)
FIGURES = (
    Heatmap(title="Error by case", metric="error"),
    Against(title="Error against n", metric="error", x="n", x_label="numbers"),
    Overlay(title="Answers", curve="answers", series="answer", x_label="i"),
    Bracket(title="Error and luck", low="error", value="error", high="error", truth="luck"),
)
