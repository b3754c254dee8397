"""Reads a Python file from stdin and prints its outline as JSON: what it imports, and what its `Method` can be.

Run as a script of its own with `python -I`, with the names of interest as arguments: a source made to exhaust the parser
takes down this process and no other. Runs nothing of the file.

{"error": sentence, "line": number or None}, or {"imports": [[module, line], ...], "is_open": whether Method may come from
elsewhere, "classes": [class, ...]}. A class is {"line", "is_open": whether it has more than can be read here, "members":
{name: function or {"kind": ...}}}, a function {"kind": "function", "least", "most", "needs"}: its positional arguments
without self, -1 for any number, and the keywords that it demands.
"""

import ast
import json
import os
import resource
import sys
import warnings
from collections.abc import Iterable, Iterator
from typing import TypeGuard

SECONDS, BYTES = 2, 300_000_000
NICE = 5
MOST_IMPORTS = 1000
ANY = -1
PLAIN_BASES = {"object", "Protocol", "Generic", "ABC"}  # they bring no members that a board calls
CONSTRUCTORS = ("__init__", "__new__")

Facts = dict[str, object]
Scope = dict[str, list[ast.AST]]  # name -> what it is bound to, in any branch
Function = ast.FunctionDef | ast.AsyncFunctionDef
UNKNOWN: Facts = {"kind": "unknown"}


def outline(source: bytes, names: set[str]) -> Facts:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, "method.py")  # bytes: a line that names an encoding counts, as in an import
    except SyntaxError as error:
        version = ".".join(map(str, sys.version_info[:3]))
        return {"error": f"is not valid Python {version}: {error.msg}", "line": error.lineno}
    except (RecursionError, MemoryError):
        return {"error": "is nested too deeply, or holds too much, to be read", "line": None}
    scope = bindings(tree.body)
    classes, is_open = candidates(scope)
    return {
        "imports": imports(tree.body),
        "is_open": is_open or touched_elsewhere(tree.body),
        "classes": [class_facts(node, scope, names | set(CONSTRUCTORS)) for node in classes],
    }


def statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement that runs when these do, in any branch, in their order."""
    pending = list(body)[::-1]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, Function | ast.ClassDef):
            parts = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
            parts += [branch.body for branch in (*getattr(node, "handlers", ()), *getattr(node, "cases", ()))]
            pending += [child for part in reversed(parts) for child in reversed(part)]


def imports(body: Iterable[ast.stmt]) -> list[list[object]]:
    """[module, line] of what is imported whatever happens: not within an `if`, a `try` or a function."""
    known: dict[str, int] = {}
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                known.setdefault(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            known.setdefault(node.module, node.lineno)
    return [[name, line] for name, line in list(known.items())[:MOST_IMPORTS]]


def bindings(body: Iterable[ast.stmt]) -> Scope:
    scope: Scope = {}
    for node in statements(body):
        for name, value in bound(node):
            scope.setdefault(name, []).append(value)
    return scope


def bound(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    """What a statement binds: (name, the definition, the value, or the statement itself)."""
    if isinstance(node, Function | ast.ClassDef):
        yield node.name, node
    elif isinstance(node, ast.Assign):
        yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and node.value and isinstance(node.target, ast.Name):
        yield node.target.id, node.value
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name.partition(".")[0], node) for alias in node.names)


def candidates(scope: Scope) -> tuple[list[ast.ClassDef], bool]:
    """The classes that `Method` may be, and whether it may be something that can't be read here."""
    classes: list[ast.ClassDef] = []
    is_open = "*" in scope
    pending, seen = ["Method"], set()
    while pending:
        name = pending.pop()
        seen.add(name)
        for value in scope.get(name, ()):
            if isinstance(value, ast.ClassDef):
                classes.append(value)
            elif isinstance(value, ast.Name) and value.id in scope:
                pending += {value.id} - seen
            elif not isinstance(value, Function | ast.Constant | ast.Lambda):
                is_open = True
    return classes, is_open


def touched_elsewhere(body: Iterable[ast.stmt]) -> bool:
    """Whether the file puts something on Method after its class: `Method.call = ...`, `setattr(Method, ...)`."""
    for node in statements(body):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Attribute) and is_method(target.value) for target in targets):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and any(map(is_method, node.value.args)):
            return True
    return False


