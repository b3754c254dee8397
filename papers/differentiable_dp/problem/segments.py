"""Sequences in which a noisily marked segment says what all tags mean, and the best possible tagger. What attention is for.

A token shows a content and a look. Contents in the segment favour one kind, those around it another one; looks tell, with
errors, which tokens lie in the segment. The tag of a token is the segment's kind turned by the token's own content.
"""

from dataclasses import dataclass

import numpy as np

KINDS, LOOKS = 3, 4  # tags, and contents; symbols are content * LOOKS + look
SYMBOLS = KINDS * LOOKS
SHORTEST, LONGEST = 12, 24
SEGMENTS = range(3, 9)  # how long the segment may be
FAVOUR = 0.6  # share of contents that are of the favoured kind, beside those that are by chance

Sequences = list[np.ndarray]


@dataclass(frozen=True)
class World:
    """looks: (2, LOOKS), their probabilities around the segment and in it; contents: (KINDS, KINDS) [favoured, shown]."""

    looks: np.ndarray
    contents: np.ndarray

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "World":
        around = np.array([0.05, 0.15, 0.3, 0.5])
        order = rng.permutation(LOOKS)
        return cls(np.stack([around[order], around[::-1][order]]), FAVOUR * np.eye(KINDS) + (1 - FAVOUR) / KINDS)

    def sample(self, count: int, rng: np.random.Generator) -> tuple[Sequences, Sequences]:
        """Symbols and tags of so many sequences: lists of (T,) int64."""
        pairs = [self._sequence(int(length), rng) for length in rng.integers(SHORTEST, LONGEST + 1, count)]
        return [tokens for tokens, _ in pairs], [tags for _, tags in pairs]

    def posterior(self, tokens: np.ndarray) -> np.ndarray:
        """The probability (T, KINDS) of each tag given the whole sequence (T,): over all segments, kinds and kinds around."""
        contents, looks = np.divmod(tokens, LOOKS)
        likelihood = np.log(self.contents[:, contents])  # (KINDS, T)
        around, within = (np.log(probabilities[looks]) + likelihood for probabilities in self.looks)
        gains = np.cumsum(within[:, None] - around, axis=-1)  # [kind, around, T]
        gains = np.concatenate([np.zeros((KINDS, KINDS, 1)), gains], axis=-1)
        totals = [
            np.logaddexp.reduce(gains[..., length:] - gains[..., :-length], axis=-1) - np.log(len(tokens) - length + 1)
            for length in SEGMENTS
        ]
        joint = np.logaddexp.reduce(totals, axis=0) + around.sum(-1)
        joint[np.diag_indices(KINDS)] = -np.inf  # what is favoured around is another kind
        kinds = np.exp(joint - joint.max()).sum(1)
        tags = (np.arange(KINDS) - contents[:, None]) % KINDS  # the kind that a tag speaks of
        posterior: np.ndarray = (kinds / kinds.sum())[tags]
        return posterior

    def best_path(self, tokens: np.ndarray) -> np.ndarray:
        """The most probable tags (T,) as a whole: all follow from the kind."""
        best: np.ndarray = self.posterior(tokens).argmax(1)
        return best

    def _sequence(self, length: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        kind, around = rng.permutation(KINDS)[:2]
        size = int(rng.choice(SEGMENTS))
        first = int(rng.integers(length - size + 1))
        is_within = (np.arange(length) >= first) & (np.arange(length) < first + size)
        contents = np.array([rng.choice(KINDS, p=self.contents[kind if inside else around]) for inside in is_within])
        looks = np.array([rng.choice(LOOKS, p=self.looks[int(inside)]) for inside in is_within])
        return contents * LOOKS + looks, (kind + contents) % KINDS
