"""What was recorded of a board's house methods. That it holds for the code as it is, conformance says."""

from statistics import fmean

from papers import catalogue, reference


class Recorded:
    def __init__(self, task):
        self.board = catalogue.board(task, "quick")
        self.rows = {row.slug: row for row in reference.read(reference.path_of(self.board, "cpu")).rows}

    def values(self, slug, metric, case):
        """By seed."""
        return [play.scores[metric] for play in self.rows[slug].plays if play.case == case]

    def mean(self, slug, metric, case):
        return fmean(self.values(slug, metric, case))
