"""What this machine has for runs, as JSON: `python -m leaderboard.machine.survey MOST_GPUS`.

A process of its own, so that what the answer imports is not in memory for as long as the site stands.
"""

import json
import os
import sys
from typing import TypedDict

from runners.sandbox import SandboxError, probe_isolation
from runners.sandbox.gpu import find_gpus, lendable


class Survey(TypedDict):
    """`isolation` and what is `refused` are sentences; `gpus` are UUIDs of those that get a runner."""

    isolation: str
    gpus: list[str]
    refused: list[str]


def survey(most_gpus: int) -> Survey:
    """At most so many GPUs, of those in CUDA_VISIBLE_DEVICES."""
    found = probe_isolation()
    isolation = (
        f"uploads are isolated by {found.level}"
        if found.ok
        else f"uploads will be refused: {found.reason} {found.remedy}"
    )
    if most_gpus == 0:
        return Survey(isolation=isolation, gpus=[], refused=[])
    try:
        cards, refused = lendable(find_gpus(), os.environ.get("CUDA_VISIBLE_DEVICES"))
    except SandboxError as error:
        cards, refused = [], [str(error)]
    return Survey(isolation=isolation, gpus=[card.uuid for card in cards[:most_gpus]], refused=refused)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(survey(int(sys.argv[1]))))
