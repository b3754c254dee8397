"""The cases: where sequences come from, and how many there are to learn from. Imports no torch."""

from dataclasses import dataclass

from papers.task import Case


@dataclass(frozen=True)
class Corpus:
    """source: "hmm", "segments" or a data set; training: number of sequences to learn from, 0 for all; testing likewise."""

    source: str
    training: int = 0
    testing: int = 0
    scheme: str = "none"


def hmm(training: int) -> Case[Corpus]:
    return Case(name=f"hmm/{training}", params=Corpus("hmm", training, testing=300))


ATTENTION = Case(
    name="attention/segments", params=Corpus("segments", training=200, testing=300), ranked=False
)  # nothing local tells the tags: shown, but no part of a tagger's score
QUICK = (hmm(50), hmm(200), ATTENTION)


def text(name: str, source: str, *data: str, scheme: str = "none") -> Case[Corpus]:
    """Shown, but no part of a tagger's score: the labels of all three public tests fit into a file of twelve kilobytes."""
    return Case(name=name, params=Corpus(source, scheme=scheme), data=data, ranked=False)


FULL = (
    *QUICK,
    hmm(1000),
    text("ner/wnut17", "wnut17", "wnut17-train", "wnut17-test", scheme="IOB2"),
    text("ner/wikigold", "wikigold", "wikigold", scheme="IO"),
    text("pos/ewt", "ewt", "ewt-train", "ewt-test"),
)
