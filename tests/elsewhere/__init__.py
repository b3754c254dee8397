"""Papers that live outside the tree: each folder here is one."""

from pathlib import Path

FOLDER = str(Path(__file__).parent)
