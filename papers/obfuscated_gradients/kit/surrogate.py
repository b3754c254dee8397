"""Nets that an attacker could have trained: for transfer attacks, chosen by the shape of the images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from papers.obfuscated_gradients.kit.victims import Victim, digits_net, strided_net, with_weights

FILE = Path(__file__).with_name("surrogates.npz")
SURROGATES: dict[tuple[int, ...], tuple[str, Callable[[], Victim]]] = {
    (1, 8, 8): ("digits", lambda: Victim(digits_net(widths=(16, 32), dense=64))),
    (1, 28, 28): ("mnist", lambda: Victim(strided_net(dense=32))),  # stands in for Fashion-MNIST too
    (3, 32, 32): ("cifar-jpegcopy", lambda: Victim(strided_net(channels=3, side=32, dense=32))),
}


def surrogate(shape: tuple[int, ...], device: str = "cpu") -> Victim:
    """An undefended net for images of this shape (C, H, W), trained like the victims from another seed.

    Raises: KeyError where the kit has none.
    """
    name, model = SURROGATES[tuple(shape)]
    with np.load(FILE, allow_pickle=False) as weights:
        return with_weights(model(), weights[name], device)
