"""A method's code is a real file inside, and what Python draws by itself is fixed."""

import ast
import sys
from pathlib import Path

import pytest

from runners import inside
from runners.sandbox import Sandbox
from tests.runners.sandboxes import LIMITS, method

POOLS = b"""
import inspect
import multiprocessing
import os

from joblib import Parallel, delayed


def double(x):
    return 2 * x


class Method:
    def __init__(self, seed, device): pass
    def joblib(self):
        return Parallel(n_jobs=2)(delayed(double)(x) for x in range(3))
    def spawn(self):
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            return pool.map(double, range(3))
    def source(self):
        return [inspect.getsource(double), open(__file__).read(), os.path.basename(__file__), double.__module__]
"""


@pytest.mark.slow
@pytest.mark.parametrize("call", ["joblib", "spawn"])
def test_pools_of_processes_run_a_methods_own_function(start, call):
    limits = type(LIMITS)(call_seconds=60, play_seconds=60, memory_bytes=1 << 30)
    assert start(POOLS, limits=limits).call(call) == [0, 2, 4]


def test_a_method_reads_its_own_source(start):
    source, text, name, module = start(POOLS).call("source")
    assert source == "def double(x):\n    return 2 * x\n"
    assert text.encode() == POOLS
    assert (name, module) == ("method.py", "method")


def test_the_kit_is_importable_in_processes_that_a_method_starts(isolated, tmp_path, monkeypatch):
    package = tmp_path / "fitted" / "kit"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("ANSWER = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    code = method(
        "said = subprocess.run([sys.executable, '-c', 'import fitted.kit, method; print(fitted.kit.ANSWER)'],"
        " capture_output=True, text=True)\nreturn said.stdout + said.stderr",
        "import subprocess, sys",
    )
    with Sandbox.start(limits=LIMITS, device="cpu", kit="fitted.kit", preload=()) as sandbox:
        sandbox.load(code, seed=1, calls=("go",))
        assert sandbox.call("go") == "42\n"


DRAWS = """
    import random
    import subprocess
    import sys
    import numpy as np
    import torch
    child = subprocess.run([sys.executable, "-c", "print(hash('text'))"], capture_output=True, text=True).stdout
    return [hash("text"), random.random(), float(np.random.rand()), float(torch.rand(1)), list({"a", "b", "c"}), child]
"""


def test_what_python_and_its_libraries_draw_by_themselves_repeats_with_the_seed(start):
    first, second = (start(method(DRAWS), preload=("torch",)).call("go") for _ in range(2))
    assert first == second
    assert int(first[-1]) == first[0]


def test_another_seed_draws_other_numbers(isolated):
    drawn = []
    for seed in (1, 2):
        with Sandbox.start(limits=LIMITS, device="cpu", preload=("torch",)) as sandbox:
            sandbox.load(method(DRAWS), seed=seed, calls=("go",))
            drawn.append(sandbox.call("go"))
    assert all(drawn[0][at] != drawn[1][at] for at in (1, 2, 3))


def test_what_runs_beside_a_method_imports_numpy_and_the_standard_library_only():
    for path in Path(inside.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            else:
                continue
            for name in names:
                is_ours = name == "runners.inside" or name.startswith("runners.inside.")
                assert is_ours or name.split(".")[0] in {*sys.stdlib_module_names, "numpy"}, f"{path.name}: {name}"
