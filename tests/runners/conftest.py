"""A way to evaluate methods of the task that lives outside the tree."""

import pytest

from runners.evaluation import evaluate
from runners.job import Job
from runners.sandbox import probe_isolation


@pytest.fixture(params=["inprocess", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def play(request, doubling):
    """Evaluate the body of `double(self, x)`: in this process, and in the sandbox. Returns the events."""
    if request.param == "sandbox" and not probe_isolation().ok:
        pytest.skip(probe_isolation().reason)

    def run(body, **options):
        events = []
        evaluate(Job(task="doubling", tier="quick", code=method(body), mode=request.param, **options), events.append)
        return events

    return run


def method(body, head=""):
    lines = [
        "class Method:",
        "    def __init__(self, seed, device):",
        "        self.seed = seed",
        "    def double(self, x):",
    ]
    return "\n".join([head, *lines, *(f"        {line}" for line in body.splitlines())]).encode()
