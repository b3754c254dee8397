"""REINFORCE on independent logits for each edge, trained on full trainings: ENAS's controller rule without shared weights.

R = accuracy + C_H H; b <- b - (1 - D)(b - R); ascend (R - b) grad log pi with Adam; b already holds the current reward.
Source: Pham et al. (2018), section 2; the order of the baseline's update is that of the authors' code. The policy is a table
of logits instead of an LSTM, and the constants fit a budget of some 200 samples.
"""

import numpy as np

RATE, DECAY, ENTROPY = 0.1, 0.9, 1e-4
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # of Adam


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def start(self, space: dict) -> None:
        self.space = space
        shape = (space["edges"], space["ops"])
        self.logits, self.first, self.second = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.steps, self.baseline = 0, None
        self.best, self.best_accuracy = self.draw(), -1.0

    def policy(self) -> np.ndarray:
        weight = np.exp(self.logits - self.logits.max(axis=1, keepdims=True))
        return weight / weight.sum(axis=1, keepdims=True)

    def draw(self) -> np.ndarray:
        return np.array([self.rng.choice(len(row), p=row) for row in self.policy()])

    def ask(self) -> dict:
        self.cell = self.draw()
        return {"do": "train", "arch": self.cell}

    def tell(self, reply: dict) -> None:
        accuracy = reply["acc"][0] if reply["size"][0] <= self.space["max_size"] else 0.0
        if accuracy > self.best_accuracy:
            self.best, self.best_accuracy = self.cell, accuracy
        pi = self.policy()
        reward = accuracy - ENTROPY * (pi * np.log(pi)).sum()
        self.baseline = reward if self.baseline is None else self.baseline - (1 - DECAY) * (self.baseline - reward)
        score = (self.cell[:, None] == np.arange(self.space["ops"])) - pi  # gradient of log pi
        self.ascend((reward - self.baseline) * score)

    def ascend(self, gradient: np.ndarray) -> None:
        self.steps += 1
        self.first = BETA_1 * self.first + (1 - BETA_1) * gradient
        self.second = BETA_2 * self.second + (1 - BETA_2) * gradient**2
        step = self.first / (1 - BETA_1**self.steps) / (np.sqrt(self.second / (1 - BETA_2**self.steps)) + EPSILON)
        self.logits += RATE * step

    def answer(self) -> np.ndarray:
        return self.best
