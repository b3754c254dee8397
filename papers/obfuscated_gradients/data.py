"""Images, and the weights of nets: published ones, and those that `make.train` made (it prints what belongs here)."""

from pathlib import Path

from papers import shelf
from papers.data import File
from papers.reading import committed, tensors

FOLDER = Path(__file__).parent
_ADVERTORCH = (
    "https://github.com/BorealisAI/advertorch/tree/e063e341c87d9a621ae1a8f72c3507d5ea5bd327"
    "/advertorch_examples/trained_models"
)
_CONVEX = "https://github.com/locuslab/convex_adversarial/tree/2cd8149249b9e90383af10fc7e9b9fe90166813e/models"
LGPL, MIT = "LGPL-3.0 (Royal Bank of Canada 2019)", "MIT (Eric Wong 2018)"


def published(name: str, sha256: str, address: str, licence: str) -> File:
    """Weights that were published as a torch file, converted to safetensors."""
    return File(name=name, sha256=sha256, read=tensors, address=address, licence=licence, converted=True)


MADE = committed(
    FOLDER / "made",
    {
        "linear": "a4e041f0d19fca772a63688957ff6800e8626b300b52e2c72c6d993fca872f03",
        "plain": "d51eb5dbf578b617c2af1f0662943da350abe4e9dc9a899325d48e186668925b",
        "adversarial": "8a2d4a359cfb7f9c09a00276d368fa82ac39ebfed4c23733824e225bc7a8ef4a",
        "quantised": "15a27129f70926686795f211e7140a7e5bb11678d978a5c6bb19b8f58f21c328",
        "thermometer": "3cec510d73a5bc300d45faa3a4815de5b73a22badc2aa6d7de0c752acbf148a8",
        "noisy": "979a0595b2dc48b9076f63e467fc3b13a7b1077ea9e10656071f97fff1b61b4c",
        "projection": "82fb14a3ac608e3da00e370cc7058175108d07c63f53cfe44c1ba38ba1b97774",
        "cifar-jpegcopy-plain": "728130f146e2d46f958673b4cd144f756795d4807bf1cd61d91f04761dfd1be8",
        "cifar-jpegcopy-adversarial": "2ff24616e17e8dc0cafa0c07bfa9a5922230dd1507b85a9071a2f37f3eb881ae",
        "cifar-jpegcopy-thermometer16": "a06bba30a2a8d48ec47cf404374e2ade63e03f377e611f086233965cb7bdfeb4",
    },
    licence="as this project",
)
FILES = {
    "digits": shelf.DIGITS,
    "mnist": shelf.MNIST,
    "fashion-mnist-part": shelf.FASHION_PART,
    "cifar10-jpeg": shelf.CIFAR10_JPEG,
    **{f"victim-{name}": file for name, file in MADE.items()},
    **committed(
        FOLDER / "kit",
        {"surrogates": "0cbbe1264415cf0d5b5c03751b0f2abf685faf9fcba897b2116e92163cc6516f"},
        licence="as this project",
    ),
    "advertorch-mnist-plain": published(
        "advertorch_mnist_lenet5_clntrained.safetensors",
        "6ad4b9a28bf9e5b7c594468c75f07983bcce4a275c54016f19802b05cc8d51a1",
        f"{_ADVERTORCH}/mnist_lenet5_clntrained.pt",
        LGPL,
    ),
    "advertorch-mnist-adversarial": published(
        "advertorch_mnist_lenet5_advtrained.safetensors",
        "3bf047b42eb6c7afb5f14f4e8bd31c9957d18df4cab52e6e476e377f9f650038",
        f"{_ADVERTORCH}/mnist_lenet5_advtrained.pt",
        LGPL,
    ),
    "convex-mnist": published(
        "convexadv_models_mnist.safetensors",
        "37923b145682bef021cdf87493adce9300cdc444b2fcd379e3e0d0687df43eb6",
        f"{_CONVEX}/mnist.pth",
        MIT,
    ),
    "convex-fashion-mnist": published(
        "convexadv_models_fashion_mnist.safetensors",
        "41acee820b22b2c3a09d161cf08a8c804d2572d7e0eda48dc9ff658ef29cf08d",
        f"{_CONVEX}/fashion_mnist.pth",
        MIT,
    ),
}
