"""What every paper's folder must keep to. A new paper is checked by lying there; `claimcheck check` asks the same rules.

Boards are played through the runner itself, in this very process: the card's trial case, by the cheapest house method.
"""

import pytest

from papers import catalogue
from runners.conformance.checking import checks

CHECKS = list(checks(catalogue.all_papers()))


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_every_rule_holds(check):
    assert check.faults() == []
