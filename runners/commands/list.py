"""`claimcheck list`: which boards there are on this machine, and what a method may import."""

import platform

import click

from papers import catalogue
from papers.task import Task
from runners import packages


@click.command("list", help="List boards with their tiers and cases, and what a method may import.")
def listing() -> None:
    for task in catalogue.all_tasks().values():
        click.echo("\n".join(lines(task)))
    listed = ", ".join(f"{name} {version}" for name, version in packages.versions().items())
    click.echo(f"A method may import, in Python {platform.python_version()}: {listed}")
    click.echo(f"A method's seed is a whole number from 0 to {2**32 - 1} (32 bits)")


def lines(task: Task) -> list[str]:
    """What is said of a task."""
    known = [f"{task.slug}: {task.title} (version {task.version})"]
    known.append(f"  house methods: {', '.join(house.slug for house in task.house)}")
    for board in task.boards.values():
        known.append(f"  {board.tier.name}: {len(board.cases)} cases × {board.seeds} seeds")
        known += [f"    {case.name}" for case in board.cases]
    return known
