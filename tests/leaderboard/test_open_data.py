"""A board from its plays: the file says what the site says, to the last digit, and whoever changes either is found out."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from leaderboard.boards import open_data
from leaderboard.models import Change, OpenData, Standing
from leaderboard.running import house
from papers import catalogue
from runners.standing import open_data as files
from tests.leaderboard.test_references import WHERE, measure

METHODS = ("hard_dtw", "diagonal", "soft_dtw")
ALONE = """
import sys
for name in ("django", "torch", "celery"):
    sys.modules[name] = None
from runners.commands.group import main
sys.exit(main(["recompute", sys.argv[1]]))
"""


@pytest.fixture
def kept(db):
    for method in WHERE.task.house:
        house.submit(WHERE.task, method)
    for method in METHODS:
        measure(method)
    return open_data.renew(WHERE)


@pytest.fixture
def path(kept, client, tmp_path):
    """The file as anybody downloads it."""
    response = client.get(f"/tasks/{WHERE.task.slug}/plays.parquet?tier=quick")
    assert f'"{WHERE.task.slug}-quick.parquet"' in response["Content-Disposition"]
    path = tmp_path / "plays.parquet"
    path.write_bytes(b"".join(response.streaming_content))
    return path


def test_every_play_of_what_stands_is_in_the_file_once(kept, path):
    frame, how = files.read(path)
    assert kept.plays == len(frame) == len(METHODS) * len(WHERE.cases) * WHERE.seeds
    assert not frame.duplicated(["run", "case", "seed"]).any()
    assert set(frame["run"]) == set(Standing.objects.values_list("run", flat=True))
    assert how.primary == WHERE.task.primary
    assert {metric.name for metric in WHERE.task.metrics if not metric.gives_away} <= set(frame.columns)


def test_a_board_is_ranked_again_to_the_last_digit(path):
    frame, how = files.read(path)
    again = files.standings(frame, how)
    for row in Standing.objects.all():
        for name in files.PLACES:
            assert again.at[row.run_id, name] == getattr(row, name), name
    assert files.differences(frame, how) == []


def test_the_command_needs_neither_site_nor_torch(path, monkeypatch):
    done = subprocess.run([sys.executable, "-c", ALONE, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "to the last digit" in done.stdout


def test_whoever_changes_what_is_shown_is_found_out(kept, caplog, client):
    row = Standing.objects.order_by("position").first()
    Standing.objects.filter(pk=row.pk).update(value=row.value + 1e-12)
    Change.note(WHERE.task.slug)
    OpenData.objects.update(seconds=0)
    assert OpenData.is_behind()
    call_command("open_data", check=True)
    (told,) = OpenData.objects.get().differences
    assert told.startswith(f"{row.submission.name} (run {row.run_id}): value is")
    assert "other standings than the site shows" in caplog.text
    assert b"1 with other standings than are shown" in client.get("/about/").content


def test_a_board_is_written_again_when_it_changes_and_only_then(kept):
    assert open_data.renew(WHERE).made == kept.made
    OpenData.objects.update(seconds=0)
    measure("l2_dtw")
    renewed = open_data.renew(WHERE)
    assert renewed.plays > kept.plays


def test_what_took_long_is_not_made_at_once_again(kept):
    Change.note(WHERE.task.slug)
    OpenData.objects.update(seconds=3600)
    assert open_data.renew(WHERE).made == kept.made


def test_where_nothing_stands_there_is_no_file(kept, client):
    Standing.objects.all().delete()
    Change.note(WHERE.task.slug)
    OpenData.objects.update(seconds=0)
    assert open_data.renew(WHERE) is None
    assert client.get(f"/tasks/{WHERE.task.slug}/plays.parquet").status_code == 404


@pytest.mark.parametrize("content", [b"", b"PAR1", b"run,case\n1,a\n"])
def test_what_is_no_such_file_is_refused_in_a_sentence(content, tmp_path):
    path = Path(tmp_path / "broken.parquet")
    path.write_bytes(content)
    with pytest.raises(files.Unreadable, match="is no file of a board's plays"):
        files.read(path)


def test_a_board_whose_cases_weigh_differently_is_ranked_again_to_the_last_digit(measured):
    board = catalogue.board("imputation", "quick")
    for name, value in (("First", 0.3), ("Second", 0.5)):
        measured(name, value)
    kept = open_data.renew(board)
    assert len(set(files.How.of(board, board.ranked_cases).weights)) == 2
    assert open_data.check(kept) == []
