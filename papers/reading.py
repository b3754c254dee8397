"""Readers of files that papers share: the content of a file in, arrays by name out. A reader of one paper stays with it."""

import csv
from collections.abc import Mapping
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import safetensors.numpy
from PIL import Image

from papers.data import Arrays, File


def table(content: bytes, *, drop: tuple[str, ...] = (), label: str = "", categorical: tuple[str, ...] = ()) -> Arrays:
    """Read a table of numbers with a header: x: (n, d) float64, categorical: (d,) bool, label: (n,) int64 where asked for.

    Lines may end in a bare CR. `categorical` names columns by prefix, "*" all of them. A label that is not binary is
    thresholded at its median.
    """
    header, *rows = csv.reader(content.decode().splitlines())
    names = [name.strip() for name in header]
    values = {name: column for name, column in zip(names, np.array(rows, float).T, strict=True) if name not in drop}
    arrays: Arrays = {}
    if label:
        target = values.pop(label)
        arrays["label"] = (target > (np.median(target) if len(np.unique(target)) > 2 else 0)).astype(np.int64)
    arrays["x"] = np.column_stack(list(values.values()))
    arrays["categorical"] = np.array(
        [bool(categorical) and (categorical == ("*",) or name.startswith(categorical)) for name in values]
    )
    return arrays


def labelled_rows(content: bytes, *, skip: int = 0) -> Arrays:
    """Read rows of numbers whose last one is a class: x: (n, d) float64, label: (n,) int64. `skip` lines stand before them."""
    rows = np.loadtxt(BytesIO(content), delimiter=",", skiprows=skip)
    return {"x": rows[:, :-1], "label": rows[:, -1].astype(np.int64)}


def npz(content: bytes) -> Arrays:
    """The arrays of an npz file, no pickles."""
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)


def jpegs(content: bytes) -> Arrays:
    """An npz file of JPEG files end to end, with the offsets of each.

    Gives x_train, x_test: (n, H, W, 3) uint8; y_train, y_test as they are.
    """
    arrays = npz(content)

    def decoded(part: str) -> np.ndarray:
        data, start = arrays[f"jpeg_{part}"], arrays[f"off_{part}"]
        files = (BytesIO(data[a:b].tobytes()) for a, b in pairwise(start))
        return np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])

    return {f"x_{part}": decoded(part) for part in ("train", "test")} | {y: arrays[y] for y in ("y_train", "y_test")}


def tensors(content: bytes) -> Arrays:
    """The tensors of a safetensors file, by name."""
    arrays: Arrays = safetensors.numpy.load(content)
    return arrays


def committed(folder: Path, sums: Mapping[str, str], *, licence: str, address: str = "made here") -> dict[str, File]:
    """Declare npz files that lie beside the code: {"plain": sha256} is plain.npz in this folder, asked for as "plain"."""
    return {
        name: File(name=f"{name}.npz", sha256=sha256, read=npz, address=address, licence=licence, folder=folder)
        for name, sha256 in sums.items()
    }
