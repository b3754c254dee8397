"""Trains the victims: `python -m papers.obfuscated_gradients.train [name ...]` writes the committed weights anew.

They are kept as float16 and used as float32. Victims of the full tier are trained when they are first needed.
The surrogate for MNIST needs MNIST; see papers/datasets.py.
"""

import sys

import numpy as np
import torch

from papers.obfuscated_gradients.attack_card import QUICK
from papers.obfuscated_gradients.kit.surrogate import FILE as SURROGATE_FILE
from papers.obfuscated_gradients.recipes import digits_victim, surrogates
from papers.obfuscated_gradients.victims import FOLDER, SHARED, load_weights


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    for name in names or [case.params["victim"] for case in QUICK if case.params["victim"] not in SHARED]:
        weights = digits_victim(name, load_weights("plain") if name == "projection" else None)
        np.savez(FOLDER / f"{name}.npz", weights=weights.astype(np.float16))
    if not names:
        halves = {name: weights.astype(np.float16) for name, weights in surrogates().items()}
        np.savez(SURROGATE_FILE, **halves)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(sys.argv[1:])
