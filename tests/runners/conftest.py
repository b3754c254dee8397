"""A way to evaluate methods of the task that lives outside the tree."""

import pytest

from runners.evaluation import evaluate
from runners.job import Job
from runners.sandbox import Sandbox, probe_isolation
from tests.runners.sandboxes import LIMITS, MEAN


@pytest.fixture(params=["inprocess", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def play(request, doubling):
    """Evaluate the body of `double(self, x)`: in this process, and in the sandbox. Returns the events."""
    if request.param == "sandbox" and not probe_isolation().ok:
        pytest.skip(probe_isolation().reason)

    def run(body, *, more="", **options):
        events = []
        evaluate(
            Job(task="doubling", tier="quick", code=method(body, more=more), mode=request.param, **options),
            events.append,
        )
        return events

    return run


def method(body, head="", *, more=""):
    """A file whose `double` has this body, and whose class has these lines more."""
    lines = [
        "class Method:",
        "    def __init__(self, seed, device):",
        "        self.seed = seed",
        "    def double(self, x):",
    ]
    rest = [*(f"        {line}" for line in body.splitlines()), *(f"    {line}" for line in more.splitlines())]
    return "\n".join([head, *lines, *rest]).encode()


@pytest.fixture(params=[pytest.param(True, marks=pytest.mark.sandbox, id="isolated"), pytest.param(False, id="bare")])
def start(request):
    """Start sandboxes of either kind; all are closed at the end."""
    if request.param and not probe_isolation().ok:
        pytest.skip(f"{probe_isolation().reason} {probe_isolation().remedy}")
    started = []

    def start_one(code=MEAN, *, calls=(), limits=LIMITS, **options):
        sandbox = Sandbox.start(limits=limits, device="cpu", isolated=request.param, **{"preload": (), **options})
        started.append(sandbox)
        sandbox.load(code, seed=5, calls=calls)
        return sandbox

    yield start_one
    for sandbox in started:
        sandbox.close()


@pytest.fixture
def isolated():
    if not probe_isolation().ok:
        pytest.skip(f"{probe_isolation().reason} {probe_isolation().remedy}")
