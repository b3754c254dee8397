"""What a module offers, read from its source and not imported: a page that shows it loads no torch.

A stub is the source without its bodies: imports, comments beside fields, signatures and docstrings stay as they were written.
"""

import ast
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_LINES = 45  # of a constant
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Stub:
    """A module: its name, its docstring, what it offers as Python without bodies, and what it takes from its siblings."""

    module: str
    doc: str
    code: str
    names: tuple[str, ...]  # that it takes from its own package, to offer them


def stubs_of(package: str) -> list[Stub]:
    """A module or a package with all of its modules, the package itself first. Raises ModuleNotFoundError."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"there is no module {package}")
    origin = Path(spec.origin)
    others = sorted(set(origin.parent.glob("*.py")) - {origin}) if spec.submodule_search_locations else []
    return [stub_of(origin, package), *(stub_of(path, f"{package}.{path.stem}") for path in others)]


def stub_of(path: Path, module: str) -> Stub:
    text = path.read_text()
    tree, lines = ast.parse(text), text.splitlines()
    parts = [part for node in tree.body if (part := statement(node, lines))]
    return Stub(module, ast.get_docstring(tree) or "", "\n\n".join(parts), tuple(borrowed(tree, module)))


def borrowed(tree: ast.Module, module: str) -> Iterator[str]:
    """The names that a package takes from its own modules, to offer them as its own."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{module}."):
            yield from (alias.asname or alias.name for alias in node.names)


def statement(node: ast.stmt, lines: list[str]) -> str:
    """What a statement of a module offers; "" where that is nothing, or nobody else's."""
    if isinstance(node, Function):
        return "" if is_private(node.name) else "\n".join(function(node, lines))
    if isinstance(node, ast.ClassDef):
        return "" if is_private(node.name) else "\n".join(kind(node, lines))
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return "" if all(map(is_private, targets(node))) else "\n".join(shortened(source(node, lines)))
    return ""


def targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    every = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [each.id for each in every if isinstance(each, ast.Name) and each.id != "__all__"]


def is_private(name: str) -> bool:
    return name.startswith("_") and name != "__init__"


def source(node: ast.stmt, lines: list[str]) -> list[str]:
    return lines[node.lineno - 1 : node.end_lineno]


def shortened(part: list[str]) -> list[str]:
    """The lines of a constant, or of a long one the first."""
    return part if len(part) <= MOST_LINES else [*part[:MOST_LINES], f"...  # {len(part) - MOST_LINES} more lines"]


def function(node: Function, lines: list[str]) -> list[str]:
    """Decorators, signature and docstring."""
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
    body = node.body[0]
    has_doc = ast.get_docstring(node, clean=False) is not None
    if body.lineno == node.lineno:  # on one line
        return lines[first : node.lineno]
    if has_doc:
        return lines[first : body.end_lineno]
    head = lines[first : before(body)]
    while not head[-1].strip() or head[-1].lstrip().startswith("#"):  # what is said of the body
        head.pop()
    return [*head[:-1], f"{head[-1]} ..."]


def before(body: ast.stmt) -> int:
    """The last line above a body, decorators of what is nested there left out."""
    decorators: list[ast.expr] = getattr(body, "decorator_list", [])
    return min([body.lineno, *(each.lineno for each in decorators)]) - 1


def kind(node: ast.ClassDef, lines: list[str]) -> list[str]:
    """A class: its docstring, its fields with what is said beside them, what it holds, its functions."""
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
    has_doc = ast.get_docstring(node, clean=False) is not None
    part = lines[first : node.body[0].end_lineno if has_doc else before(node.body[0])]
    fields = [each for each in node.body[has_doc:] if isinstance(each, ast.Assign | ast.AnnAssign)]
    offered = [line for each in fields if not all(map(is_private, targets(each))) for line in source(each, lines)]
    part += [""] * bool(has_doc and offered) + offered
    for member in node.body[has_doc:]:
        if isinstance(member, Function) and not is_private(member.name):
            part += ["", *function(member, lines), *holds(member)]
    return part


def holds(node: Function) -> list[str]:
    """What a constructor keeps, in a comment: the attributes that others may read."""
    if node.name != "__init__":
        return []
    named = [
        target.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Assign)
        for one in each.targets
        for target in (one.elts if isinstance(one, ast.Tuple) else [one])
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    ]
    kept = [name for name in dict.fromkeys(named) if not is_private(name)]
    return [" " * node.body[0].col_offset + f"# holds {', '.join(kept)}"] if kept else []
