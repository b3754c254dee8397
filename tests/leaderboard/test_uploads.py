"""Bad files, one by one, and a thousand broken ones: a clear message, nothing stored, nothing run."""

import html
import io
import platform
import struct
import warnings
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard.machine.contents import CODE as STORED
from leaderboard.submitting import uploads
from leaderboard.submitting.uploads import Bounded, UploadError, read_upload, store_code
from papers import catalogue
from runners import manual
from runners.sources import SourceError, from_zip
from runners.starter_notebook import notebook
from runners.stubs import stubs_of
from tests.leaderboard.conftest import CODE

TASK = catalogue.task("imputation")


def zipped(*files, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", compression) as archive:
        warnings.simplefilter("ignore")  # duplicate names are meant
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def link():
    entry = zipfile.ZipInfo("method.py")
    entry.external_attr = 0o120777 << 16
    return entry


def encrypted():
    content = bytearray(zipped(("method.py", CODE)))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(signature) + offset
        content[at : at + 2] = struct.pack("<H", struct.unpack("<H", content[at : at + 2])[0] | 1)
    return bytes(content)


def with_another_name_inside():
    """The name in front of the content differs from the one in the table at the end."""
    return zipped(("method.py", CODE)).replace(b"method.py", b"../../.py", 1)


def in_disguise(front):
    """Also a file of another kind, which begins where a zip need not."""
    return front + zipped(("method.py", CODE))


def lying_about_its_size():
    content = bytearray(zipped(("method.py", b"#" * (3 << 20))))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 10)
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("method.py", CODE),
        ("METHOD.PY", CODE),
        ("method.zip", zipped(("anything.py", CODE))),
        (
            "method.zip",
            zipped(("method.py", CODE), ("README.md", "x"), ("__MACOSX/._method.py", "x"), (".DS_Store", "x")),
        ),
        ("method.zip", zipped(("Method/", b""), ("Method/method.py", CODE), ("__MACOSX/Method/._method.py", "x"))),
        ("method.zip", zipped(("Method\\method.py", CODE), ("Method\\Thumbs.db", "x"))),
        ("method.zip", zipped(("./method.py", CODE), ("__pycache__/method.cpython-311.pyc", "x"))),
        ("method.py", b"\xef\xbb\xbf" + CODE),
        ("method.zip", in_disguise(b"<html><script>alert(1)</script>")),
        ("method.zip", in_disguise(b"import os; os.abort()\n")),
        ("method.zip", zipped(("m\N{LATIN SMALL LETTER E WITH ACUTE}thode.py", CODE))),
        ("method.py", b"# -*- coding: utf-7 -*-\n" + CODE),
        ("method.py", CODE.replace(b"class Method:", b"class Base:") + b"\nclass Method(Base):\n    pass\n"),
        ("method.py", b"import torch\nclass Method(torch.nn.Module):\n    pass\n"),
        ("method.py", CODE.replace(b"self, seed, device", b"self, *words")),
    ],
)
def test_good_files_are_taken(name, content):
    assert b"Method" in read_upload(name, content, TASK).code


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("method.py", b"", "defines no class Method"),
        ("method.txt", CODE, "neither a .py nor a .zip"),
        ("method.py", CODE + b"#" * (2 << 20), "limit is 1 MiB"),
        ("method.py", b"x = 1\n# caf\xe9\n", "line 2: byte 9 is not UTF-8|line 2.*not UTF-8"),
        ("method.py", b"\xef\xbb\xbf# caf\xe9\n", "line 1: byte 8 is not UTF-8"),
        ("method.py", b"x = 2\na = 1\x00\n", "line 2: a NUL byte"),
        ("method.py", b"def f(:\n", "method.py, line 1.*not valid Python"),
        ("method.py", b"class Other: pass", "defines no class Method"),
        ("method.py", b"def f():\n    class Method: pass", "defines no class Method"),
        (
            "method.py",
            b"class Method:\n    def __init__(self, seed, device): pass",
            "line 1: class Method lacks impute",
        ),
        (
            "method.py",
            CODE.replace(b"self, seed, device", b"self"),
            r"must be constructed by __init__\(self, seed, device\)",
        ),
        ("method.py", CODE.replace(b"self, seed, device", b"self, a, b, c"), "must be constructed by"),
        ("method.py", b"class Method:\n    def impute(self, x, categorical): return x", "lacks __init__"),
        ("method.py", b"(" * 100_000, "not valid Python|nested too deeply"),
        ("method.py", b"x = " + b"-" * 500_000 + b"1", "nested too deeply|could not be parsed"),
        ("method.py", b"x = a" + b".b" * 300_000, "nested too deeply|could not be parsed|no class Method"),
        ("method.zip", b"not a zip", "not a readable zip"),
        ("method.zip", b"", "not a readable zip"),
        ("method.zip", zipped(("method.py", CODE))[:-30], "not a readable zip"),
        ("method.zip", zipped(("../method.py", CODE)), "leaves its folder"),
        ("method.zip", zipped(("/method.py", CODE)), "absolute"),
        ("method.zip", zipped(("..\\method.py", CODE)), "leaves its folder"),
        ("method.zip", zipped(("\\method.py", CODE)), "absolute"),
        ("method.zip", zipped(("method.py", CODE), ("readme_net.py", CODE)), "holds 2 Python files"),
        ("method.zip", zipped(("a/method.py", CODE), ("b/other.py", CODE)), "also holds a/method.py"),
        ("method.zip", zipped(("C:method.py", CODE)), "absolute or foreign"),
        ("method.zip", zipped((link(), "/etc/passwd")), "link or device"),
        ("method.zip", zipped(*((f"{i}.py", b"") for i in range(3000))), "3000 entries"),
        ("method.zip", zipped(("method.py", b"#" * (200 << 20))), "unpacks to more than 1 MiB"),
        ("method.zip", with_another_name_inside(), "not a readable zip"),
        ("method.zip", zipped(("method\u202e.py.exe", CODE)), "also holds method"),
        ("method.zip", zipped(("method.py/", b""), ("method.py/x", CODE)), "also holds method.py/x"),
        ("method.py", in_disguise(CODE), "not UTF-8|not valid Python"),
        ("method.zip", lying_about_its_size(), "not a readable zip|unpacks to more"),
        ("method.zip", encrypted(), "encrypted"),
        ("method.zip", zipped(("src/method.py", CODE), ("setup.py", CODE)), "also holds src/method.py"),
        ("method.zip", zipped(("method.py", CODE), ("weights.bin", b"1")), "also holds weights.bin"),
        ("method.zip", zipped(("a.py", CODE), ("b.py", CODE)), "holds 2 Python files"),
        ("method.zip", zipped(("method.py", CODE), ("method.py", CODE)), "holds 2 Python files"),
        ("method.zip", zipped(("inner.zip", zipped(("method.py", CODE)))), "also holds inner.zip"),
        ("method.zip", zipped(("README.md", b"x")), "holds 0 Python files"),
    ],
)
def test_bad_files_are_refused_with_a_reason(name, content, message):
    with pytest.raises(UploadError, match=message) as caught:
        read_upload(name, content, TASK)
    assert len(caught.value.message) < 400
    assert caught.value.message.isprintable()


