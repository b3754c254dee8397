"""Reads the outline of a Python file from stdin and prints it as JSON: what `Method` defines, or where the file is wrong.

Run as a script of its own with `python -I`: a source made to exhaust the parser takes down this process and no other.
"""

import ast
import json
import sys
import warnings


def outline(source: str) -> dict[str, object]:
    """{"names": [...], "init": [least, most] positional arguments or None, "open": has bases from elsewhere, "line": n}.

    Or {"error": sentence, "line": n or None}.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, "method.py")
    except SyntaxError as error:
        return {"error": f"is not valid Python: {error.msg}", "line": error.lineno}
    except (RecursionError, MemoryError):
        return {"error": "is nested too deeply to be read", "line": None}
    except ValueError as error:  # null bytes
        return {"error": f"is not valid Python: {error}", "line": None}
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    if "Method" not in classes:
        return {"error": "defines no class Method at its top level", "line": None}
    return members(classes)


def members(classes: dict[str, ast.ClassDef]) -> dict[str, object]:
    names: set[str] = set()
    init, is_open = None, False
    pending, seen = ["Method"], set()
    while pending:
        name = pending.pop(0)
        if name in seen:
            continue
        seen.add(name)
        node = classes[name]
        for member in node.body:
            if isinstance(member, ast.FunctionDef):
                if member.name == "__init__" and init is None:
                    init = count_positional(member.args)
                names.add(member.name)
            elif isinstance(member, ast.Assign):
                names |= {target.id for target in member.targets if isinstance(target, ast.Name)}
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in classes:
                pending.append(base.id)
            elif not (isinstance(base, ast.Name) and base.id in {"object", "Protocol"}):
                is_open = True
    return {"names": sorted(names), "init": init, "open": is_open, "line": classes["Method"].lineno}


def count_positional(arguments: ast.arguments) -> list[int]:
    """Least and most positional arguments, self included; -1 for any number."""
    everything = len(arguments.posonlyargs) + len(arguments.args)
    return [everything - len(arguments.defaults), -1 if arguments.vararg else everything]


if __name__ == "__main__":
    print(json.dumps(outline(sys.stdin.buffer.read().decode())))  # noqa: T201
