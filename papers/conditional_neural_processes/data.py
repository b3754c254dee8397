"""The files of this paper's boards; digits and glyphs are drawn from the seed."""

from papers import shelf
from papers.data import File
from papers.reading import npz

FILES = {
    "mnist70k": shelf.MNIST,
    "orl_faces": File(
        name="orl_faces.npz",
        sha256="ed947b6d6b7e4ba261b972976e4e4a581b7b5f1ef21e4009d144aed3b12b419f",
        read=npz,  # x32, x64: (400, side, side) uint8, y: (400,) the person
        address="https://cam-orl.co.uk/facedatabase.html",
        licence="credit to Olivetti Research Laboratory (F. Samaria, A. Harter 1994)",
        converted=True,
    ),
    "omniglot_small": File(
        name="omniglot_small.npz",
        sha256="6606c500c30ff8da5c5403039216f3f4182392862c36e73bca4a92de66446cbc",
        read=npz,  # bits: (4840, 105, 14) uint8, packed rows; alphabet, char, drawer: (4840,); alphabets, chars: names
        address="https://github.com/brendenlake/omniglot",
        licence="MIT (B. Lake 2015); 8 of 50 alphabets",
        converted=True,
    ),
}
