"""Trains the victims: `python -m papers.obfuscated_gradients.make.train [name ...]` writes the committed weights anew.

They are kept as float16 and used as float32. MNIST's victims are trained when they are first needed. "surrogates" is a
name too. All but the digits need their data; CIFAR-10's victims take about an hour on one core. The sha256 of each file is
printed: it belongs into the paper's data.py.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np
import torch

from papers.obfuscated_gradients.kit.surrogate import FILE as SURROGATE_FILE
from papers.obfuscated_gradients.problem.recipes import cifar_victim, digits_victim, surrogates
from papers.obfuscated_gradients.problem.victims import CIFAR, load_weights

DIGITS = ("linear", "plain", "adversarial", "quantised", "thermometer", "noisy", "projection")
FOLDER = Path(__file__).parents[1] / "made"
COLOUR = (f"{CIFAR}-plain", f"{CIFAR}-adversarial", f"{CIFAR}-thermometer16")


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    for name in names or [*DIGITS, *COLOUR, "surrogates"]:
        if name == "surrogates":
            save(SURROGATE_FILE, **surrogates())
        elif name in COLOUR:
            save(FOLDER / f"{name}.npz", weights=cifar_victim(name))
        else:
            save(
                FOLDER / f"{name}.npz",
                weights=digits_victim(name, load_weights("plain") if name == "projection" else None),
            )


def save(path: Path, **arrays: np.ndarray) -> None:
    halves = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez(path, **halves)  # type: ignore[arg-type]
    print(path.stem, hashlib.sha256(path.read_bytes()).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1:])
