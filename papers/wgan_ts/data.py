"""What the boards of the paper draw from: small images."""

from papers import shelf
from papers.data import File
from papers.reading import npz

FILES = {
    "digits": shelf.DIGITS,
    "mnist": shelf.MNIST,
    "fashion-mnist-part": shelf.FASHION_PART,
    "orl-faces": File(
        name="orl_faces.npz",
        sha256="ed947b6d6b7e4ba261b972976e4e4a581b7b5f1ef21e4009d144aed3b12b419f",
        read=npz,
        address="https://cam-orl.co.uk/facedatabase.html",
        licence="credit to be given to Olivetti Research Laboratory (F. Samaria, A. Harter 1994)",
        converted=True,
    ),
}
