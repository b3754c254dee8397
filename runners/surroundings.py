"""What a method meets when it runs, in words: Python, the packages with their versions, the seed."""

import platform
import textwrap

from papers.task import Task
from runners import packages

SEED = "is a whole number from 0 to 2**32 - 1, for the method's own randomness"


def python_and_packages() -> str:
    """One sentence on Python and the packages; nothing else can be imported."""
    listed = ", ".join(f"{name} {version}" for name, version in packages.versions().items())
    return f"Python {platform.python_version()} with {listed}"


def starter(task: Task) -> bytes:
    """The starter file of a task: a house method, under the words on what it meets."""
    words = f"A starter for {task.title}. It runs on {python_and_packages()}, and without network; seed {SEED}."
    head = "\n".join(f"# {line}" for line in textwrap.wrap(words, 100))
    return f"{head}\n".encode() + task.code(task.method(task.starter))
