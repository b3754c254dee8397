"""Reference results: what `claimcheck record` writes, what it plays again, and what it survives."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import papers
from papers import catalogue, reference
from papers.fingerprint import contents, fingerprint
from runners import local, recording
from runners.__main__ import main
from runners.commands import exits
from runners.job import ROOT, Job
from runners.provenance import command
from runners.recording import Progress, alone
from tests.elsewhere import FOLDER

SLOW = """
import time

class Method:
    def __init__(self, seed, device):
        pass

    def double(self, x):
        time.sleep(0.5)
        return 2 * x
"""


@pytest.fixture
def doubled(doubling, tmp_path, monkeypatch):
    """The task `doubling` in a copy that a test may edit."""
    folder = tmp_path / "papers"
    shutil.copytree(Path(FOLDER) / "doubling", folder / "doubling")
    monkeypatch.setattr(papers, "__path__", [*papers.__path__[:-1], str(folder)])
    monkeypatch.setenv("PAPERS_PATH", str(folder))
    return folder / "doubling" / "doubling"


def task_of(folder):
    """The task with its files in this folder."""
    task = catalogue.task("doubling")
    return type(task)(**{**{name: getattr(task, name) for name in task.__dataclass_fields__}, "folder": folder})


def mark(folder, slug="exact"):
    task = task_of(folder)
    return fingerprint(task, task.method(slug))


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def record(out, *words):
    return main(["record", "doubling", "--seeds", "2", "--device", "cpu", "--folder", str(out), *words])


def test_comments_docstrings_and_layout_change_no_fingerprint(doubled):
    before = mark(doubled)
    edit(doubled / "play.py", '"""Plays doubling."""', '"""Plays doubling; better told."""\n\n# why')
    edit(doubled / "methods" / "exact.py", "return 2 * x", "return (2 *\n            x)  # twice")
    edit(doubled / "page.py", "above=0.1", "above=0.2")  # a card's words are no part of a play
    assert mark(doubled) == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("methods/exact.py", "2 * x", "3 * x"),
        ("methods/exact.py", "hello", "hallo"),
        ("play.py", "answer - 2 * x", "answer - 3 * x"),
        ("cases.py", "Numbers(50)", "Numbers(51)"),
    ],
)
def test_another_method_play_or_case_is_another_fingerprint(doubled, name, old, new):
    before = mark(doubled)
    edit(doubled / name, old, new)
    assert mark(doubled) != before


def test_a_method_s_change_leaves_the_others_rows_alone(doubled):
    before = mark(doubled, "identity")
    edit(doubled / "methods" / "exact.py", "2 * x", "3 * x")
    assert mark(doubled, "identity") == before


def test_constants_are_part_of_a_fingerprint():
    variants = {
        fingerprint(task, house)
        for task in catalogue.all_tasks().values()
        for house in task.house
        if house.kind != "oracle"
    }
    assert len(variants) == sum(
        house.kind != "oracle" for task in catalogue.all_tasks().values() for house in task.house
    )


def test_a_module_that_is_loaded_by_its_name_counts_as_imported():
    text = b'HEAVY = "papers.digits"\nTOLD = "papers. And more."\nimport papers.task'
    assert set(contents(text)[1]) == {"papers.task", "papers.digits"}


def test_what_a_method_imports_counts_and_what_others_import_does_not(doubled):
    with_helper, without = "exact", "identity"
    (doubled / "helper.py").write_text("TIMES = 2\n")
    edit(doubled / "methods" / "exact.py", "2 * x", "helper.TIMES * x")
    text = (doubled / "methods" / "exact.py").read_text()
    (doubled / "methods" / "exact.py").write_text(f"from papers.doubling.doubling import helper\n{text}")
    before = mark(doubled, with_helper), mark(doubled, without)
    edit(doubled / "helper.py", "2", "3")
    assert mark(doubled, with_helper) != before[0]
    assert mark(doubled, without) == before[1]


def test_fingerprints_are_taken_without_torch():
    code = (
        "import sys; from papers import catalogue, reference; from papers.fingerprint import fingerprint; "
        "[fingerprint(task, house) for task in catalogue.all_tasks().values() for house in task.house]; "
        "assert not {'torch', 'sklearn', 'runners'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)


def test_what_no_figure_needs_any_more_leaves_the_file_with_the_next_row(doubling, tmp_path):
    drawn, old = (
        reference.Artefact(case="small", seed=0, name=name, kind="curve", data={"x": [1.0]})
        for name in ("answers", "drawn once")
    )
    first, second = (
        reference.Row(slug=slug, fingerprint="", plays=(), provenance={}, artefacts=(drawn, old))
        for slug in ("exact", "identity")
    )
    board = catalogue.board("doubling", "quick")
    path = reference.path_of(board, "cpu", tmp_path)
    reference.write(path, reference.Reference(task="doubling", tier="quick", device_class="cpu", rows=(first,)))
    recording.put(path, board, second)
    assert [row.artefacts for row in reference.read(path).rows] == [(drawn,)] * 2


@pytest.mark.sandbox
def test_what_was_recorded_is_read_as_it_was_and_not_played_again(doubling, tmp_path, capsys):
    assert record(tmp_path) == 0
    path = tmp_path / "quick-cpu.json.gz"
    content = path.read_bytes()
    told = reference.read(path)
    assert [row.slug for row in told.rows] == ["exact", "identity"]
    row = told.row("exact")
    assert {(play.case, play.seed) for play in row.plays} == {(case, n) for case in ("small", "large") for n in (0, 1)}
    assert [play.scores["error"] for play in row.plays] == [0.0] * 4
    assert all(play.spent["cpu_seconds"] >= 0 for play in row.plays)
    assert {(item.name, item.kind) for item in row.artefacts} == {("answers", "curve")}  # no figure draws the others
    assert len(row.artefacts) == 4
    assert row.provenance["command"] == "claimcheck run doubling --house exact --tier quick --device cpu --seeds 2"
    assert row.provenance["libraries"]["numpy"]
    assert (datetime.now(UTC).date() - date.fromisoformat(row.provenance["date"])).days in (0, 1)  # around midnight
    assert reference.holds(row, doubling.board("quick"))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    capsys.readouterr()
    assert record(tmp_path) == 0
    assert "exact: still holds" in capsys.readouterr().out
    assert path.read_bytes() == content


@pytest.mark.sandbox
def test_a_row_grows_by_what_is_asked_beyond_it(doubling, tmp_path):
    record(tmp_path, "--method", "exact", "--case", "small")
    path = tmp_path / "quick-cpu.json.gz"
    first = reference.read(path).row("exact")
    assert first.provenance["command"].endswith("--seeds 2 --case small")
    record(tmp_path, "--method", "exact")
    row = reference.read(path).row("exact")
    assert all(play in row.plays for play in first.plays)
    assert len(row.plays) == 4
    assert "--case" not in row.provenance["command"]


@pytest.mark.sandbox
def test_a_row_of_other_libraries_loses_no_play_to_one_that_is_asked_beside_it(doubling, tmp_path, monkeypatch, capsys):
    record(tmp_path, "--method", "exact", "--case", "small")
    path = tmp_path / "quick-cpu.json.gz"
    before = path.read_bytes()
    monkeypatch.setattr(recording, "versions", lambda: {"torch": "0.1"})
    assert record(tmp_path, "--method", "exact", "--case", "large") == exits.USAGE
    assert "would drop 2 plays that were not asked for" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert record(tmp_path, "--method", "exact") == exits.FINE, "all of it is asked for"
    assert len(reference.read(path).row("exact").plays) == 4


def test_what_a_machine_could_not_play_is_remembered_beside_what_is_asked_later(doubling):
    board = catalogue.board("doubling", "quick")
    job = Job(task="doubling", tier="quick", code=b"", seeds=1, cases=("small",))
    started = {"type": "started", "left_out": {"large": "no data", "small": "no data"}, "provenance": {}}
    progress = Progress(left_out={"huge": "no data"})
    progress.take(recording.only_asked(started, job), board)
    assert progress.left_out == {"huge": "no data", "small": "no data"}


@pytest.mark.sandbox
def test_what_was_left_out_is_played_once_it_can_be(doubled, tmp_path):
    assert record(tmp_path, "--method", "exact", "--case", "small") == exits.FINE
    (path,) = tmp_path.glob("*.json.gz")
    known = reference.read(path)
    row = replace(known.row("exact"), left_out={"large": "no data"})
    reference.write(path, replace(known, rows=(row,)))
    assert record(tmp_path, "--method", "exact", "--case", "large") == exits.FINE
    again = reference.read(path).row("exact")
    assert again.left_out == {}
    assert {play.case for play in again.plays} == {"small", "large"}


@pytest.mark.sandbox
def test_a_changed_method_is_played_again(doubled, tmp_path, monkeypatch, capsys):
    edited = {"doubling": task_of(doubled)}
    monkeypatch.setattr(catalogue, "all_tasks", lambda: edited)
    out = tmp_path / "out"
    record(out)
    edit(doubled / "methods" / "identity.py", "return x", "return 1 * x")
    capsys.readouterr()
    record(out)
    told = capsys.readouterr().out
    assert "exact: still holds" in told
    assert "identity: 4 plays" in told


@pytest.mark.sandbox
def test_a_failure_is_a_row_too(doubled, tmp_path, monkeypatch):
    edited = {"doubling": task_of(doubled)}
    monkeypatch.setattr(catalogue, "all_tasks", lambda: edited)
    edit(doubled / "methods" / "exact.py", "return 2 * x", "return 2 * x if len(x) < 50 else None")
    assert record(tmp_path / "out", "--method", "exact") == 0
    row = reference.read(tmp_path / "out" / "quick-cpu.json.gz").row("exact")
    assert (row.failure.reason, row.failure.case, row.failure.seed) == ("answer", "large", 0)
    assert [(play.case, play.seed) for play in row.plays] == [("small", 0)]


@pytest.mark.sandbox
def test_a_killed_recording_goes_on_where_it_stopped(doubled, tmp_path):
    (doubled / "methods" / "exact.py").write_text(SLOW)
    out = tmp_path / "out"
    words = [sys.executable, "-m", "runners", "record", "doubling", "--device", "cpu", "--method", "exact"]
    process = subprocess.Popen([*words, "--folder", str(out)], cwd=ROOT, start_new_session=True)
    journal = out / ".quick-cpu.json.gz.exact.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and len(plays_in(journal)) < 3:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = plays_in(journal)
    assert 3 <= len(kept) < 10
    with journal.open("a") as file:
        file.write('{"type": "play", "case": "sm')  # as a kill in the middle of a line leaves it
    subprocess.run([*words, "--folder", str(out)], cwd=ROOT, check=True)
    row = reference.read(out / "quick-cpu.json.gz").row("exact")
    assert len(row.plays) == 10
    measured = {(play.case, play.seed): play.spent for play in row.plays}
    assert all(measured[play["case"], play["seed"]] == reference.rounded(play["spent"]) for play in kept)
    assert not journal.exists()


def test_a_resumed_recording_names_what_its_earlier_plays_read(doubling):
    board, progress = doubling.board("quick"), Progress()
    started = {"type": "started", "left_out": {}, "provenance": {"device_name": "x"}}
    play = {"type": "play", "case": "small", "scores": {}, "spent": {}, "evaluator_seconds": 0.0}
    for event in (
        started,
        {**play, "seed": 0, "data": {"first": "11"}},
        started,  # it was killed, and goes on
        {**play, "seed": 1, "data": {"second": "22"}},
        {"type": "finished", "data": {"second": "22"}},
    ):
        progress.take(event, board)
    assert progress.row("exact", "mark", Job(task="doubling", tier="quick", code=b"")).provenance["data"] == {
        "first": "11",
        "second": "22",
    }


def plays_in(journal):
    if not journal.exists():
        return []
    lines = journal.read_text().splitlines()[1:]
    return [json.loads(line) for line in lines if line.startswith('{"type":"play"') and line.endswith("}")]


def test_a_second_recording_of_the_same_folder_is_refused(doubling, tmp_path, capsys):
    with alone(tmp_path / "quick-cpu.json.gz"):
        assert record(tmp_path) == 2
    assert "another recording" in capsys.readouterr().err


ROW = reference.Row(
    slug="exact",
    fingerprint="0",
    plays=(reference.Play(case="small", seed=0, scores={"error": 1 / 3}, spent={"seconds": 1.0}),),
    provenance={"command": "python"},
    failure=reference.Failure(reason="limit", message="slow", case="small", seed=1),
)


def test_a_reference_is_read_to_the_bit_and_a_hand_edit_is_noticed(tmp_path):
    path = tmp_path / "quick-cpu.json.gz"
    told = reference.Reference(task="doubling", tier="quick", device_class="cpu", rows=(ROW,))
    size = reference.write(path, told)
    assert size == path.stat().st_size
    assert reference.read(path) == told
    text = gzip.decompress(path.read_bytes()).decode()
    path.write_bytes(gzip.compress(text.replace(repr(1 / 3), "0.1").encode()))
    with pytest.raises(reference.Damaged, match="changed since"):
        reference.read(path)


@pytest.mark.parametrize("content", [b"", b"no gzip", b"\x1f\x8b\x08\x00", None])
def test_a_damaged_reference_is_told_as_such(tmp_path, content):
    path = tmp_path / "quick-cpu.json.gz"
    path.write_bytes(gzip.compress(b'{"sha256": NaN}') if content is None else content)
    with pytest.raises(reference.Damaged, match="can't be read"):
        reference.read(path)


def test_fractions_are_rounded_to_six_digits_and_nothing_else_is():
    assert reference.rounded({"x": [1 / 3, 123456789, "a", None, True]}) == {
        "x": [0.333333, 123456789, "a", None, True]
    }


def test_a_gpu_s_name_is_its_class():
    assert reference.device_class("cuda", "NVIDIA H100 80GB HBM3") == "nvidia-h100-80gb-hbm3"
    assert reference.device_class("cpu", "AMD EPYC") == "cpu"


def test_the_command_of_a_job_repeats_it(doubling):
    job = Job(task="doubling", tier="quick", code=b"", seeds=2, cases=("small", "large"))
    assert command(job) == (
        "claimcheck run doubling method.py --tier quick --device cpu --seeds 2 --case small --case large"
    )


@pytest.mark.sandbox
def test_a_recording_that_is_killed_while_it_writes_a_row_keeps_what_was_played(doubled, tmp_path, monkeypatch):
    edited = {"doubling": task_of(doubled)}
    monkeypatch.setattr(catalogue, "all_tasks", lambda: edited)
    put = recording.put
    monkeypatch.setattr(recording, "put", interrupted)
    assert record(tmp_path / "out", "--method", "exact") == exits.INTERRUPTED
    monkeypatch.setattr(recording, "put", put)
    monkeypatch.setattr(local, "happenings", lambda job: pytest.fail("nothing is left to play"))
    assert record(tmp_path / "out", "--method", "exact") == 0
    assert len(reference.read(tmp_path / "out" / "quick-cpu.json.gz").row("exact").plays) == 4


def interrupted(*_):
    raise KeyboardInterrupt
