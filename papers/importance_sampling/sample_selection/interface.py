"""What a method of the board must answer."""

from typing import Protocol, TypedDict

import numpy as np

from papers.playing import Contestant


class Run(TypedDict):
    """What a method is told of the run to come."""

    n_train: int  # samples
    n_holdout: int  # samples of the auxiliary model
    n_classes: int
    batch: int  # samples of a step
    budget: int  # units
    max_candidates: int  # that may be scored in one step


class Method(Contestant, Protocol):
    """Says which samples a model learns from. Model, optimiser, data and the dice belong to the board.

    Everything is paid in one unit, the forward pass of one sample; a backward pass is two. A step on b samples costs 3 b,
    scoring n candidates n more. The run ends when the budget is used, and the model is tested as it then is.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def prepare(self, info: Run) -> tuple[int, int]:
        """Decide before the first step. Returns (units for an auxiliary model, candidates of the first step).

        The auxiliary model is a second one of the same kind, trained by the board on held-out samples, whose labels are as
        unreliable as the others. Its loss on every training sample is paid too (n_train units). 0 for none, at most a
        quarter of the budget. Candidates: 0 for a uniform step, else from batch to max_candidates.
        """

    def select(
        self,
        ids: np.ndarray,
        labels: np.ndarray,
        loss: np.ndarray,
        score: np.ndarray,
        logits: np.ndarray,
        irreducible: np.ndarray | None,
    ) -> tuple[np.ndarray, np.ndarray, bool]:
        """Say how a batch is drawn from n candidates that were just scored, and how its samples are weighted.

        ids: (n,) int64, a sample keeps its own through the run. labels: (n,) int64 as given, perhaps wrong. loss: (n,)
        float32. score: (n,) float32, |softmax - onehot|. logits: (n, n_classes) float32. irreducible: (n,) float32, the
        auxiliary model's loss, None where there is none.

        Returns (p, w, replace). p: (n,) float, at least 0, sum 1. w: (n,) float, at least 0: the step goes down the mean of
        w times loss. Weights are no step size: they are divided by the sum of p w, and may then be 100 at most. replace:
        whether a sample can be drawn twice; if not, all p that are not 0 must be equal, and at least batch of them, so that
        the estimate's variance is known exactly.
        """

    def observe(self, ids: np.ndarray, labels: np.ndarray, loss: np.ndarray, score: np.ndarray) -> int:
        """Learn about the batch of the step just made, and say how many candidates to score for the next one.

        All (batch,), as in select, from before the step. Returns 0 for a uniform step, else from batch to max_candidates.
        """