def is_method(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "Method"


def class_facts(node: ast.ClassDef, scope: Scope, names: set[str]) -> Facts:
    """What a class has, with what it inherits from classes of the file."""
    family, is_open = lineage(node, scope)
    members: dict[str, object] = {}
    for each in family:
        own = bindings(each.body)
        for name in names & own.keys():
            members.setdefault(name, member_facts(own[name]))
        is_open = is_open or "*" in own
        if (dataclass := decorator(each, "dataclass")) is not None and "__init__" not in own:
            members.setdefault("__init__", generated_init(each, dataclass, scope))
        is_open = is_open or len(each.decorator_list) > (dataclass is not None)
    return {"line": node.lineno, "is_open": is_open, "members": members}


def lineage(node: ast.ClassDef, scope: Scope) -> tuple[list[ast.ClassDef], bool]:
    """A class and those of the file that it inherits from, nearest first; whether there are others, from elsewhere."""
    family: list[ast.ClassDef] = []
    is_open, pending = False, [node]
    while pending:
        each = pending.pop(0)
        if each in family:
            continue
        family.append(each)
        is_open = is_open or bool(each.keywords)  # a metaclass, perhaps
        for base in each.bases:
            plain = base.value if isinstance(base, ast.Subscript) else base
            name = plain.attr if isinstance(plain, ast.Attribute) else plain.id if isinstance(plain, ast.Name) else ""
            parents = [value for value in scope.get(name, ()) if isinstance(value, ast.ClassDef)]
            pending += parents
            is_open = is_open or not (parents or name in PLAIN_BASES)
    return family, is_open


def decorator(node: ast.ClassDef | Function, name: str) -> ast.expr | None:
    return next((each for each in node.decorator_list if last_name(each) == name), None)


def last_name(node: ast.AST) -> str:
    """`dataclass` of `@dataclasses.dataclass(slots=True)`."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def member_facts(values: list[ast.AST]) -> Facts:
    """What a name of a class is; unknown where its branches differ."""
    kinds = [value_facts(value) for value in values]
    return kinds[0] if all(kind == kinds[0] for kind in kinds) else UNKNOWN


def value_facts(value: ast.AST) -> Facts:
    if isinstance(value, ast.Constant):
        return {"kind": "constant"}
    if isinstance(value, ast.Call) and last_name(value) in ("property", "cached_property"):
        return {"kind": "property"}
    if not isinstance(value, Function):
        return UNKNOWN
    marks = [last_name(each) for each in value.decorator_list]
    if set(marks) & {"property", "cached_property"}:
        return {"kind": "property"}
    if isinstance(value, ast.AsyncFunctionDef):
        return {"kind": "coroutine"}
    return (
        UNKNOWN
        if set(marks) - {"staticmethod", "classmethod"}
        else signature(value.args, is_bound=marks != ["staticmethod"])
    )


def signature(arguments: ast.arguments, *, is_bound: bool) -> Facts:
    """How a function may be called: least and most positional arguments without self, keywords that it demands."""
    everything = len(arguments.posonlyargs) + len(arguments.args)
    demanded = [
        name.arg for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value is None
    ]
    most = everything - is_bound
    least = max(most - len(arguments.defaults), 0)
    return {"kind": "function", "least": least, "most": ANY if arguments.vararg else most, "needs": demanded}


def generated_init(node: ast.ClassDef, dataclass: ast.expr, scope: Scope) -> Facts:
    """The __init__ that a dataclass gets; unknown where it gets none, or one by keyword."""
    if isinstance(dataclass, ast.Call) and {word.arg for word in dataclass.keywords} & {"init", "kw_only", None}:
        return UNKNOWN
    fields: dict[str, bool] = {}  # name -> whether it has a default
    for each in reversed(lineage(node, scope)[0]):
        if decorator(each, "dataclass") is None:
            continue
        for member in each.body:
            if not isinstance(member, ast.AnnAssign) or not isinstance(member.target, ast.Name):
                continue
            note = ast.unparse(member.annotation)
            if "KW_ONLY" in note or "InitVar" in note or has_options(member.value, {"kw_only"}):
                return UNKNOWN
            if "ClassVar" not in note and not has_options(member.value, {"init"}):
                fields[member.target.id] = has_default(member.value)
    return {"kind": "function", "least": list(fields.values()).count(False), "most": len(fields), "needs": []}


def has_options(value: ast.expr | None, names: set[str]) -> bool:
    return is_field(value) and bool({word.arg for word in value.keywords} & names)


def has_default(value: ast.expr | None) -> bool:
    return has_options(value, {"default", "default_factory"}) if is_field(value) else value is not None


def is_field(value: ast.expr | None) -> TypeGuard[ast.Call]:
    return isinstance(value, ast.Call) and last_name(value) == "field"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # pages go first
    os.nice(NICE)  # whoever looks at a page comes first
    print(json.dumps(outline(sys.stdin.buffer.read(), set(sys.argv[1:]))))  # noqa: T201


if __name__ == "__main__":
    main()
