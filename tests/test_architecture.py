"""Arrows point down: leaderboard -> runners -> papers."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "papers": {"django", "celery", "redis", "runners", "leaderboard"},
    "runners": {"django", "leaderboard"},
    "leaderboard": {"torch"},
}
SOURCES = [path for package in FORBIDDEN for path in sorted((ROOT / package).rglob("*.py"))]


def imports(path):
    """(module, is at the top of the file) of every import statement."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in tree.body) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module, node in tree.body


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_down(path):
    forbidden = FORBIDDEN[path.relative_to(ROOT).parts[0]]
    assert not {module for module, _ in imports(path) if module.split(".")[0] in forbidden}


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if "runners/harness" not in str(path)],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_import_hides_in_a_function(path):
    assert not [module for module, is_at_top in imports(path) if not is_at_top]


def test_the_web_process_and_the_cards_load_no_torch():
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
