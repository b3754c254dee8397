"""`claimcheck check`: what a paper's folder must keep to, with advice; the test suite asks the same rules."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

import papers
from papers import catalogue
from papers.task import Paper
from runners.commands import exits
from runners.commands.exits import Stop, Usage
from runners.conformance.checking import checks
from runners.newpaper import HOME


@click.command()
@click.argument("named", nargs=-1, metavar="[PAPER]...")
@click.option("--quick", is_flag=True, help="Only what needs no play.")
@click.option("--list", "as_list", is_flag=True, help="Say the rules that hold, too.")
def check(named: Sequence[str], quick: bool, as_list: bool) -> int:
    """Say what a paper's folder still lacks, with advice. PAPER is a folder, or the name of a paper or of one of its boards.

    Without any, those of PAPERS_PATH are checked, or where there are none, all.
    """
    chosen = chosen_papers(named)
    asked = failed = 0
    for each in checks(chosen, plays=not quick):
        faults, asked = each.faults(), asked + 1
        failed += bool(faults)
        if faults or as_list:
            click.echo(f"{'✗' if faults else '✓'} {each.subject.name}: {each.rule.claim}")
        for fault in faults:
            click.echo("\n".join(f"    {line}" for line in fault.splitlines()))
    names = ", ".join(paper.slug for paper in chosen)
    click.echo(f"{names}: {failed} of {asked} rules fail" if failed else f"{names}: all {asked} rules hold")
    return exits.METHOD if failed else exits.FINE


def chosen_papers(named: Sequence[str]) -> list[Paper]:
    """The papers that are meant. Raises Usage for a name that there is not, Stop for a card that can't be read."""
    folders = [Path(name).resolve() for name in named if (Path(name) / "__init__.py").is_file()]
    add_to_path([folder.parent for folder in folders])
    slugs = {folder.name for folder in folders} | {name for name in named if not (Path(name) / "__init__.py").is_file()}
    try:
        known = catalogue.all_papers()
    except Exception as error:
        raise Stop(f"a card can't be read: {type(error).__name__}: {error}") from error
    if not named:
        elsewhere = [paper for paper in known if not paper.folder.resolve().is_relative_to(HOME)]
        return elsewhere or list(known)
    for slug in slugs - {name for paper in known for name in (paper.slug, *(task.slug for task in paper.tasks))}:
        raise Usage(f"there is no paper or board {slug!r}; its folder, or a name that `claimcheck list` says")
    return [paper for paper in known if slugs & {paper.slug, *(task.slug for task in paper.tasks)}]


def add_to_path(folders: Sequence[Path]) -> None:
    """Let papers be found in these folders, too, here and by what this command starts."""
    new = [str(folder) for folder in folders if folder != HOME and str(folder) not in papers.__path__]
    papers.__path__ = [*papers.__path__, *dict.fromkeys(new)]
    paths = [os.environ.get("PAPERS_PATH", ""), *dict.fromkeys(new)]
    os.environ["PAPERS_PATH"] = os.pathsep.join(filter(None, paths))
