"""Smoothed Viterbi with the surrogate loss: value of the program minus the score of the true path, summed over sequences.

With entropy this is the linear conditional random field, with the squared norm its sparse relative. Scores are weights
of features of a token and of pairs of tags; L-BFGS learns them. Sequences are sorted by length and go in batches.
A symbol is a feature; a word is five: itself, in small letters, its ending, its shape, and a bias.
"""

import zlib

import numpy as np
from scipy.optimize import minimize

OP = "entropy"
GAMMA = 1.0
PENALTY = 0.5  # of the squared weights
ROUNDS = 60
HASHED = 1 << 15  # features of words
BATCH = 256


def smooth(x):
    """Value and gradient of the smoothed maximum over the last axis."""
    top = x.max(-1, keepdims=True)
    z = (x - top) / GAMMA
    if OP == "entropy":
        q = np.exp(z)
        total = q.sum(-1, keepdims=True)
        return (top + GAMMA * np.log(total))[..., 0], q / total
    descending = -np.sort(-z, axis=-1)
    threshold = ((descending.cumsum(-1) - 1) / np.arange(1, z.shape[-1] + 1)).max(-1, keepdims=True)
    q = np.maximum(z - threshold, 0)
    return top[..., 0] + GAMMA * ((q * z).sum(-1) - (q * q).sum(-1) / 2), q


def program(unary, moves, lengths):
    """Value (B,), marginals (B, T, S) and expected pairs (S, S) [current, previous], for unary: (B, T, S).

    The first step has no previous tag: only its own scores count.
    """
    batch, steps, states = unary.shape
    alive = np.arange(steps)[:, None] < lengths
    v, q = unary[:, 0], np.zeros((steps, batch, states, states))
    for t in range(1, steps):
        values, q[t] = smooth(moves + v[:, None])
        v = np.where(alive[t, :, None], values + unary[:, t], v)
    value, u = smooth(v)
    marginals, pairs = np.zeros_like(unary), np.zeros((states, states))
    for t in reversed(range(steps)):
        marginals[:, t] = u * alive[t, :, None]
        if t:
            edges = marginals[:, t, :, None] * q[t]
            pairs += edges.sum(0)
            u = np.where(alive[t, :, None], edges.sum(1), u)
    return value, marginals, pairs


def best_path(unary, moves):
    """The best tags (T,) for unary: (T, S)."""
    score, choice = unary[0], np.zeros(unary.shape, int)
    for t in range(1, len(unary)):
        reach = moves + score
        choice[t] = reach.argmax(1)
        score = reach.max(1) + unary[t]
    path = [int(score.argmax())]
    for t in reversed(range(1, len(unary))):
        path.append(int(choice[t, path[-1]]))
    return np.array(path[::-1])


def shape_of(word):
    """Capitals X, small letters x, digits 9; runs count once."""
    kinds = ["X" if c.isupper() else "x" if c.islower() else "9" if c.isdigit() else c for c in word]
    return "".join(kind for n, kind in enumerate(kinds) if n == 0 or kind != kinds[n - 1])


class Method:
    def __init__(self, seed: int, device: str) -> None:
        pass

    def fit(self, task, tokens, tags):
        self.states, self.vocabulary = task["tags"], task["vocabulary"]
        self.size = self.vocabulary or HASHED
        batches = list(self._batches(tokens))
        truth = [[tags[n] for n in batch[0]] for batch in batches]
        target_weights, target_moves = np.zeros((self.size, self.states)), np.zeros((self.states, self.states))
        for (_, features, _), paths in zip(batches, truth, strict=True):
            for b, path in enumerate(paths):
                for k in range(features.shape[-1]):
                    np.add.at(target_weights, (features[b, : len(path), k], path), 1)
                np.add.at(target_moves, (path[1:], path[:-1]), 1)

        def loss(flat):
            self._unpack(flat)
            total, weights, moves = 0.5 * PENALTY * (flat @ flat), -target_weights, -target_moves
            total -= (target_weights * self.weights).sum() + (target_moves * self.moves).sum()
            for _, features, lengths in batches:
                value, marginals, pairs = program(self._unary(features), self.moves, lengths)
                total += value.sum()
                moves = moves + pairs
                for state in range(self.states):
                    shares = np.repeat(marginals[..., state].ravel(), features.shape[-1])
                    weights[:, state] += np.bincount(features.ravel(), shares, minlength=self.size)
            return total, np.concatenate([weights.ravel(), moves.ravel()]) + PENALTY * flat

        start = np.zeros(self.size * self.states + self.states**2)
        self._unpack(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x)

    def predict(self, tokens):
        return [best_path(self._unary(self._features(sequence)), self.moves) for sequence in tokens]

    def marginals(self, tokens):
        rows = [np.empty(0)] * len(tokens)
        for places, features, lengths in self._batches(tokens):
            marginals = program(self._unary(features), self.moves, lengths)[1]
            for b, place in enumerate(places):
                rows[place] = marginals[b, : lengths[b]]
        return rows

    def _batches(self, tokens):
        """(places, features (B, T, K), lengths) of sequences of about the same length."""
        order = np.argsort([len(sequence) for sequence in tokens], kind="stable")
        for first in range(0, len(order), BATCH):
            places = order[first : first + BATCH]
            known = [self._features(tokens[n]) for n in places]
            lengths = np.array([len(one) for one in known])
            features = np.zeros((len(known), lengths.max(), known[0].shape[-1]), int)
            for b, one in enumerate(known):
                features[b, : len(one)] = one
            yield places, features, lengths

    def _features(self, sequence):
        """(T, K): the symbol, or what there is to see of a word."""
        if self.vocabulary:
            return np.asarray(sequence)[:, None]
        seen = [("w" + word, "l" + word.lower(), "e" + word[-3:], "s" + shape_of(word), "b") for word in sequence]
        return np.array([[zlib.crc32(one.encode()) % HASHED for one in five] for five in seen])

    def _unary(self, features):
        return self.weights[features].sum(-2)

    def _unpack(self, flat):
        cut = self.size * self.states
        self.weights, self.moves = flat[:cut].reshape(-1, self.states), flat[cut:].reshape(self.states, -1)
