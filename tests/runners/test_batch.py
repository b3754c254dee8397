"""A list of plays on a machine that is at hand for minutes: what is played, resumed, brought back and merged."""

import shutil

import pytest

from papers import reference
from runners import batch
from runners.__main__ import main

LIST = """
doubling quick exact * 0-1      # all cases
doubling quick exact small 0 alone
"""


def run(tmp_path, text=LIST, *words):
    (tmp_path / "list").write_text(text)
    return main(["batch", str(tmp_path / "list"), str(tmp_path / "out"), "--device", "cpu", *words])


def test_a_list_is_played_once_resumed_and_its_archive_is_merged(isolated, doubling, tmp_path, monkeypatch, capsys):
    assert run(tmp_path, LIST, "--seconds", "0") == 0
    assert "0 plays" in capsys.readouterr().out
    assert run(tmp_path, LIST, "--jobs", "2") == 0
    cases = [case.name for case in doubling.board("quick").cases]
    assert f"{2 * len(cases) + 1} plays, 0 left, 1 repeated of which 0 scored otherwise" in capsys.readouterr().out
    (row,) = reference.read(tmp_path / "out/doubling/quick-cpu.json.gz").rows
    assert {(play.case, play.seed) for play in row.plays} == {(case, seed) for case in cases for seed in (0, 1)}
    assert row.provenance["beside_others"] == len(row.plays) - 1, (
        "the one that was repeated alone has a time of its own"
    )
    assert row.provenance["repeated"] == {"plays": 1, "same_scores": 1}
    assert run(tmp_path, LIST, "--jobs", "2") == 0
    assert "0 plays, 0 left" in capsys.readouterr().out, "nothing is played twice"
    shutil.rmtree(tmp_path / "out")
    path = tmp_path / "reference" / "quick-cpu.json.gz"
    monkeypatch.setattr(batch.reference, "path_of", lambda board, device_class: path)
    assert main(["batch", "--merge", str(tmp_path / "out.tar.gz")]) == 0
    assert "taken: doubling/quick exact" in capsys.readouterr().out
    assert reference.read(path).rows == (row,)
    monkeypatch.setattr(batch.reference, "holds", lambda row, board: False)
    assert main(["batch", "--merge", str(tmp_path / "out.tar.gz")]) == 1
    assert "changed since: doubling/quick exact" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("doubling quick exact", "line 1 of the list is no board"),
        ("doubling quick exact small 0 first", "line 1 of the list is no board"),
        ("doubling quick nobody small 0", "has no method nobody"),
        ("doubling quick exact huge 0", "or no case huge"),
        ("doubling quick exact small many", "line 1 of the list"),
        ("tripling quick exact small 0", "line 1 of the list"),
        ("doubling quick exact small 0-99", "has the seeds 0-"),
        ("doubling quick exact small 1-0", "has the seeds 0-"),
    ],
)
def test_a_line_that_means_nothing_is_named(isolated, doubling, tmp_path, capsys, line, reason):
    assert run(tmp_path, line) == 2
    assert reason in capsys.readouterr().err


def test_beside_others_a_limit_of_time_is_nobodys_and_the_play_is_tried_again_alone(doubling, tmp_path):
    (row,) = batch.rows_of("doubling quick exact small 0", tmp_path, "cpu")
    player = batch.Batch([row], jobs=2, until=0, together=4)
    failure = {"type": "failed", "whose": "author", "reason": "limit", "message": "slow", "case": "small", "seed": 0}
    assert player.judge(row, failure, [("small", 0)], beside=1) == []
    assert row.progress.failure is None
    assert row.left(alone=True) == [("small", 0)]
    assert player.judge(row, failure, [("small", 0)], beside=0) == []
    assert row.progress.failure.reason == "limit"