def test_nothing_in_a_zip_is_dropped_in_silence(client, alice, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = zipped(("net/method.py", CODE), ("net/README.md", "x"), (".DS_Store", "x"))
    client.force_login(alice)
    fields = {"name": "Zipped", "code_is_public": "True", "file": SimpleUploadedFile("method.zip", file)}
    page = client.post("/tasks/imputation/submit/", fields, follow=True).content.decode()
    assert "Not kept: net/README.md, .DS_Store." in page


def test_no_more_than_two_files_are_parsed_at_a_time_and_few_wait(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(uploads, "TURN_SECONDS", 0.1)
    with uploads.parser(), uploads.parser():
        with pytest.raises(UploadError, match="Too many files are being read") as caught, uploads.parser():
            pass
        assert caught.value.code == "busy"
    with uploads.parser():
        pass


def test_one_author_has_one_file_read_at_a_time_and_the_others_are_not_kept_waiting(client, alice, settings, tmp_path):
    settings.DATA_DIR = settings.MEDIA_ROOT = tmp_path
    with uploads.turn(alice.pk):
        with pytest.raises(UploadError, match="one after the other"), uploads.turn(alice.pk):
            pass
        with uploads.turn(alice.pk + 1):
            pass
    with uploads.turn(alice.pk):
        pass


def test_who_finds_all_parsers_busy_has_nothing_counted(client, alice, settings, monkeypatch, tmp_path):
    settings.DATA_DIR = settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(uploads, "TURN_SECONDS", 0.1)
    counted = []
    monkeypatch.setattr("leaderboard.submitting.forms.count_refused", counted.append)
    client.force_login(alice)
    fields = {"name": "Mine", "code_is_public": "True"}

    def send():
        file = SimpleUploadedFile("method.py", CODE)
        return client.post("/tasks/imputation/submit/", fields | {"file": file}).content.decode()

    with uploads.parser(), uploads.parser():
        assert "Too many files are being read" in send()
    assert counted == []
    with uploads.turn(alice.pk):
        assert "one after the other" in send()
    assert counted == [alice]


def test_refused_uploads_are_counted(client, alice, monkeypatch):
    monkeypatch.setattr("leaderboard.submitting.rates.REFUSED", "2/h")
    cache.clear()
    client.force_login(alice)
    told = [
        client.post("/tasks/imputation/submit/", {"name": "Bad", "file": SimpleUploadedFile("m.py", b"x = 1")})
        for _ in range(3)
    ]
    assert [response.status_code for response in told] == [422] * 3
    assert "defines no class Method" in told[1].content.decode()
    assert "Too many uploads were refused in an hour" in told[2].content.decode()
    cache.clear()


def test_a_task_may_take_less_than_the_site():
    small = replace(TASK, file_bytes=len(CODE))
    assert read_upload("method.py", CODE, small).code == CODE
    for name, content in [("method.py", CODE + b"#" * 99), ("method.zip", zipped(("method.py", CODE + b"#" * 99)))]:
        with pytest.raises(UploadError, match=r"KiB of code; .* takes .* KiB: learn in the run"):
            read_upload(name, content, small)


def test_a_hostile_file_name_is_shown_harmlessly():
    with pytest.raises(UploadError) as caught:
        read_upload("\x1b[31m\nevil\u202e.txt", CODE, TASK)
    assert caught.value.message.isprintable()


GOOD_ZIP = zipped(("method.py", CODE), ("README.md", b"words " * 50))


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD_ZIP) - 1), st.integers(0, 255)), min_size=1, max_size=12),
    st.integers(0, 40),
)
def test_a_thousand_mutated_zips_give_code_or_a_reason(changes, cut):
    content = bytearray(GOOD_ZIP)
    for at, byte in changes:
        content[at] = byte
    try:
        code = from_zip("method.zip", bytes(content[: len(content) - cut]), most=1 << 20).code
    except SourceError:
        return
    assert len(code) <= 1 << 20


