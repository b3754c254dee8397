"""What a method of the board must answer."""

from typing import Any, Protocol

import numpy as np

from papers.playing import Contestant


class Method(Contestant, Protocol):
    """Searches one space of cells with a budget of hours. Every case and seed meets a fresh process.

    A cell is an int64 array (E,): one operation code from 0 to 4 for each edge. What a code or an edge means is secret
    and drawn anew for every play, except in the named cases.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def start(self, space: dict[str, Any]) -> None:
        """Learn what is searched.

        space: "edges" E, "ops" 5, "nodes", "budget_h" and "mean_cost_h" (hours: the budget, an average training),
        "share" (whether shared weights are on offer), "epochs" int64 (k,), after which a training may end (the last one
        is a full training), "max_size" (a larger cell counts as chance), "edge_pairs" int64 (E, 2) and "op_names", both
        empty except in named cases.
        """

    def ask(self) -> dict[str, Any]:
        """Ask for one thing; the search ends when it can't be paid any more, or after 10,000 questions.

        {"do": "train", "arch": int64 (E,)}: a full training, its accuracy and hours read from the table. With
        "epochs": one of space["epochs"], its accuracy and hours until then.
        {"do": "share", "arch": int64 (n, E)}: n <= 64 training steps of the shared weights, one child and minibatch each.
        {"do": "probe", "arch": int64 (n, E)}: n <= 256 accuracies with shared weights, a validation minibatch of 64 each.
        {"do": "score", "arch": int64 (n, E)}: the same on all validation images.
        {"do": "stop"}: end the search.
        """

    def tell(self, reply: dict[str, Any]) -> None:
        """Learn the reply: "acc" and "size" float64 (n,), accuracy in [0, 1]; "cost_h", "left_h" hours.

        After "share" also "loss" float64 (n,), and "acc" is that of the training minibatch before its step.
        """

    def answer(self) -> np.ndarray:
        """Return the best guess so far, int64 (E,). Called once after `start` and after every `tell`."""
