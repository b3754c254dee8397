"""`claimcheck` on the command line: a group of verbs, each in a small module of its own that is imported when it is asked for.

`exits.py` says what the exit statuses mean, `verbs.py` which verbs there are. `python -m runners` is the same command.
"""
