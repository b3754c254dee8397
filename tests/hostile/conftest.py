"""What tests of isolation need: a machine that can isolate, or the reason why it can't."""

import pytest

from runners.sandbox import probe_isolation


@pytest.fixture(autouse=True)
def isolation():
    """Skip with the reason where this machine can't isolate; else how well it does."""
    found = probe_isolation()
    if not found.ok:
        pytest.skip(f"{found.reason} {found.remedy}")
    return found
