"""What a sandbox imports before the code arrives, so that imports are nobody's cost."""

import ast
from collections.abc import Iterator

from runners import packages


def preload_for(code: bytes, kit: str | None = None) -> tuple[str, ...]:
    """The modules of the listed packages and of the kit that this code seems to import, wherever in it.

    Some names may be no modules but what a module defines: whoever imports them passes over those. Nothing for code
    that can't be parsed: its import will say why.
    """
    roots = (*packages.LISTED.values(), *((kit,) if kit else ()))
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    wanted = [name for node in ast.walk(tree) for name in _imported(node)]
    return tuple(dict.fromkeys(name for name in wanted if any(f"{name}.".startswith(f"{root}.") for root in roots)))


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*")
