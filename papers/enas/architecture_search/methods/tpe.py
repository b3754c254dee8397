"""Tree-structured Parzen estimator, from Optuna: try what is likely among the good cells and unlikely among the others.

Each edge is a categorical parameter. 20 random cells first; then the best tenth of all trainings is "good", densities are
joint over edges, and of 64 cells drawn from the density of the good the one with the largest ratio of densities is trained.
A cell may come again: its next run is then one more observation.
Source: Bergstra, Bardenet, Bengio and Kegl, NeurIPS 2011, section 4; Akiba et al., KDD 2019 (the library).
"""

import numpy as np
import optuna

FIRST, CANDIDATES = 20, 64

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Method:
    def __init__(self, seed: int, device: str):
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=FIRST, n_ei_candidates=CANDIDATES, multivariate=True, seed=seed % 2**32
        )
        self.study = optuna.create_study(direction="maximize", sampler=sampler)

    def start(self, space: dict) -> None:
        self.space = space
        codes = optuna.distributions.CategoricalDistribution(range(space["ops"]))
        self.edges = {f"edge {edge}": codes for edge in range(space["edges"])}
        self.best, self.best_accuracy = np.zeros(space["edges"], np.int64), -1.0

    def ask(self) -> dict:
        self.trial = self.study.ask(self.edges)
        self.cell = np.array([self.trial.params[edge] for edge in self.edges])
        return {"do": "train", "arch": self.cell}

    def tell(self, reply: dict) -> None:
        accuracy = float(reply["acc"][0]) if reply["size"][0] <= self.space["max_size"] else 0.0
        self.study.tell(self.trial, accuracy)
        if accuracy > self.best_accuracy:
            self.best, self.best_accuracy = self.cell, accuracy

    def answer(self) -> np.ndarray:
        return self.best
