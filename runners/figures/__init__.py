"""What pages and reports draw: the figures that papers declare, from plain rows, scores and reported artefacts."""
