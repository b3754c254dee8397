"""Runs with a site's own settings: `python -m tests.faults.inside` queues what it reads.

Reads {"author", "kind", "number", "runs"} as JSON, a line each; writes the board's seed key, then {"run", "kind"}.
"""

import json
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "leaderboard.settings"
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402

from leaderboard.models import Submission  # noqa: E402
from leaderboard.running.runs import seed_key, start_run  # noqa: E402
from leaderboard.submitting.uploads import store_code  # noqa: E402
from papers import catalogue  # noqa: E402
from tests.faults.methods import code  # noqa: E402


def main():
    print(json.dumps({"seed_key": seed_key(catalogue.board("halving", "quick"), 1).hex()}))
    for line in sys.stdin:
        told = json.loads(line)
        author, _ = get_user_model().objects.get_or_create(username=told["author"])
        submission, _ = Submission.objects.get_or_create(
            task="halving",
            author=author,
            code_sha256=store_code(code(told["kind"], told["number"])),
            defaults={"name": f"{told['kind']} {told['number']}"},
        )
        for _ in range(told["runs"]):
            print(json.dumps({"run": start_run(submission, requester=author).pk, "kind": told["kind"]}), flush=True)


if __name__ == "__main__":
    main()
