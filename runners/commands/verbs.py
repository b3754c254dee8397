"""Which verbs there are. Nothing of what they do is imported here: help must come at once."""

from typing import NamedTuple

from runners.client.verbs import CLIENT


class Verb(NamedTuple):
    """Where a verb's command is, "module:name", and what it does, in a line."""

    where: str
    help: str


LOCAL = {
    "run": Verb("runners.commands.run:run", "Evaluate a method on this machine, as the site would."),
    "compare": Verb("runners.commands.compare:compare", "Compare results: paired differences case by case."),
    "list": Verb("runners.commands.list:listing", "List boards, tiers, cases and what a method may import."),
}
AUTHORS = {
    "docs": Verb("runners.commands.docs:docs", "Print a board's manual: interface, kit, metrics, limits."),
    "starter": Verb("runners.commands.docs:starter", "Print a method that runs, to begin with."),
    "notebook": Verb("runners.commands.docs:notebook", "Write a starter notebook of a board."),
}
KEEPERS = {
    "new-paper": Verb("runners.commands.lab:new_paper", "Lay out the folder of a paper with one board."),
    "check": Verb("runners.commands.check:check", "Say what a paper's folder still lacks, with advice."),
    "serve": Verb("runners.commands.lab:serve", "Start a whole site on this machine."),
    "record": Verb("runners.commands.record:record", "Measure a board's house methods as its reference."),
    "tables": Verb("runners.commands.tables:write_tables", "Write the READMEs' tables from what was recorded."),
    "canary": Verb("runners.commands.canary:canary", "Try whether this machine can keep a method in."),
    "batch": Verb("runners.commands.batch:batch", "Play a list of plays on a machine that is at hand for minutes."),
    "recompute": Verb(
        "runners.commands.recompute:recompute", "Rank a board again from its open data, without its site."
    ),
}
SECTIONS = {
    "To begin with": AUTHORS,
    "On this machine": LOCAL,
    "With a site": {name: Verb(*verb) for name, verb in CLIENT.items()},
    "For keepers of boards": KEEPERS,
}
VERBS = {name: verb for section in SECTIONS.values() for name, verb in section.items()}
