"""What pages and reports draw: the figures that papers declare, from plain rows, scores and reported artefacts."""

from pathlib import Path

PLOTLY = Path(__file__).with_name("vendor") / "plotly-cartesian.min.js"  # what draws them, wherever they are seen
