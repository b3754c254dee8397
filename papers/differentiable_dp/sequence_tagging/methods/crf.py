"""Smoothed Viterbi with one of the paper's two losses, summed over sequences.

The surrogate one is the value of the program minus the score of the true path: with entropy that is the linear conditional
random field, with the squared norm its sparse relative. The relaxed one compares the expected path itself with the truth: by
log loss (entropy) or squared distance (squared norm); its gradient is a Hessian-vector product of the program. Scores are weights
of features of a token and of pairs of tags; L-BFGS learns them. Sequences are sorted by length and go in batches.
A symbol is a feature; a word is five: itself, in small letters, its ending, its shape, and a bias.
"""

import zlib

import numpy as np
from scipy.optimize import minimize

OP = "entropy"
LOSS = "surrogate"
LEAST = 1e-9  # marginals below count as that in a log loss
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


def bend(q, v):
    """The Hessian of the smoothed maximum at gradient q times v."""
    share = q if OP == "entropy" else (q > 0).astype(float)
    return share * (v - (share * v).sum(-1, keepdims=True) / share.sum(-1, keepdims=True)) / GAMMA


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


def turned(unary, moves, lengths, z):
    """The derivatives of `program`'s marginals and pairs as unary scores go along z: (B, T, S)."""
    batch, steps, states = unary.shape
    alive = np.arange(steps)[:, None] < lengths
    v, v_dot = unary[:, 0], z[:, 0]
    q, q_dot = np.zeros((2, steps, batch, states, states))
    for t in range(1, steps):
        on = alive[t, :, None]
        values, q[t] = smooth(moves + v[:, None])
        q_dot[t] = bend(q[t], v_dot[:, None])
        v_dot = np.where(on, (q[t] * v_dot[:, None]).sum(-1) + z[:, t], v_dot)
        v = np.where(on, values + unary[:, t], v)
    _, u = smooth(v)
    u_dot = bend(u, v_dot)
    marginals_dot, pairs_dot = np.zeros_like(unary), np.zeros((states, states))
    for t in reversed(range(steps)):
        on = alive[t, :, None]
        marginals_dot[:, t] = u_dot * on
        if t:
            edges = (u * on)[:, :, None] * q[t]
            edges_dot = (u_dot * on)[:, :, None] * q[t] + (u * on)[:, :, None] * q_dot[t]
            pairs_dot += edges_dot.sum(0)
            u, u_dot = np.where(on, edges.sum(1), u), np.where(on, edges_dot.sum(1), u_dot)
    return marginals_dot, pairs_dot


def relaxed(unary, moves, lengths, truth):
    """The relaxed loss of a batch, and its gradients by unary scores and by moves; truth: (B, T, S), 1 at the true tags."""
    _, marginals, _ = program(unary, moves, lengths)
    if OP == "entropy":
        given = np.maximum(marginals, LEAST)
        loss, z = -(truth * np.log(given)).sum(), -truth / given
    else:
        z = marginals - truth
        loss = (z * z).sum() / 2
    return loss, *turned(unary, moves, lengths, z)


def surrogate(unary, moves, lengths, truth):
    """The surrogate loss likewise."""
    value, marginals, pairs = program(unary, moves, lengths)
    before, after = truth[:, :-1], truth[:, 1:]
    true_pairs = np.einsum("bti,btj->ij", after, before)
    score = (truth * unary).sum() + (true_pairs * moves).sum()
    return value.sum() - score, marginals - truth, pairs - true_pairs


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
        batches = [(*batch, self._truth(batch, tags)) for batch in self._batches(tokens)]
        cost = relaxed if LOSS == "relaxed" else surrogate

        def loss(flat):
            self._unpack(flat)
            total, weights, moves = (
                0.5 * PENALTY * (flat @ flat),
                np.zeros_like(self.weights),
                np.zeros_like(self.moves),
            )
            for _, features, lengths, truth in batches:
                value, by_unary, by_moves = cost(self._unary(features), self.moves, lengths, truth)
                total, moves = total + value, moves + by_moves
                for state in range(self.states):
                    shares = np.repeat(by_unary[..., state].ravel(), features.shape[-1])
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

    def _truth(self, batch, tags):
        """(B, T, S): 1 at the true tags of the batch's sequences."""
        places, features, _ = batch
        truth = np.zeros((*features.shape[:2], self.states))
        for b, place in enumerate(places):
            truth[b, np.arange(len(tags[place])), tags[place]] = 1
        return truth

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
