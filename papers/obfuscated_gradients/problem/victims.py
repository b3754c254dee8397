"""The evaluator's own victims: their weights."""

import numpy as np

from papers import data as datasets
from papers.obfuscated_gradients.problem.recipes import mnist_victim
from papers.obfuscated_gradients.problem.threats import PUBLISHED_NETS

CIFAR = "cifar-jpegcopy"
SHARED = {  # the same network among other stages
    **dict.fromkeys(("saturated", "argmax", "pruned"), "plain"),
    **{f"{CIFAR}-{stage}": f"{CIFAR}-plain" for stage in ("bitdepth3", "jpeg", "resize-pad", "prune")},
}
MADE = ("mnist-quantised", "mnist-thermometer16", "mnist-jpeg", "mnist-resize-pad", "mnist-projection")
RECIPE = 1  # goes up when the recipe of the victims in MADE changes


@datasets.kept
def load_weights(victim: str) -> np.ndarray:
    """The flat weights of a victim: (p,) float32, as `kit.build` takes them. Raises DataError where they can't be had."""
    datasets.dataset("surrogates")  # on offer to every attack beside the weights: scores may depend on them
    if victim in PUBLISHED_NETS:
        tensors = datasets.dataset(PUBLISHED_NETS[victim])
        return np.concatenate([tensors[name].ravel() for name in layer_order(list(tensors))]).astype(np.float32)
    if victim in MADE:
        return np.frombuffer(
            datasets.made(f"{victim}-{RECIPE}.f4", lambda: mnist_victim(victim).astype("<f4").tobytes()), "<f4"
        )
    return datasets.dataset(f"victim-{SHARED.get(victim, victim)}")["weights"].astype(np.float32)


def layer_order(names: list[str]) -> list[str]:
    """Tensor names in the order of the layers, each weight before its bias."""
    return sorted(names, key=lambda name: (name.split(".")[0], name.endswith("bias")))
