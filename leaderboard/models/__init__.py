"""What the site keeps: who submitted which code, every run of it, every raw score, and the standings made from them."""

from leaderboard.models.changes import Change
from leaderboard.models.comments import Comment
from leaderboard.models.deeds import Deed
from leaderboard.models.notices import Notices
from leaderboard.models.open_data import OpenData
from leaderboard.models.pseudonyms import Pseudonym, is_called, shown_name
from leaderboard.models.queues import Queue
from leaderboard.models.quotas import Quota
from leaderboard.models.runs import TIER_CHOICES, Artefact, Run, RunQuerySet, Score
from leaderboard.models.schedules import RerunSchedule
from leaderboard.models.standings import PLACE, DriftFlag, Place, Recast, RecastRow, Row, Standing, Tally, standing_key
from leaderboard.models.submissions import DELETED, HOUSE, Submission, author_name, author_name_of
from leaderboard.models.tokens import ApiToken

__all__ = [
    "DELETED",
    "HOUSE",
    "PLACE",
    "TIER_CHOICES",
    "ApiToken",
    "Artefact",
    "Change",
    "Comment",
    "Deed",
    "DriftFlag",
    "Notices",
    "OpenData",
    "Place",
    "Pseudonym",
    "Queue",
    "Quota",
    "Recast",
    "RecastRow",
    "RerunSchedule",
    "Row",
    "Run",
    "RunQuerySet",
    "Score",
    "Standing",
    "Submission",
    "Tally",
    "author_name",
    "author_name_of",
    "is_called",
    "shown_name",
    "standing_key",
]
