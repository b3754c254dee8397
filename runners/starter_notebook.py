"""A starter notebook of a board, made from its card: the interface, a method that runs, its evaluation, and how to go on."""

import json
from typing import Any

from papers import catalogue
from papers.task import Task
from runners import manual, surroundings

FORMAT = {"nbformat": 4, "nbformat_minor": 5}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

ABOUT = """# {title}

{summary} The board asks what [{paper}]({url}) claims: {claim}

This notebook evaluates a method as the site does, with public seeds and without the sandbox. It needs the package `claimcheck`;
`claimcheck docs {slug}` prints all that is known of the board."""
INTERFACE = """## What a method must answer

```python
{interface}
```"""
METHOD = """## A method

One of the house, which runs as it stands: change it, and run the cell again."""
TRY = """## Try it

One case, one seed: the quickest look. The result shows itself, its charts are Plotly figures."""
EVALUATION = """import claimcheck

result = claimcheck.evaluate("{slug}", Method, cases=["{case}"], seeds=1)
result"""
CHARTS = """next(iter(result.charts().values()), None)  # by title: as many as the plays gave numbers for"""
GO_ON = """## Go on

`claimcheck.evaluate("{slug}", Method)` plays every case and seed of the quick tier, by which the board ranks. Then save the cell of
the method as `method.py`:

```sh
claimcheck run {slug} method.py        # the same in the sandbox, with limits and cost
claimcheck submit {slug} method.py --name "My idea" --private-code --follow
```"""


def notebook(task: Task) -> bytes:
    """The notebook's file."""
    paper = catalogue.paper_of(task.slug)
    about = ABOUT.format(
        title=task.title, summary=task.summary, paper=paper.title, url=paper.url, claim=paper.claim, slug=task.slug
    )
    cells = [
        words(about),
        words(INTERFACE.format(interface=manual.interface(task))),
        words(METHOD),
        code(surroundings.starter(task).decode()),
        words(TRY),
        code(EVALUATION.format(slug=task.slug, case=task.trial_case.name)),
        code(CHARTS),
        words(GO_ON.format(slug=task.slug)),
    ]
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]
    told = {"cells": numbered, "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}}, **FORMAT}
    return json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"


def words(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def code(text: str) -> dict[str, Any]:
    lines = text.rstrip().splitlines(keepends=True)
    return {"cell_type": "code", "metadata": {}, "source": lines, "execution_count": None, "outputs": []}
