"""Data by name: where files come from, what is refused, what counts as used; and the files that the papers declare."""

import gzip
import hashlib
import http.server
import os
import re
import subprocess
import sys
import threading
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image
from sklearn.datasets import load_breast_cancer, load_digits

from papers import catalogue, reading
from papers import data as datasets
from papers.data import DataError, File, dataset
from papers.gain.data import winsorised

ROOT = Path(datasets.__file__).parents[1]
CONTENT = b"ID,size ,colour,outcome\r1,0.5,2,10\r2,1.5,3,20\r3,2.5,2,90\r"  # as in the credit file, lines end in CR
TOY = File(
    name="toy.csv",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    read=partial(reading.table, drop=("ID",), label="outcome", categorical=("colour",)),
    address="http://127.0.0.1:9/toy.csv",  # nobody listens on the discard port
    licence="none",
)
SHAPES = {"letter": (20000, 16, 16), "spam": (4601, 57, 0), "credit": (30000, 23, 9), "news-part": (4954, 57, 0)}


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """An empty mirror and an empty cache, and a data set named toy."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    monkeypatch.setenv("DATA_MIRROR", str(folder))
    monkeypatch.setenv("DATA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(datasets.files(), "toy", TOY)
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
        monkeypatch.setitem(datasets.files(), "toy", replace(TOY, address=address))
        yield listening, origin
        listening.shutdown()


def in_cache():
    return sorted(path.name for path in Path(os.environ["DATA_CACHE"]).glob("*"))


def test_what_comes_with_a_package_needs_no_download(mirror):
    arrays = dataset("breast")
    assert arrays["x"].shape == (569, 30)
    assert not arrays["categorical"].any()
    assert np.bincount(arrays["label"]).tolist() == [212, 357]
    assert dataset("digits")["x"].shape == (1797, 64)
    assert datasets.used() == {name: datasets.files()[name].sha256 for name in ("breast", "digits")}


def test_digits_and_breast_are_those_that_scikit_learn_reads():
    for name, bunch in (("digits", load_digits()), ("breast", load_breast_cancer())):
        assert np.array_equal(dataset(name)["x"], bunch.data)
        assert np.array_equal(dataset(name)["label"], bunch.target)


def test_a_changed_table_of_a_package_is_refused(mirror, monkeypatch):
    monkeypatch.setitem(datasets.files(), "breast", replace(datasets.files()["breast"], sha256="0" * 64))
    with pytest.raises(DataError, match="not the expected breast_cancer"):
        dataset("breast")


def test_a_file_that_should_lie_beside_the_code_is_never_fetched(mirror, server, tmp_path, monkeypatch):
    toy = datasets.files()["toy"]
    monkeypatch.setitem(datasets.files(), "toy", replace(toy, folder=tmp_path / "made"))
    with pytest.raises(DataError, match=r"made/toy\.csv is missing; it comes with the code"):
        dataset("toy")
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "toy.csv").write_bytes(CONTENT)
    assert dataset("toy")["x"].shape == (3, 2)


def test_a_package_that_is_not_installed_has_no_folder():
    assert not datasets.installed("no_such_package").exists()
    assert datasets.installed("numpy") == Path(np.__file__).parent


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
    assert datasets.missing("toy") == str(refusal.value)
    assert datasets.used() == {}


def test_a_missing_file_says_what_is_missing_and_how_to_get_it(mirror):
    message = datasets.missing("toy")
    assert all(word in message for word in ("toy.csv", TOY.address, "DATA_MIRROR", "cache"))
    with pytest.raises(DataError, match="DATA_MIRROR"):
        dataset("toy")


def test_a_name_that_nobody_declares_is_a_mistake_of_ours(mirror):
    for ask in (dataset, datasets.missing):
        with pytest.raises(KeyError):
            ask("imagenet")


def test_a_mirror_that_is_no_folder_is_refused(mirror, monkeypatch):
    monkeypatch.setenv("DATA_MIRROR", str(mirror / "nowhere"))
    with pytest.raises(DataError, match="DATA_MIRROR"):
        dataset("toy")


def test_a_file_is_fetched_once(mirror, server):
    listening, _ = server
    assert datasets.missing("toy") == ""
    listening.shutdown()
    listening.server_close()
    assert dataset("toy")["x"].shape == (3, 2)
    assert in_cache() == ["toy.csv"]


def test_a_fetched_file_that_is_not_the_expected_one_is_not_kept(mirror, server):
    _, origin = server
    (origin / "toy.csv").write_bytes(b"<html>moved</html>")
    with pytest.raises(DataError, match=r"not the expected toy\.csv"):
        dataset("toy")
    assert in_cache() == []


def test_an_address_that_answers_with_an_error_says_so(mirror, server):
    _, origin = server
    (origin / "toy.csv").unlink()
    with pytest.raises(DataError, match=r"could not be fetched .*404"):
        dataset("toy")
    assert in_cache() == []


def test_a_converted_file_is_not_fetched(mirror, server, monkeypatch):
    monkeypatch.setitem(datasets.files(), "toy", replace(datasets.files()["toy"], converted=True))
    with pytest.raises(DataError, match=r"made from .* set DATA_MIRROR"):
        dataset("toy")


def test_a_file_is_made_once_and_counts_as_used(mirror):
    makings = []
    contents = [datasets.made("net.f4", lambda: (makings.append(1), b"weights")[1]) for _ in range(2)]
    assert (contents, makings) == ([b"weights"] * 2, [1])
    assert datasets.used() == {"net.f4": hashlib.sha256(b"weights").hexdigest()}


def test_what_is_kept_is_made_once_and_counts_as_used_in_every_run(mirror):
    (mirror / "toy.csv").write_bytes(CONTENT)
    makings = []

    @datasets.kept
    def inner(column):
        makings.append(column)
        return dataset("toy")["x"][:, column]

    @datasets.kept
    def outer(column):
        return inner(column) + 1

    first = outer(1)
    assert datasets.used() == {"toy": TOY.sha256}
    datasets.reset()
    assert outer(1) is first
    assert datasets.used() == {"toy": TOY.sha256}
    datasets.reset()
    inner(0)
    assert makings == [1, 0]
    assert datasets.used() == {"toy": TOY.sha256}


def test_what_failed_is_not_kept(mirror):
    @datasets.kept
    def column():
        return dataset("toy")["x"]

    with pytest.raises(DataError):
        column()
    (mirror / "toy.csv").write_bytes(CONTENT)
    assert column().shape == (3, 2)
    assert datasets.used() == {"toy": TOY.sha256}


def test_two_papers_may_share_a_file_and_must_not_mean_different_ones_by_a_name(monkeypatch):
    papers = [ModuleType("papers.one.data"), ModuleType("papers.two.data")]
    monkeypatch.setattr(catalogue, "modules", lambda name: papers)
    declared = datasets.files.__wrapped__
    papers[0].FILES, papers[1].FILES = {"toy": TOY}, {"toy": replace(TOY, licence="another word for it")}
    assert declared() == {"toy": TOY}
    for other in (replace(TOY, sha256="0" * 64), replace(TOY, read=reading.npz)):
        papers[1].FILES = {"toy": other}
        with pytest.raises(DataError, match=r"papers\.two\.data declares toy"):
            declared()


@pytest.mark.parametrize("name", sorted(datasets.files()))
def test_a_declared_file_says_what_it_is(name):
    file = datasets.files()[name]
    assert re.fullmatch(r"[a-z0-9_-]+", name)
    assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
    assert file.licence
    assert file.folder or file.address.startswith("https://")
    if file.folder:
        assert datasets.missing(name) == ""


def test_every_committed_table_and_net_is_declared():
    declared = {file.folder / file.name for file in datasets.files().values() if file.folder}
    tracked = subprocess.run(["git", "ls-files", "papers"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    committed = {ROOT / name for name in tracked if name.endswith((".npz", ".npy", ".safetensors", ".csv"))}
    assert committed
    assert committed <= declared


def test_every_data_set_that_a_case_or_a_paper_names_is_declared_by_that_paper():
    for paper in catalogue.all_papers():
        sources = paper.folder.rglob("*.py")
        named = {name for path in sources for name in re.findall(r"\bdataset\(\"([\w-]+)\"\)", path.read_text())}
        for task in paper.tasks:
            named |= {name for tier in task.tiers for case in tier.cases for name in case.data}
        own = {
            name
            for module in catalogue.modules("data")
            if Path(module.__file__).parent == paper.folder
            for name in module.FILES
        }
        assert named <= own, paper.slug


def test_declaring_data_loads_nothing_heavy():
    code = (
        "import sys; from papers import data; data.files(); assert not {'torch', 'sklearn', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_the_cards_do_not_load_the_data_they_name():
    code = (
        "import sys; from papers import catalogue; catalogue.all_papers(); "
        "assert not [name for name in sys.modules if name.startswith('papers.') and name.endswith('.data')]; "
        "assert not {'papers.data', 'pooch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_the_real_tables_of_a_mirror_have_their_shapes():
    mirror = os.environ.get("DATA_MIRROR")
    for name, (n, d, codes) in SHAPES.items():
        if mirror and any(Path(mirror, datasets.files()[name].name + ending).exists() for ending in ("", ".gz")):
            arrays = dataset(name)
            assert arrays["x"].shape == (n, d)
            assert arrays["categorical"].sum() == codes
            is_code = arrays["x"][:, arrays["categorical"]]
            assert (is_code == is_code.round()).all()


def test_single_outliers_do_not_own_a_winsorised_range():
    rows = [f"{value},{value % 7}" for value in range(999)]
    content = "\n".join(["wide,shares", *rows, "1000000,3"]).encode()
    assert winsorised(content, drop=(), label="shares")["x"].max() < 1000


def test_rows_end_in_their_class():
    arrays = reading.labelled_rows(b"a line of words\n1,2.5,0\n3,4,1\n", skip=1)
    assert arrays["x"].tolist() == [[1, 2.5], [3, 4]]
    assert arrays["label"].tolist() == [0, 1]


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
    arrays = reading.jpegs(packed.getvalue())
    assert np.array_equal(arrays["x_train"], pictures)
    assert arrays["y_test"].tolist() == [0, 1, 2]


def test_pickles_are_refused():
    packed = BytesIO()
    np.savez(packed, x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        reading.npz(packed.getvalue())


def test_tensors_are_read_by_name():
    weights = {"w": np.arange(4, dtype=np.float32).reshape(2, 2), "b": np.array([4, 5], np.float32)}
    tensors = reading.tensors(safetensors.numpy.save(weights))
    assert {name: tensor.tolist() for name, tensor in tensors.items()} == {"w": [[0, 1], [2, 3]], "b": [4, 5]}
