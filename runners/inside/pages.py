"""What a fork and the process that it was forked from share: memory that is copied, page by page, when one of them writes.

Copying all of it costs more than most plays (some 3 µs a page, 40,000 pages with torch), copying at the first write would be
the method's cost. So a fork copies beforehand what every fork writes, which a fork without a method has tried: most of it are
counters of references in what Python and the libraries use.
"""

import array
import contextlib
import ctypes
import json
import os
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

import numpy as np

from runners.inside import harness

MADV_POPULATE_WRITE, MADV_COLLAPSE = 23, 25
LARGE = 2 << 20
PAGE = resource.getpagesize()
OWN = 1 << 63 | 1 << 56  # of an entry of /proc/self/pagemap: in memory, and nobody else's
Spans = list[tuple[int, int]]  # (start, bytes)
_libc = ctypes.CDLL(None, use_errno=True)


def enlarge() -> None:
    """Put this memory into large pages, where the kernel can: forks then come and go in half the time."""
    for start, end in _writable():
        for large in range(-(-start // LARGE) * LARGE, end - LARGE + 1, LARGE):
            _libc.madvise(ctypes.c_void_p(large), ctypes.c_size_t(LARGE), MADV_COLLAPSE)


def own(spans: Spans) -> None:
    """Copy what is shared until somebody writes. Before Linux 5.14 it is copied as the method writes."""
    for start, size in spans:
        _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), MADV_POPULATE_WRITE)


def written_by(rehearse: Callable[[], object]) -> Spans:
    """What of the shared memory a fork of this process writes that does so."""
    told, telling = os.pipe()
    if (child := os.fork()) == 0:
        with contextlib.suppress(BaseException), os.fdopen(telling, "wb") as pipe:
            with contextlib.suppress(BaseException):
                rehearse()
            pipe.write(json.dumps(_copied()).encode())
        os._exit(0)
    os.close(telling)
    with os.fdopen(told, "rb") as pipe:
        spans = pipe.read()
    os.waitpid(child, 0)
    return [(start, size) for start, size in json.loads(spans or b"[]")]


def rehearse(modules: Iterable[str]) -> None:
    """What most methods do after all has been imported."""
    harness.preload(tuple(modules), "cpu")
    numbers = np.random.default_rng(0).normal(size=(64, 8))
    _work_with_numpy(numbers)
    for name, work in (("torch", _work_with_torch), ("sklearn.base", _work_with_scikit_learn)):
        if module := sys.modules.get(name):
            with contextlib.suppress(BaseException):
                work(module, numbers)


def _work_with_numpy(numbers: np.ndarray) -> None:
    compile("class Method:\n    def __init__(self, seed, device):\n        self.seed = seed", "method.py", "exec")
    np.random.normal(size=8)
    np.linalg.svd(np.where(np.isnan(numbers), 0, numbers) @ numbers.T)
    np.linalg.solve(numbers.T @ numbers, np.sort(numbers, axis=0).mean(0))


def _work_with_torch(torch: Any, numbers: np.ndarray) -> None:
    """Train a network: three steps."""
    torch.manual_seed(0)
    inputs = torch.from_numpy(numbers.astype(np.float32))
    network = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
    optimiser = torch.optim.Adam(network.parameters())
    for _ in range(3):
        optimiser.zero_grad()
        torch.nn.functional.mse_loss(network(inputs[torch.randperm(64)]), torch.randn(64, 1)).backward()
        optimiser.step()
    with torch.no_grad():
        torch.nn.functional.conv2d(torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 3, 3)).numpy()


def _work_with_scikit_learn(_: Any, numbers: np.ndarray) -> None:
    """Fit what there is of these, with their defaults."""
    for module, name in (
        ("sklearn.linear_model", "Ridge"),
        ("sklearn.ensemble", "RandomForestRegressor"),
        ("sklearn.neighbors", "KNeighborsRegressor"),
    ):
        if module in sys.modules:
            model = getattr(sys.modules[module], name)()
            model.fit(numbers[:, :-1], numbers[:, -1]).predict(numbers[:, :-1])


def _writable() -> Iterator[tuple[int, int]]:
    """(start, end) of the private memory that may be written."""
    with open("/proc/self/maps") as maps:
        for line in maps.readlines():
            span, rights, _ = line.split(maxsplit=2)
            if rights == "rw-p" and "[v" not in line:
                start, end = (int(part, 16) for part in span.split("-"))
                yield start, end


def _copied() -> Spans:
    """What this process has copied, or filled, since it was forked."""
    spans = []
    with open("/proc/self/pagemap", "rb", buffering=0) as pagemap:
        for start, end in list(_writable()):
            pagemap.seek(start // PAGE * 8)
            entries = enumerate(array.array("Q", pagemap.read((end - start) // PAGE * 8)))
            for is_own, run in groupby(entries, lambda entry: entry[1] & OWN == OWN):
                pages = [number for number, _ in run]
                if is_own:
                    spans.append((start + pages[0] * PAGE, len(pages) * PAGE))
    return spans
