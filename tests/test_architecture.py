"""Arrows point down: leaderboard -> runners -> papers, and nowhere in a circle. Inside papers: runners.conformance.layout."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from runners.conformance.layout import imports

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "papers": {"django", "celery", "redis", "runners", "leaderboard"},
    "runners": {"django", "leaderboard"},
    "leaderboard": {"torch"},
}
SOURCES = [path for package in FORBIDDEN for path in sorted((ROOT / package).rglob("*.py"))]
INSIDE = ROOT / "runners" / "inside"

each_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in SOURCES}


@cache
def needs(module):
    """The modules of ours that this one imports when it is loaded, itself left out."""
    at_top = {name for name, is_at_top in imports(MODULES[module]) if is_at_top and name in MODULES}
    return frozenset(
        name for name in at_top if name != module and not names_only_its_package(name, at_top, MODULES[module])
    )


def names_only_its_package(name, at_top, path):
    """Whether `from package import module` is all that names this package: then it is the module that is needed."""
    tree = ast.parse(path.read_text())
    froms = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == name]
    plain = [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
    return (
        name not in plain
        and bool(froms)
        and all(f"{name}.{alias.name}" in at_top for node in froms for alias in node.names)
    )


def circles(graph):
    """The strongly connected components of more than one module. graph: module -> modules."""
    order, low, stack, on_stack, components = {}, {}, [], set(), []

    def visit(module):
        order[module] = low[module] = len(order)
        stack.append(module)
        on_stack.add(module)
        for other in sorted(graph[module]):
            if other not in order:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in on_stack:
                low[module] = min(low[module], order[other])
        if low[module] == order[module]:
            component = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            on_stack.difference_update(component)
            if len(component) > 1:
                components.append(sorted(component))

    for module in sorted(graph):
        if module not in order:
            visit(module)
    return components


@each_source
def test_arrows_point_down(path):
    forbidden = FORBIDDEN[path.relative_to(ROOT).parts[0]]
    assert not {module for module, _ in imports(path) if module.split(".")[0] in forbidden}


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path != INSIDE / "harness.py"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_import_hides_in_a_function(path):
    assert not [module for module, is_at_top in imports(path) if not is_at_top]


def test_no_import_goes_in_a_circle():
    assert circles({module: needs(module) for module in MODULES}) == []


def test_a_circle_is_seen():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]


def test_the_sandboxed_part_imports_nothing_outside_itself():
    for path in INSIDE.glob("*.py"):
        ours = {name for name, _ in imports(path) if name.split(".")[0] in FORBIDDEN}
        assert all(name == "runners" or name.startswith("runners.inside") for name in ours), path


def test_the_cards_load_nothing_heavy():
    code = (
        "import sys; from papers import catalogue; catalogue.all_boards(); "
        "assert not {'torch', 'sklearn', 'scipy', 'PIL', 'pooch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_the_web_process_loads_no_torch():
    code = (
        "import django; django.setup(); import leaderboard.urls, leaderboard.celery, runners.tasks, sys; "
        "from papers import catalogue; catalogue.all_papers(); "
        "assert not {'torch', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_the_project_names_no_path_of_the_machine_it_lies_on():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".html", ".js", ".css", ".txt", ".toml"}:
            assert str(ROOT) not in path.read_text(), name


def test_what_only_postgresql_can_show_is_among_what_runs_there():
    """Elsewhere such a test is left out without a word."""
    command = subprocess.run(["make", "-n", "test"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    (there,) = [line for line in command.splitlines() if "tests.postgres" in line]
    marked = [path for path in ROOT.glob("tests/**/test_*.py") if "@pytest.mark." + "postgresql" in path.read_text()]
    assert marked
    assert {str(path.relative_to(ROOT)) for path in marked} <= set(there.split())
