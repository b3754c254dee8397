import gzip
import hashlib
import http.server
import json
import os
import re
import threading
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from papers import data as datasets
from papers.data import DataError, File, dataset

CONTENT = b"ID,size ,colour,outcome\r1,0.5,2,10\r2,1.5,3,20\r3,2.5,2,90\r"  # as in the credit file, lines end in CR
TOY = File(
    "toy.csv",
    hashlib.sha256(CONTENT).hexdigest(),
    "http://127.0.0.1:9/toy.csv",  # nobody listens on the discard port
    partial(datasets._table, drop=("ID",), label="outcome", categorical=("colour",)),
)
SHAPES = {"letter": (20000, 16, 16), "spam": (4601, 57, 0), "credit": (30000, 23, 9), "news-part": (4954, 57, 0)}


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """An empty mirror and an empty cache, and a data set named toy."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    monkeypatch.setenv("DATA_MIRROR", str(folder))
    monkeypatch.setenv("DATA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(datasets.FILES, "toy", TOY)
    datasets.reset()
    yield folder
    datasets.reset()


@pytest.fixture
def server(mirror, tmp_path, monkeypatch):
    """The official address, for as long as it is open."""
    origin = tmp_path / "origin"
    origin.mkdir()
    (origin / "toy.csv").write_bytes(CONTENT)
    handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=origin)) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{listening.server_port}/toy.csv"
        monkeypatch.setitem(datasets.FILES, "toy", File("toy.csv", TOY.sha256, address, TOY.read))
        yield listening, origin
        listening.shutdown()


def test_the_quick_tier_needs_no_download(mirror):
    arrays = dataset("breast")
    assert arrays["x"].shape == (569, 30)
    assert not arrays["categorical"].any()
    assert np.bincount(arrays["label"]).tolist() == [212, 357]
    assert datasets.used() == {"breast": datasets.BREAST_SHA256}


def test_a_changed_bundled_table_is_refused(mirror, monkeypatch):
    monkeypatch.setattr(datasets, "BREAST_SHA256", "0" * 64)
    with pytest.raises(DataError, match="breast cancer"):
        dataset("breast")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_mirror_is_read_and_what_was_used_is_told(mirror, pack):
    (mirror / ("toy.csv" if pack is bytes else "toy.csv.gz")).write_bytes(pack(CONTENT))
    arrays = dataset("toy")
    assert arrays["x"].tolist() == [[0.5, 2], [1.5, 3], [2.5, 2]]
    assert arrays["categorical"].tolist() == [False, True]
    assert arrays["label"].tolist() == [0, 0, 1]
    assert datasets.used() == {"toy": TOY.sha256}
    datasets.reset()
    assert datasets.used() == {}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("toy.csv", CONTENT.replace(b"90", b"91")),
        ("toy.csv.gz", gzip.compress(CONTENT.replace(b"90", b"91"))),
        ("toy.csv.gz", gzip.compress(CONTENT)[:-9]),
        ("toy.csv.gz", b"not gzipped"),
    ],
    ids=["changed", "changed inside", "cut short", "something else"],
)
def test_a_corrupt_mirror_file_is_refused(mirror, name, content):
    (mirror / name).write_bytes(content)
    with pytest.raises(DataError, match="remove it") as refusal:
        dataset("toy")
    assert name in str(refusal.value)
    assert datasets.used() == {}


def test_a_missing_file_says_what_is_missing_and_how_to_get_it(mirror):
    with pytest.raises(DataError) as refusal:
        dataset("toy")
    message = str(refusal.value)
    assert all(word in message for word in ("toy.csv", TOY.address, "DATA_MIRROR", "cache"))


def test_a_mirror_that_is_no_folder_is_refused(mirror, monkeypatch):
    monkeypatch.setenv("DATA_MIRROR", str(mirror / "nowhere"))
    with pytest.raises(DataError, match="DATA_MIRROR"):
        dataset("toy")


def test_a_file_is_fetched_once(mirror, server):
    listening, _ = server
    first = dataset("toy")["x"]
    listening.shutdown()
    listening.server_close()
    assert (dataset("toy")["x"] == first).all()
    assert [path.name for path in Path(os.environ["DATA_CACHE"]).iterdir()] == ["toy.csv"]


def test_a_fetched_file_that_is_not_the_expected_one_is_not_kept(mirror, server):
    _, origin = server
    (origin / "toy.csv").write_bytes(b"<html>moved</html>")
    with pytest.raises(DataError, match="sha256"):
        dataset("toy")
    assert not Path(os.environ["DATA_CACHE"]).exists()


def test_single_outliers_do_not_own_a_winsorised_range():
    rows = [f"{value},{value % 7}" for value in range(999)]
    content = "\n".join(["wide,shares", *rows, "1000000,3"]).encode()
    x = datasets._winsorised(content, drop=(), label="shares")["x"]
    assert x.max() < 1000


def test_the_real_tables_of_a_mirror_have_their_shapes():
    mirror = os.environ.get("DATA_MIRROR")
    for name, (n, d, codes) in SHAPES.items():
        if mirror and any(Path(mirror, datasets.FILES[name].name + ending).exists() for ending in ("", ".gz")):
            arrays = dataset(name)
            assert arrays["x"].shape == (n, d)
            assert arrays["categorical"].sum() == codes
            is_code = arrays["x"][:, arrays["categorical"]]
            assert (is_code == is_code.round()).all()


def test_every_data_set_that_a_paper_names_is_known():
    sources = Path(datasets.__file__).parent.glob("*/**/*.py")
    named = {name for path in sources for name in re.findall(r"\bdataset\(\"([\w-]+)\"\)", path.read_text())}
    assert named
    assert named <= {"breast", *datasets.FILES}


def test_jpeg_files_are_decoded():
    pictures = [np.full((8, 8, 3), level, np.uint8) for level in (0, 128, 255)]
    files = []
    for picture in pictures:
        Image.fromarray(picture).save(file := BytesIO(), "JPEG")
        files.append(np.frombuffer(file.getvalue(), np.uint8))
    packed = BytesIO()
    offsets = np.cumsum([0, *map(len, files)])
    np.savez(
        packed,
        **{f"jpeg_{part}": np.concatenate(files) for part in ("train", "test")},
        **{f"off_{part}": offsets for part in ("train", "test")},
        y_train=np.arange(3, dtype=np.uint8),
        y_test=np.arange(3, dtype=np.uint8),
    )
    arrays = datasets._jpegs(packed.getvalue())
    assert np.array_equal(arrays["x_train"], pictures)
    assert arrays["y_test"].tolist() == [0, 1, 2]


def test_a_converted_file_is_not_fetched(mirror, monkeypatch):
    monkeypatch.setitem(datasets.FILES, "toy", replace(TOY, converted=True))
    with pytest.raises(DataError, match=r"made from .* set DATA_MIRROR"):
        dataset("toy")


def test_a_file_is_made_once(mirror):
    made = []
    contents = [datasets.made("net.f4", lambda: (made.append(1), b"weights")[1]) for _ in range(2)]
    assert (contents, made) == ([b"weights"] * 2, [1])


def test_tensors_are_read_by_name():
    head = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "b": {"dtype": "F32", "shape": [2], "data_offsets": [16, 24]},
            "w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
        }
    ).encode()
    content = len(head).to_bytes(8, "little") + head + np.arange(6, dtype="<f4").tobytes()
    tensors = datasets._safetensors(content)
    assert tensors["w"].tolist() == [[0, 1], [2, 3]]
    assert tensors["b"].tolist() == [4, 5]
    with pytest.raises(DataError, match="F16"):
        datasets._safetensors(content.replace(b"F32", b"F16"))
