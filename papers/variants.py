"""A method's file with other constants: what is tuned stands once, in the file, and a variant names what differs."""

import ast
import codecs
import re
from collections.abc import Mapping
from typing import Any


def with_constants(text: bytes, constants: Mapping[str, Any]) -> bytes:
    """The file with the values of these module-level constants replaced; everything else stays as it is, byte for byte.

    Raises ValueError where the file assigns one of them not exactly once, at its top level, by itself, and where a value
    is no literal.
    """
    mark = codecs.BOM_UTF8 if text.startswith(codecs.BOM_UTF8) else b""
    body = text[len(mark) :]
    starts = [0, *(found.end() for found in re.finditer(rb"\r\n?|\n", body))]
    tree = ast.parse(body.decode())
    for value, constant in sorted(
        ((place_of(tree, name), value) for name, value in constants.items()),
        key=lambda pair: -position(pair[0], starts),
    ):
        end = starts[(value.end_lineno or value.lineno) - 1] + (value.end_col_offset or 0)
        body = body[: position(value, starts)] + literal(constant) + body[end:]
    return mark + body


def place_of(tree: ast.Module, name: str) -> ast.expr:
    """The expression that a constant is assigned."""
    stores = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
    ]
    values = [value for statement in tree.body for target, value in assigned(statement) if target in stores]
    if not values:
        raise ValueError(f"the file has no constant {name} at its top level")
    if len(stores) > 1:
        raise ValueError(f"{name} is assigned more than once")
    return values[0]


def assigned(statement: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    """The target and the value of a statement that assigns one value to one name."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return [(statement.targets[0], statement.value)]
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return [(statement.target, statement.value)]
    return []


def position(value: ast.expr, starts: list[int]) -> int:
    """Where an expression begins, in bytes: so a parsed tree counts its columns."""
    return starts[value.lineno - 1] + value.col_offset


def literal(value: Any) -> bytes:
    """A value as Python writes it. Raises ValueError for what is more than numbers, truth values, texts and tuples of them."""
    text = repr(value)
    try:
        same = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        same = None
    if type(same) is not type(value) or same != value:
        raise ValueError(f"{text} can't be written as a constant")
    return text.encode()
