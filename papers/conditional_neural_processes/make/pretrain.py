"""Trains the CNP whose weights come in methods/cnp_pretrained.py: python -m papers.conditional_neural_processes.make.pretrain

The network and the loss are those of methods/cnp.py, the curves those of three laws in turn, drawn by the public sampler.
"""

import argparse
import base64
from types import ModuleType

import numpy as np
import torch
from torch import nn

from papers.conditional_neural_processes.few_shot_functions import TASK
from papers.conditional_neural_processes.kit.learning import Batches, train
from papers.variants import with_constants

LAWS = ("rbf", "rbf-random", "switching")
RATE = 1e-3


class Mixed(Batches):
    """Batches of one law after the other."""

    def draw(self) -> tuple[torch.Tensor, torch.Tensor, int]:
        self.family = LAWS[int(self.rng.integers(len(LAWS)))]
        return super().draw()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=900, help="CPU-seconds")
    budget = parser.parse_args().seconds
    torch.set_num_threads(1)
    torch.manual_seed(0)
    cnp = ModuleType("cnp")
    exec(TASK.code(TASK.method("cnp")), cnp.__dict__)  # noqa: S102  # our own file
    network = cnp.Network(1, False)
    task = {"family": LAWS[0], "images": np.zeros((0, 0, 0, 1), np.float32)}
    steps = train(network, Mixed(task, np.random.default_rng(0), "cpu", (3, 50), False), rate=RATE, budget_s=budget)
    path = TASK.folder / "methods" / "cnp_pretrained.py"
    path.write_bytes(with_constants(path.read_bytes(), {"WEIGHTS": packed(network)}))
    print(f"{steps} steps")


def packed(network: nn.Module) -> str:
    """Its layers as the file holds them: encoder, then decoder, each a matrix and offsets."""
    numbers = [
        p.detach().numpy().ravel() for name in ("encoder", "decoder") for p in network.get_submodule(name).parameters()
    ]
    return base64.b85encode(np.concatenate(numbers).astype(np.float16).tobytes()).decode()


if __name__ == "__main__":
    main()
