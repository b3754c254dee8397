"""The README's tree is the tree: what it names exists, and no folder with code is left out."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
STANDS_FOR = {"papers/<paper>/": "papers/gain/", "<board>/": "imputation/"}


def block(heading):
    return README.partition(f"## {heading}\n")[2].partition("```\n")[2].partition("```")[0]


def paths(tree):
    """Every path of a tree that is drawn by indentation, two blanks a level."""
    above = []
    for line in tree.splitlines():
        name = line.split()[0]
        level = (len(line) - len(line.lstrip())) // 2
        above = [*above[:level], STANDS_FOR.get(name, name)]
        yield "".join(above)


@pytest.mark.parametrize("heading", ["Add a paper", "The tree"])
def test_what_a_tree_names_exists(heading):
    named = list(paths(block(heading)))
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_tree_names_every_folder_of_the_packages():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folders = {
        match[0] for match in re.finditer(r"^(papers|runners|leaderboard)/\w+/(?=.*\.(py|html)$)", tracked, re.M)
    }
    named = "\n".join(paths(block("The tree")))
    assert len(folders) > 10
    kept = {"leaderboard/migrations/", "leaderboard/templatetags/"}  # Django's own
    assert [folder for folder in sorted(folders - kept) if folder not in named] == []


def test_every_link_of_the_readme_leads_somewhere():
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert [link for link in links if link and not (ROOT / link).exists()] == []
