"""A tagger that attends: each place looks at the whole sequence and reads off what its own symbol makes of what it sees.

Attention is a softmax over the places, or the paper's third use of smoothed dynamic programs: the expected path of a chain of
two states, attended or not, smoothed by entropy. There neighbouring places are attended together as far as is learnt; its
marginals are divided by their sum, as the softmax is. Learnt by Adam on batches of sequences of about the same length.
"""

import zlib

import numpy as np
import torch

STRUCTURED = True
WIDTH = 8
REACH = 8  # how far relative places are told apart
BATCH, ROUNDS, RATE, DECAY = 32, 400, 0.03, 1e-3
HASHED = 1 << 12  # words
AWAY = -30.0  # the score of a place that is not there


def structured(scores, together):
    """Marginals (..., T) of being attended, in a chain whose neighbours gain `together` if both are.

    The log-ratio m of the two states' messages goes along the chain from both ends at once: with d = score + m, the next
    one's is softplus(d + together) - softplus(d).
    """
    both = torch.stack([scores, scores.flip(-1)])
    message, messages = torch.zeros_like(both[..., 0]), []
    for score in both.unbind(-1):
        messages.append(message)
        ratio = score + message
        message = torch.nn.functional.softplus(ratio + together) - torch.nn.functional.softplus(ratio)
    forth, back = torch.stack(messages, -1)
    return torch.sigmoid(scores + forth + back.flip(-1))


class Tagger(torch.nn.Module):
    def __init__(self, symbols, tags):
        super().__init__()
        for name, shape, scale in (
            *((name, (symbols, WIDTH), 0.3) for name in ("query", "key", "value")),
            ("reading", (symbols, tags * WIDTH), 0.3),
            ("bias", (symbols, tags), 0.0),
            ("away", (2 * REACH + 1,), 0.0),
            ("together", (), 0.0),
        ):
            self.register_parameter(name, torch.nn.Parameter(scale * torch.randn(shape)))
        self.tags = tags

    def attention(self, tokens, is_there):
        """Weights (B, T, T) that sum to 1 over the last axis."""
        places = torch.arange(tokens.shape[1])
        relative = (places - places[:, None]).clamp(-REACH, REACH) + REACH
        scores = self.query[tokens] @ self.key[tokens].transpose(1, 2) + self.away[relative]
        scores = torch.where(is_there[:, None], scores, AWAY)
        if not STRUCTURED:
            return scores.softmax(-1)
        marginals = structured(scores, self.together)
        return marginals / marginals.sum(-1, keepdim=True)

    def forward(self, tokens, is_there):
        """Log-probabilities (B, T, tags)."""
        seen = self.attention(tokens, is_there) @ self.value[tokens]
        reading = self.reading[tokens].unflatten(-1, (self.tags, WIDTH))
        return ((reading @ seen[..., None])[..., 0] + self.bias[tokens]).log_softmax(-1)


class Method:
    def __init__(self, seed: int, device: str) -> None:
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self.rng = np.random.default_rng(seed)

    def fit(self, task, tokens, tags):
        self.vocabulary = task["vocabulary"]
        self.model = Tagger(self.vocabulary or HASHED, task["tags"])
        steps = torch.optim.Adam(self.model.parameters(), lr=RATE, weight_decay=DECAY)
        slopes = torch.optim.lr_scheduler.CosineAnnealingLR(steps, ROUNDS)
        batches = [(places, *self._padded(tokens, places)) for places in batches_of(tokens)]
        truth = [padded([tags[n] for n in places]) for places, *_ in batches]
        for _ in range(ROUNDS):
            one = int(self.rng.integers(len(batches)))
            _, symbols, is_there = batches[one]
            loss = -self.model(symbols, is_there).gather(-1, truth[one][..., None])[..., 0][is_there].mean()
            steps.zero_grad()
            loss.backward()
            steps.step()
            slopes.step()

    def predict(self, tokens):
        return [row.argmax(1) for row in self.marginals(tokens)]

    @torch.no_grad()
    def marginals(self, tokens):
        rows = [np.empty(0)] * len(tokens)
        for places in batches_of(tokens):
            told = self.model(*self._padded(tokens, places)).exp().numpy()
            for place, row in zip(places, told, strict=True):
                rows[place] = row[: len(tokens[place])]
        return rows

    def _padded(self, tokens, places):
        """Symbols (B, T), and which of them are there."""
        known = [self._symbols(tokens[n]) for n in places]
        symbols = padded(known)
        return symbols, torch.arange(symbols.shape[1]) < torch.tensor([len(one) for one in known])[:, None]

    def _symbols(self, sequence):
        if self.vocabulary:
            return np.asarray(sequence)
        return np.array([zlib.crc32(word.lower().encode()) % HASHED for word in sequence])


def batches_of(tokens):
    """Places of sequences of about the same length."""
    order = np.argsort([len(sequence) for sequence in tokens], kind="stable")
    return [order[first : first + BATCH] for first in range(0, len(order), BATCH)]


def padded(rows):
    """Rows of integers as one tensor (B, T), zeros behind the shorter ones."""
    return torch.nn.utils.rnn.pad_sequence([torch.from_numpy(np.asarray(row, np.int64)) for row in rows], True)
