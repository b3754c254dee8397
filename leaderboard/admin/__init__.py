"""The administrators' room, on top of Django's: a file for each noun. Importing a file registers its tables."""

from leaderboard.admin import comments, deeds, drift, people, queues, runs, schedules, submissions, workers

__all__ = ["comments", "deeds", "drift", "people", "queues", "runs", "schedules", "submissions", "workers"]
