"""Structured perceptron with averaged weights: hard Viterbi, and a correction wherever the best path is not the true one."""

import numpy as np

ROUNDS = 10


def best_path(unary, moves):
    """The best tags (T,) for unary: (T, S) and moves: (S, S) [from, to]."""
    score, choice = unary[0], np.zeros(unary.shape, int)
    for t in range(1, len(unary)):
        reach = score[:, None] + moves
        choice[t] = reach.argmax(0)
        score = reach.max(0) + unary[t]
    path = [int(score.argmax())]
    for t in reversed(range(1, len(unary))):
        path.append(int(choice[t, path[-1]]))
    return np.array(path[::-1])


class Method:
    def __init__(self, seed: int, device: str) -> None:
        self.rng = np.random.default_rng(seed)

    def fit(self, task, tokens, tags):
        self.codes = {token: code for code, token in enumerate(sorted({t for s in tokens for t in s}))}
        coded = [self._code(sequence) for sequence in tokens]
        weights, moves = np.zeros((len(self.codes) + 1, task["tags"])), np.zeros((task["tags"], task["tags"]))
        # weights now, and the sum of updates times when they were made: their difference is the average
        late_weights, late_moves = np.zeros_like(weights), np.zeros_like(moves)
        step = 0
        for _ in range(ROUNDS):
            for n in self.rng.permutation(len(coded)):
                truth, path = tags[n], best_path(weights[coded[n]], moves)
                step += 1
                if (truth == path).all():
                    continue
                for sign, way in ((1, truth), (-1, path)):
                    for now, late, at in (
                        (weights, late_weights, (coded[n], way)),
                        (moves, late_moves, (way[:-1], way[1:])),
                    ):
                        np.add.at(now, at, sign)
                        np.add.at(late, at, sign * step)
        self.weights, self.moves = weights - late_weights / (step + 1), moves - late_moves / (step + 1)

    def predict(self, tokens):
        return [best_path(self.weights[self._code(sequence)], self.moves) for sequence in tokens]

    def _code(self, sequence):
        return np.array([self.codes.get(token, -1) for token in sequence])
