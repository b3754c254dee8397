"""What a case is made of: samples, what is wrong with them, a network, and what may be spent. Imports no torch."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["digits", "mnist", "fashion", "cifar-jpeg", "usps"]
Corruption = Literal["symmetric", "pairflip", "imbalance", "duplicates"]
Network = Literal["dense", "convnet", "lenet", "resnet", "lstm"]

BACKWARD = 2  # units; the forward pass of a sample is the unit
TRAINED = 1 + BACKWARD  # units of a sample that is trained on


@dataclass(frozen=True)
class Setting:
    """One training run.

    noise: probability with which a label is replaced by one drawn from all classes (symmetric) or by the next class
    (pairflip). "imbalance" keeps a tenth of the upper half of the classes; "duplicates" repeats half of the set and adds
    images of nothing. units: what the run may spend.
    """

    source: Source
    network: Network
    units: int
    corruption: Corruption = "symmetric"
    noise: float = 0.0
    batch: int = 32
    is_pretrained: bool = False  # on MNIST at the same size, which costs nothing: fine-tuning

    @property
    def most_candidates(self) -> int:
        return 8 * self.batch
