"""A method's file with other constants: what is tuned stands once, in the file, and a variant names what differs."""

import ast
from collections.abc import Mapping
from typing import Any


def with_constants(text: bytes, constants: Mapping[str, Any]) -> bytes:
    """The file with the values of these module-level constants replaced; everything else stays as it is, byte for byte.

    Raises ValueError where the file assigns one of them not exactly once, at its top level, by itself.
    """
    lines = text.split(b"\n")
    places = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in {target.id for target in targets if isinstance(target, ast.Name)} & set(constants):
                if name in places or len(targets) > 1:
                    raise ValueError(f"{name} is assigned more than once, or together with others")
                places[name] = node.value
    if lacking := sorted(set(constants) - set(places)):
        raise ValueError(f"the file has no constant {', '.join(lacking)} at its top level")
    for name, value in sorted(places.items(), key=lambda item: item[1].lineno, reverse=True):
        _put(lines, value, repr(constants[name]).encode())
    return b"\n".join(lines)


def _put(lines: list[bytes], value: ast.expr, literal: bytes) -> None:
    """Replace an expression, whose columns count bytes, by a literal on one line."""
    first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
    before, after = lines[first][: value.col_offset], lines[last][value.end_col_offset :]
    lines[first : last + 1] = [before + literal + after]
