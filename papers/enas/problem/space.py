"""The grammar of cells: a small directed graph whose edges carry operations. No torch here.

Node 0 is the input, the last node the output; every pair i < j is an edge, ordered (0,1) (0,2) (1,2) (0,3) (1,3) (2,3).
An encoding is a row of operation codes, one an edge; encodings are numbered by reading the row as base-5 digits.
Source: Dong and Yang, NAS-Bench-201, ICLR 2020 (the cell of 4 nodes).
"""

import itertools
from functools import cache

import numpy as np

NONE, SKIP, CONV1, CONV3, POOL = range(5)
OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
CODES = len(OPERATIONS)


def edges(nodes: int) -> list[tuple[int, int]]:
    """The edges of a cell in the order of an encoding's columns."""
    return [(i, j) for j in range(1, nodes) for i in range(j)]


@cache
def encodings(nodes: int) -> np.ndarray:
    """All encodings in counting order, last edge fastest: (5^E, E) uint8. Do not write into it."""
    every = np.array(list(itertools.product(range(CODES), repeat=len(edges(nodes)))), np.uint8)
    every.setflags(write=False)
    return every


def number(arch: np.ndarray) -> np.ndarray:
    """Number of each encoding: (..., E) -> (...) int64."""
    return np.asarray(arch, np.int64) @ CODES ** np.arange(np.shape(arch)[-1])[::-1]


def canonical(arch: np.ndarray, nodes: int) -> str:
    """The cell's output as an expression in its input x: cells with the same text compute the same function.

    Drops `none` and what has no input, contracts `skip`, sorts sums; "" where no path leads from input to output.
    A sum that is skipped into another sum keeps its brackets, and a node that is used twice reads like two nodes, so
    with 4 nodes some cells of one text share weights that others have twice. With 3 nodes no node is used twice.
    """
    code = dict(zip(edges(nodes), (int(c) for c in arch), strict=True))
    value = ["x"]
    for j in range(1, nodes):
        terms = sorted(
            value[i] if code[i, j] == SKIP else f"{code[i, j]}[{value[i]}]"
            for i in range(j)
            if code[i, j] != NONE and value[i]
        )
        value.append(terms[0] if len(terms) == 1 else f"({'+'.join(terms)})" if terms else "")
    return value[-1]


@cache
def functions(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Distinct functions: (number of the function of each encoding (5^E,), first encoding of each function (F,))."""
    texts = [canonical(arch, nodes) for arch in encodings(nodes)]
    _, first, which = np.unique(texts, return_index=True, return_inverse=True)
    return which, first


def live(arch: np.ndarray, nodes: int) -> np.ndarray:
    """Which edges lie on a path from input to output without `none`: (n, E) -> (n, E) bool."""
    pairs, open_ = edges(nodes), np.asarray(arch) != NONE
    reached = np.zeros((len(open_), nodes), bool)
    reached[:, 0] = True
    leads = np.zeros((len(open_), nodes), bool)
    leads[:, -1] = True
    for column, (i, j) in enumerate(pairs):
        reached[:, j] |= reached[:, i] & open_[:, column]
    for column, (i, j) in reversed(list(enumerate(pairs))):
        leads[:, i] |= leads[:, j] & open_[:, column]
    return np.stack([reached[:, i] & leads[:, j] & open_[:, column] for column, (i, j) in enumerate(pairs)], axis=1)


def conv3_equivalents(arch: np.ndarray) -> np.ndarray:
    """Size of a cell in 3x3 convolutions, a 1x1 convolution counting for a ninth: (..., E) -> (...)."""
    return np.asarray((arch == CONV3).sum(axis=-1) + (arch == CONV1).sum(axis=-1) / 9)
