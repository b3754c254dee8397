"""What a sandbox imports before the code arrives, so that imports are nobody's cost."""

import ast
from collections.abc import Iterable, Iterator

from runners import packages

# What may be imported before the fork: the author chooses among these, and imports no other module there.
SHARED = frozenset(
    (
        *("numpy", "numpy.linalg", "torch", "torch.nn", "torch.nn.functional", "torch.nn.utils", "torch.optim"),
        *("torch.distributions", "scipy", "scipy.linalg", "scipy.optimize", "scipy.sparse", "scipy.sparse.linalg"),
        *("scipy.spatial", "scipy.spatial.distance", "scipy.special", "scipy.stats", "scipy.ndimage", "scipy.signal"),
        *("sklearn", "sklearn.cluster", "sklearn.decomposition", "sklearn.ensemble", "sklearn.experimental"),
        *("sklearn.exceptions", "sklearn.gaussian_process", "sklearn.impute", "sklearn.linear_model"),
        *("sklearn.metrics", "sklearn.mixture", "sklearn.model_selection", "sklearn.neighbors"),
        *("sklearn.neural_network", "sklearn.preprocessing", "sklearn.svm", "sklearn.tree"),
        *("pandas", "numba", "lightgbm", "optuna", "ot", "joblib", "PIL", "PIL.Image", "tqdm"),
    )
)
CHEAP = "numpy"  # what the harness imports anyway
WHOLE = {"numpy": "numpy", "torch": "torch"}  # all that is listed of these comes with the first of it


def preload_for(code: bytes, kit: str | None = None) -> tuple[str, ...]:
    """The modules of the listed packages and of the kit that this code seems to import, wherever in it.

    Some names may be no modules but what a module defines: whoever imports them passes over those. Nothing for code
    that can't be parsed: its import will say why.
    """
    roots = (*packages.LISTED.values(), *((kit,) if kit else ()))
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    wanted = [name for node in ast.walk(tree) for name in _imported(node)]
    return tuple(dict.fromkeys(name for name in wanted if any(f"{name}.".startswith(f"{root}.") for root in roots)))


def shared(preload: Iterable[str], kit: str | None = None) -> tuple[str, ...]:
    """Those of the modules that may be imported before the fork, and the kit's: in one order, and none that comes by itself."""
    names = (name for name in preload if name in SHARED or (kit and f"{name}.".startswith(f"{kit}.")))
    return tuple(sorted({WHOLE.get(name.partition(".")[0], name) for name in names} - {CHEAP}))


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*")
