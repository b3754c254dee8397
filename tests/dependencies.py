"""Writes docs/dependencies.md from what is pinned, installed and imported: `make dependencies`.

Nothing in the table is typed: versions come from the requirements, licences and purposes from the packages' own
metadata, and the last column from the imports of our code.
"""

import ast
import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "dependencies.md"
PACKAGES = ("papers", "runners", "leaderboard", "tests")
PARTS = {
    "## Of the package": "requirements-local.txt",
    "## Of a site and its workers": "requirements-site.txt",
    "## Of tests and checks only": "requirements-dev.txt",
}
HEAD = """# Dependencies

Made by `make dependencies`; a test holds it to the pins. What these packages pull in is pinned in
[constraints.txt](../constraints.txt). Imported by: which of our packages name it in an import; a dash where a setting,
a command or another package asks for it.
"""


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path):
    """{name as written: version} of a requirements file."""
    lines = [line.partition(";")[0].partition("#")[0].strip() for line in path.read_text().splitlines()]
    return {
        re.sub(r"\[.*\]", "", name): version for name, _, version in (line.partition("==") for line in lines if line)
    }


def licence(name):
    """What the package says of its licence: an SPDX expression, its classifiers, or the first line of its text."""
    told = metadata.metadata(name)
    if told["License-Expression"]:
        return told["License-Expression"]
    classified = [line.split(" :: ")[-1] for line in told.get_all("Classifier", []) if line.startswith("License ::")]
    return ", ".join(classified) or (told["License"] or licence_text(name)).strip().splitlines()[0]


def licence_text(name):
    texts = [file.read_text() for file in metadata.files(name) or () if file.name.startswith("LICEN")]
    return next(iter(texts), "not stated")


def modules_by_package():
    """{our package: the top names that its files import}."""
    return {
        package: {name for path in (ROOT / package).rglob("*.py") for name in top_imports(path)} for package in PACKAGES
    }


def top_imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def modules_of():
    """{canonical name of a distribution: its top modules}."""
    modules = {}
    for module, distributions in metadata.packages_distributions().items():
        for name in distributions:
            modules.setdefault(canonical(name), set()).add(module)
    return modules


def table(pinned):
    modules, imported = modules_of(), modules_by_package()
    yield "| package | version | licence | what it is | imported by |"
    yield "|---|---|---|---|---|"
    for name, version in pinned.items():
        users = [package for package in PACKAGES if modules.get(canonical(name), set()) & imported[package]]
        summary = (metadata.metadata(name)["Summary"] or "not stated").replace("|", "\\|")
        yield f"| {name} | {version} | {licence(name)} | {summary} | {', '.join(users) or '–'} |"


def main():
    parts = [HEAD]
    for title, file in PARTS.items():
        parts += [title, "\n".join(table(pins(ROOT / file)))]
    PAGE.write_text("\n\n".join(part.strip() for part in parts) + "\n")


if __name__ == "__main__":
    main()
