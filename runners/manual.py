"""What an author must know of a board, made from its code: interface, kit, metrics, limits, packages. One text in Markdown, for
the site's page and for `claimcheck docs`."""

from papers import catalogue
from papers.metrics import Metric
from papers.task import Board, Task
from runners import surroundings
from runners.judge import size
from runners.stubs import stubs_of

CONTRACT = """A method is one Python file that defines a class `Method`. Every play, which is a case with a seed, makes a new one by
`Method(seed, device)` in a sandbox of its own: `seed` {seed}, `device` is `"cpu"` or `"cuda"`. It answers by position, and nothing
that is learnt in one play is there in another."""


def manual(task: Task) -> str:
    """The whole text."""
    return f"# {task.title}\n\n{task.summary}\n\n{body(task)}"


def body(task: Task) -> str:
    """The text without what a board's page has at its head anyway."""
    paper = catalogue.paper_of(task.slug)
    parts = [
        f"The paper, [{paper.title}]({paper.url}), claims: {paper.claim} The board asks: {paper.question}",
        "## What a method is",
        CONTRACT.format(seed=surroundings.SEED).replace("\n", " "),
        "## Interface",
        fenced(interface(task)),
        optional_calls(task),
        *kit(task),
        "## Metrics",
        metrics(task),
        "## Tiers and limits",
        limits(task),
        "## What can be imported",
        imports(task),
        "## Start",
        start(task),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def interface(task: Task) -> str:
    """The interface with the types that it names, as Python without bodies."""
    return stubs_of(task.interface.__module__)[0].code


def optional_calls(task: Task) -> str:
    extra = [f"`{call}`" for call in task.calls if call not in task.required_calls]
    return f"Optional: {', '.join(extra)}. All others must be there." if extra else ""


def kit(task: Task) -> list[str]:
    """What a method may import of the paper's own; nothing where there is none."""
    if not task.kit:
        return []
    parts = ["## Kit", f"Importable in the sandbox, as here: `import {task.kit}`."]
    for stub in stubs_of(task.kit):
        if stub.code or stub.names:
            parts += [f"### {stub.module}", stub.doc]
        if stub.names:
            parts.append(f"Offers as its own: {', '.join(f'`{name}`' for name in sorted(stub.names))}.")
        if stub.code:
            parts.append(fenced(stub.code))
    return parts


def metrics(task: Task) -> str:
    rows = [["Metric", "Best", "Unit", "What it is"]]
    for metric in task.metrics:
        name = f"**{metric.label}** ranks" if metric is task.primary else metric.label
        rows.append([name, better(metric), metric.unit, metric.description])
    return table(rows)


def better(metric: Metric) -> str:
    if metric.target is not None:
        return f"nearest to {metric.target:g}"
    return {"higher": "highest", "lower": "lowest"}.get(metric.better, "")


def limits(task: Task) -> str:
    """A row a tier, and the cases of each."""
    rows = [["Tier", "Plays", "CPU-seconds of a call", "CPU-seconds of a play", "Memory", "File"]]
    rows += [limits_of(board) for board in task.boards.values()]
    cases = [f"Cases of the {board.tier.name} tier: {named_cases(board)}." for board in task.boards.values()]
    words = (
        "CPU-seconds count all of the method's processes and threads together, imports of the sandbox left out; on a GPU "
        "wall time counts. There is no network."
    )
    return "\n\n".join([table(rows), words, *cases])


def limits_of(board: Board) -> list[str]:
    most = board.limits
    plays = f"{len(board.cases)} cases × {board.seeds} seeds"
    seconds = [f"{most.call_seconds:g}", f"{most.play_seconds:g}"]
    return [board.tier.name, plays, *seconds, size(most.memory_bytes), size(board.task.file_bytes)]


def named_cases(board: Board) -> str:
    return ", ".join(f"`{case.name}`" + ("" if case.ranked else " (not ranked)") for case in board.cases)


def imports(task: Task) -> str:
    own = f", and `{task.kit}`" if task.kit else ""
    return f"{surroundings.python_and_packages()}{own}. There is no compiler: `torch.compile` does not work."


def start(task: Task) -> str:
    commands = (
        f"claimcheck starter {task.slug} > method.py     # a method of the house that runs",
        f"claimcheck run {task.slug} method.py           # what the site does, on this machine",
        f"claimcheck notebook {task.slug}                # the same in a notebook",
        f'claimcheck submit {task.slug} method.py --name "My idea" --private-code',
    )
    return fenced("\n".join(commands), "sh")


def fenced(code: str, language: str = "python") -> str:
    return f"```{language}\n{code}\n```"


def table(rows: list[list[str]]) -> str:
    """A table of Markdown; rows: the heading first."""
    first, *rest = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [first, ["---"] * len(first), *rest]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
