"""What a method may import: the listed packages and what they need, and nothing else that is installed."""

from pathlib import Path

import pytest

from runners import packages
from runners.sandbox import Sandbox
from runners.sandbox.bubblewrap import Box, command
from tests.runners.sandboxes import LIMITS, method

IMPORTS = """
import importlib
outcome = {}
for name in args[0]:
    try:
        importlib.import_module(name)
        outcome[name] = "there"
    except ModuleNotFoundError as error:
        outcome[name] = f"absent: {error.name}"
return outcome
"""
ABSENT = (
    "django",
    "celery",
    "redis",
    "gymnasium",
    "plotly",
    "pip",
    "pytest",
    "requests",
    "cryptography",
    "pynvml",
    "psutil",
)


@pytest.fixture
def box(isolated):
    with Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox:
        yield sandbox


def test_the_list_tells_names_and_versions_in_order():
    versions = packages.versions()
    assert list(versions) == sorted(versions, key=str.lower)
    assert {"numpy", "scipy", "scikit-learn", "pandas", "torch", "POT", "optuna", "lightgbm", "numba", "joblib"} < set(
        versions
    )
    assert all(version[0].isdigit() for version in versions.values())


def test_what_listed_packages_need_is_found_and_nothing_that_they_only_might_use():
    names = {distribution.metadata["Name"].lower() for distribution in packages.needed()}
    assert {"llvmlite", "threadpoolctl", "narwhals", "sympy", "typing_extensions"} <= names
    assert not {"django", "pytest", "matplotlib", "plotly"} & names


def test_a_start_up_file_is_no_entry():
    assert not [path for path in packages.entries() if path.suffix == ".pth" or path.name in ("bin", "__pycache__")]


def test_the_rest_of_the_environment_does_not_import(box):
    box.load(method(IMPORTS), seed=1, calls=("go",))
    outcome = box.call("go", list(ABSENT))
    assert outcome == {name: f"absent: {name}" for name in ABSENT}


@pytest.mark.slow
def test_every_listed_package_imports(isolated):
    limits = type(LIMITS)(call_seconds=60, play_seconds=60, memory_bytes=2 << 30)
    with Sandbox.start(limits=limits, device="cpu", preload=()) as sandbox:
        sandbox.load(method(IMPORTS), seed=1, calls=("go",))
        names = list(packages.LISTED.values())
        assert sandbox.call("go", names) == dict.fromkeys(names, "there")


@pytest.mark.parametrize("preload", [(), ("numba",)])
def test_what_numba_imports_with_its_first_function_is_there_before_the_clock_starts(isolated, preload):
    with Sandbox.start(limits=LIMITS, device="cpu", preload=preload) as sandbox:
        sandbox.load(method("import sys\nreturn 'numba.cpython.unicode' in sys.modules"), seed=1, calls=("go",))
        assert sandbox.call("go") == bool(preload)


def test_the_public_tables_of_scikit_learn_are_not_there(box):
    body = """
        import os, importlib.util
        folder = os.path.dirname(importlib.util.find_spec("sklearn").origin)
        return [len(os.listdir(f"{folder}/datasets/{name}")) for name in ("data", "images")]
    """
    box.load(method(body), seed=1, calls=("go",))
    assert box.call("go") == [0, 0]


def test_nothing_can_be_planted_among_the_packages(box):
    body = """
        import os, importlib.util, sys
        site = os.path.dirname(os.path.dirname(importlib.util.find_spec("numpy").origin))
        outcome = []
        for path in (f"{site}/planted.py", f"{site}/planted.pth", f"{site}/numpy/planted.py", f"{site}/six.py"):
            try:
                open(path, "w").close()
                outcome.append("planted")
            except OSError:
                outcome.append("refused")
        return [outcome, [name for name in os.listdir(site) if name.endswith(".pth")]]
    """
    box.load(method(body), seed=1, calls=("go",))
    assert box.call("go") == [["refused"] * 4, []]


def test_bubblewraps_arguments_stay_few():
    arguments = command(Box(uid=None), seccomp_fd=3, info_fd=4, settings="{}")
    bound = [arguments[at + 1] for at, argument in enumerate(arguments) if argument == "--ro-bind"]
    assert len(arguments) < 1000
    assert len(set(bound)) == len(bound)
    assert not [path for path in bound if Path(path).name == "site-packages"]
