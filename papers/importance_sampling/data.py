"""The images of the full tier. Those of the quick tier are drawn from the seed."""

from papers.data import File
from papers.reading import npz
from papers.shelf import CIFAR10_JPEG, FASHION_PART, MNIST

FILES = {
    "mnist": MNIST,
    "fashion-mnist-part": FASHION_PART,
    "cifar10-jpeg": CIFAR10_JPEG,
    "usps": File(
        name="usps.npz",
        sha256="ff914ddb7a2d8e25ee5e675a8861ce746496e38300e9f02edc81fdf31c93c49c",
        read=npz,
        address="https://github.com/hyzhang98/AnchorGAE-torch/blob/5d29366c5f90b93a41d1f0e96bae746ae1bc5689/data/usps_all.mat",
        licence="none stated (J. J. Hull 1994)",
        converted=True,
    ),
}
