"""A whole paper in one folder, found through PAPERS_PATH: doubling numbers."""

from pathlib import Path

from papers.doubling.doubling import TASK
from papers.task import Paper

PAPER = Paper(
    slug="doubling",
    title="On Doubling",
    authors="The authors",
    venue="Tests",
    url="https://example.org/doubling",
    claim="Doubling is exact.",
    question="Is it?",
    folder=Path(__file__).parent,
    tasks=(TASK,),
)
