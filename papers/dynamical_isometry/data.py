"""The images of the full tier; the quick one draws its digits from the seed."""

from papers.shelf import CIFAR10_JPEG, MNIST

FILES = {"mnist": MNIST, "cifar10-jpeg": CIFAR10_JPEG}
