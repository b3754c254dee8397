"""Hidden Markov models whose parameters are known, so that the best possible tagger is too."""

from dataclasses import dataclass

import numpy as np

STATES, SYMBOLS = 5, 20
SHORTEST, LONGEST = 10, 30

Sequences = list[np.ndarray]


@dataclass(frozen=True)
class World:
    """start: (S,), transitions: (S, S) [from, to], emissions: (S, V); rows sum to 1."""

    start: np.ndarray
    transitions: np.ndarray
    emissions: np.ndarray

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "World":
        """States like to stay, or to go where a permutation says."""
        favourite = np.eye(STATES)[rng.permutation(STATES)]
        transitions = 0.3 * rng.dirichlet(np.ones(STATES), STATES) + 0.35 * np.eye(STATES) + 0.35 * favourite
        emissions = rng.dirichlet(np.full(SYMBOLS, 0.35), STATES)
        return cls(np.full(STATES, 1 / STATES), transitions, emissions)

    def sample(self, count: int, rng: np.random.Generator) -> tuple[Sequences, Sequences]:
        """Symbols and states of so many sequences: lists of (T,) int64."""
        lengths = rng.integers(SHORTEST, LONGEST + 1, count)
        states = [self._states(length, rng) for length in lengths]
        return [np.array([rng.choice(SYMBOLS, p=self.emissions[s]) for s in path]) for path in states], states

    def posterior(self, tokens: np.ndarray) -> np.ndarray:
        """The probability (T, S) of each state given the whole sequence (T,): forward and backward."""
        likelihood = self.emissions[:, tokens].T
        forward, backward = np.empty_like(likelihood), np.ones_like(likelihood)
        for t, weights in enumerate(likelihood):
            prior = self.start if t == 0 else forward[t - 1] @ self.transitions
            forward[t] = prior * weights / (prior @ weights)
        for t in reversed(range(len(tokens) - 1)):
            backward[t] = self.transitions @ (likelihood[t + 1] * backward[t + 1])
            backward[t] /= backward[t].sum()
        joint = forward * backward
        posterior: np.ndarray = joint / joint.sum(1, keepdims=True)
        return posterior

    def best_path(self, tokens: np.ndarray) -> np.ndarray:
        """The most probable states (T,) as a whole: Viterbi."""
        with np.errstate(divide="ignore"):
            likelihood, moves = np.log(self.emissions[:, tokens].T), np.log(self.transitions)
        score, choice = np.log(self.start) + likelihood[0], np.zeros((len(tokens), STATES), int)
        for t in range(1, len(tokens)):
            reach = score[:, None] + moves
            choice[t], score = reach.argmax(0), reach.max(0) + likelihood[t]
        path = [int(score.argmax())]
        for t in reversed(range(1, len(tokens))):
            path.append(int(choice[t, path[-1]]))
        return np.array(path[::-1])

    def _states(self, length: int, rng: np.random.Generator) -> np.ndarray:
        path = [int(rng.choice(STATES, p=self.start))]
        while len(path) < length:
            path.append(int(rng.choice(STATES, p=self.transitions[path[-1]])))
        return np.array(path)
