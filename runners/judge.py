"""What a method's file must be before it is played: one judge, for uploads and for the command alike. Runs nothing of it."""

import inspect
import json
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from papers.task import Task
from runners import outline, packages

OUTLINE = Path(outline.__file__)
PATIENCE = 20  # seconds of wall time for what may take two of CPU
CONSTRUCTOR = "__init__(self, seed, device)"
MEANING = 'every play makes a new one, with a seed for its own randomness and a device, "cpu" or "cuda"'
CONSTRUCTED_WITH = 2  # arguments: seed and device
BOM = b"\xef\xbb\xbf"


class Refusal(Exception):
    """The file can't be played; the sentence says why and where."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


def judge(name: str, code: bytes, task: Task) -> None:
    """Raise Refusal unless the code is within the task's size, can be read, imports what there is, and has a Method with the
    calls of the task. name: of the file, for the sentence.
    """
    if len(code) > task.file_bytes:
        raise Refusal(
            f"{name} has {size(len(code))} of code; {task.title} takes {size(task.file_bytes)}: learn in the run, "
            "don't pack in what was learnt before."
        )
    try:
        code.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        at = error.start + len(code) - len(code.removeprefix(BOM))
        line = code.count(b"\n", 0, at) + 1
        raise Refusal(f"{name}, line {line}: byte {at} is not UTF-8. Save the file as UTF-8.", line) from None
    if b"\0" in code:
        line = code.count(b"\n", 0, code.index(b"\0")) + 1
        raise Refusal(f"{name}, line {line}: a NUL byte, which no Python source has. Save the file anew as text.", line)
    facts = read_outline(name, code, task)
    check_imports(name, facts["imports"], task)
    faults = [fault_of(kind, task) for kind in facts["classes"]]
    if facts["is_open"] or None in faults:
        return
    last = faults[-1] if faults else None
    if last is None:
        raise Refusal(f"{name} defines no class Method at its top level.")
    fault, line = last
    raise Refusal(f"{name}, line {line}: class Method {fault}.", line)


def size(count: int) -> str:
    """Bytes with three digits and a unit: 1.5 KiB, 9.54 MiB, 2 GiB."""
    power, unit = (30, "GiB") if count >= 1000 << 20 else (20, "MiB") if count >= 1000 << 10 else (10, "KiB")
    return f"{count / (1 << power):.3g} {unit}"


def read_outline(name: str, code: bytes, task: Task) -> dict[str, Any]:
    """Parse in a process of its own, with limits: a hostile source can exhaust any parser. Raises Refusal."""
    command = [sys.executable, "-I", "-S", str(OUTLINE), *task.calls]
    try:
        done = subprocess.run(command, input=code, capture_output=True, timeout=PATIENCE, env={})
        facts: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        most = f"{outline.SECONDS} CPU-seconds and {outline.BYTES // 10**6} MB"
        raise Refusal(f"{name} could not be parsed within {most}.") from None
    if "error" in facts:
        place = f"{name}, line {facts['line']}: it" if facts["line"] else name
        raise Refusal(f"{place} {facts['error']}.", facts["line"])
    return facts


def check_imports(name: str, imports: list[tuple[str, int]], task: Task) -> None:
    """Raise Refusal for an import that nothing in the file guards and that must fail in the sandbox."""
    kit = (task.kit or "").partition(".")[0]
    for module, line in imports:
        root = module.partition(".")[0]
        if root not in importable() and root not in (kit, "method"):
            listed = ", ".join(f"{each} {version}" for each, version in packages.versions().items())
            there = f"Python {platform.python_version()} with {listed}"
            raise Refusal(
                f"{name}, line {line}: it imports {root[:80]}, which the sandbox lacks. It has {there}.", line
            )


@cache
def importable() -> frozenset[str]:
    """The first names of all modules that a sandbox has."""
    return frozenset({path.name.partition(".")[0] for path in packages.entries()}) | sys.stdlib_module_names


def fault_of(kind: dict[str, Any], task: Task) -> tuple[str, int] | None:
    """What is wrong with a class that may be Method, and its line; None where nothing certainly is."""
    members, line = kind["members"], kind["line"]
    missing = [call for call in task.required_calls if call not in members]
    if missing and not kind["is_open"]:
        return f"lacks {' and '.join(missing)}, which {task.title} calls", line
    makers = [members[name] for name in outline.CONSTRUCTORS if name in members]
    if not makers and not kind["is_open"]:
        return f"lacks {CONSTRUCTOR}: {MEANING}", line
    if any(wrong_call(maker, CONSTRUCTED_WITH) for maker in makers):
        return f"must be constructed by {CONSTRUCTOR}", line
    for call in task.calls:
        words = list(inspect.signature(getattr(task.interface, call)).parameters)[1:]
        if call in members and (fault := wrong_call(members[call], len(words))):
            return f"must answer {call}({', '.join(['self', *words])}): {fault}", line
    return None


def wrong_call(member: dict[str, Any], count: int) -> str:
    """Why a member of a class can't be called with so many positional arguments; "" where it may."""
    kind = member["kind"]
    if kind == "unknown":
        return ""
    if kind != "function":
        return f"it is a {kind}, not a function"
    least, most = member["least"], member["most"]
    if member["needs"]:
        return f"it wants {member['needs'][0][:80]} by keyword"
    if least <= count and (most == outline.ANY or most >= count):
        return ""
    counted = f"{least} argument{'' if least == 1 else 's'}" if most == least else f"{least} or more arguments"
    return f"it takes {counted} beside self"