def test_of_a_file_that_is_sent_no_more_is_kept_than_a_method_may_have():
    handler = Bounded()
    handler.new_file("file", "huge.py", "text/plain", None)
    for start in range(0, 300 << 20, 1 << 20):
        assert handler.receive_data_chunk(bytes(1 << 20), start) is None
    kept = handler.file_complete(300 << 20)
    assert kept.size == 300 << 20
    assert len(kept.read()) == (1 << 20) + 1


def test_code_is_stored_once_under_its_sha256(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert store_code(CODE) == store_code(CODE)
    (path,) = tmp_path.rglob("*.py")
    assert path.read_bytes() == CODE
    assert str(path).endswith(STORED.path(store_code(CODE)))


def test_half_written_code_is_written_again(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sha256 = store_code(CODE)
    path = tmp_path / STORED.path(sha256)
    path.write_bytes(CODE[:10])
    store_code(CODE)
    assert path.read_bytes() == CODE


def test_a_full_disk_is_told_and_keeps_nothing(settings, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("leaderboard.machine.contents.default_storage.save", full)
    monkeypatch.setattr("leaderboard.machine.contents.default_storage.exists", lambda path: False)
    with pytest.raises(UploadError, match=r"No space left on device.*our fault"):
        store_code(CODE)


DOUBLES = b"class Method:\n    def __init__(self, seed, device): ...\n    def double(self, x): return 2 * x\n"


def test_an_optional_call_is_never_demanded_and_a_required_one_is(doubling):
    assert "halve" in doubling.calls
    assert read_upload("method.py", DOUBLES, doubling).code == DOUBLES
    with pytest.raises(UploadError, match="lacks double"):
        read_upload("method.py", DOUBLES.replace(b"double", b"halve"), doubling)


@pytest.mark.parametrize("task", catalogue.all_tasks().values(), ids=lambda task: task.slug)
def test_the_starter_and_the_submit_page_name_what_a_method_meets(task, client, alice):
    client.force_login(alice)
    starter = client.get(f"/tasks/{task.slug}/starter.py").content
    assert read_upload("method.py", starter, task).code == starter
    page = client.get(f"/tasks/{task.slug}/submit/").content.decode()
    for words in (f"Python {platform.python_version()}", f"numpy {np.__version__}", "0 to 2**32 - 1"):
        assert words in page
        assert words in " ".join(starter.decode().replace("# ", "").split())
    for name in ("starter.ipynb", "manual/"):
        assert f"/tasks/{task.slug}/{name}" in page
    assert client.get(f"/tasks/{task.slug}/starter.ipynb").content == notebook(task)


def test_the_manual_of_the_attack_board_shows_the_kit_whole(client, db):
    task = catalogue.task("attack")
    shown = html.unescape(client.get("/tasks/attack/manual/").content.decode())
    assert all(stub.code in shown for stub in stubs_of(task.kit))
    assert manual.interface(task) in shown
