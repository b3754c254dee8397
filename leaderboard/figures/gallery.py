"""One reported artefact of each method side by side, an oracle first."""

from leaderboard.figures.artefacts import Picture, picture
from leaderboard.figures.material import Material
from papers.figures import Gallery


def draw(figure: Gallery, material: Material) -> list[Picture]:
    """The first seed's. A file for each method."""
    reports = [(row, material.reports(row, figure.artefact, figure.case)) for row, _ in material.looks]
    return [picture(kept[0], title=row.submission.name, subtitle=f"seed {kept[0].seed}") for row, kept in reports if kept]
