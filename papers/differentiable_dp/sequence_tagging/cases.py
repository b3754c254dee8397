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
FULL = (
    *QUICK,
    Case(
        name="ner/wnut17",
        params=Corpus("wnut17", scheme="IOB2"),
        data=("wnut17-train", "wnut17-test"),
    ),
    Case(name="ner/wikigold", params=Corpus("wikigold", scheme="IO"), data=("wikigold",)),
    Case(name="pos/ewt", params=Corpus("ewt"), data=("ewt-train", "ewt-test")),
)
