"""What is shown and what is hidden: digits in a handwriting of the seed, all else from the paper's sources."""

import numpy as np

from papers.wgan_ts.generation.cases import Split
from papers.wgan_ts.generation.handwriting import Hand
from papers.wgan_ts.problem import sources
from papers.wgan_ts.problem.sources import Source, with_random_contrast


def load(split: Split, rng: np.random.Generator) -> Source:
    """Draw so many points to show and so many to hide."""
    if split.source != "digits":
        return sources.load(split.source, train=split.train, hidden=split.hidden, rng=rng)
    images, label = Hand(rng).draw(rng, split.train + split.hidden)
    x = with_random_contrast(images, rng)
    return Source(x[: split.train], x[split.train :], label[split.train :], images.shape[1:])
