"""All rules, asked of papers: what is wrong, one after the other."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from papers.task import Paper
from runners.conformance import cards, layout, plays
from runners.conformance.rules import RULES, Rule, Subject, subjects_of

MODULES = (layout, cards, plays)  # whose rules stand in RULES, in this order


class Check(NamedTuple):
    """A rule and whom it is asked."""

    rule: Rule
    subject: Subject

    def __str__(self) -> str:
        return f"{self.rule.name}-{self.subject.name}"

    def faults(self) -> list[str]:
        return self.rule.faults(self.subject)


def checks(papers: Sequence[Paper], *, plays: bool = True) -> Iterator[Check]:
    """Every rule for everything of these papers that it is asked of; without `plays`, those that take no time."""
    for rule in RULES:
        if plays or not rule.plays:
            yield from (Check(rule, subject) for paper in papers for subject in subjects_of(paper, rule.of))
