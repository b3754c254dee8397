"""What a site does with GPU workers: how many it starts, which of them counts, and what its pages say of one that fails."""

from collections import Counter

import pytest

from leaderboard import __main__ as site
from leaderboard.machine import survey
from leaderboard.running import runs
from papers import catalogue
from runners import celery
from runners.presence import Worker
from runners.sandbox.gpu import Gpu

CARDS = [Gpu("GPU-a", "A", 0), Gpu("GPU-b", "B", 1), Gpu("GPU-c", "C", 2, is_split=True)]
TROUBLE = "the device file /dev/nvidia0 is missing"


@pytest.mark.parametrize(
    ("most", "visible", "uuids", "said"),
    [
        (64, None, ["GPU-a", "GPU-b"], "C is divided by MIG"),
        (1, None, ["GPU-a"], "C is divided by MIG"),
        (0, None, [], ""),
        (64, "GPU-b", ["GPU-b"], ""),
        (64, "MIG-7", [], "a worker needs a whole one"),
    ],
)
def test_a_runner_is_started_for_each_card_that_may_be_lent(monkeypatch, most, visible, uuids, said):
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    monkeypatch.setattr(survey, "find_gpus", lambda: CARDS)
    found = survey.survey(most)
    assert found["gpus"] == uuids
    assert said in " ".join(found["refused"])
    assert bool(said) == bool(found["refused"])


def test_the_supervisor_asks_another_process_and_says_what_it_told(monkeypatch, capsys):
    monkeypatch.setenv("GPU_RUNNERS", "0")
    assert site.machine() == []
    assert survey.survey(0)["isolation"] in capsys.readouterr().out


@pytest.fixture
def workers(monkeypatch):
    """A CPU worker that is well, and a GPU worker whose card is not."""
    well = Worker("cpu0@here", "cpu", "cpu", "a CPU", "bubblewrap", True, "", "", slots=2)
    ill = Worker("gpu0@here", "gpu", "cuda", "a GPU", "bubblewrap", True, "", "", trouble=TROUBLE)
    monkeypatch.setattr("runners.presence.present", lambda: [well, ill])


def test_a_worker_whose_card_fails_is_not_counted_and_the_full_tier_goes_to_the_cpu(workers):
    assert runs.living_queues() == Counter(cpu=2)
    assert runs.queue_for("full", runs.living_queues()) == "cpu"


def test_the_pages_say_why_a_worker_takes_no_runs(client, db, workers):
    assert "takes no runs" in client.get("/").content.decode()
    assert TROUBLE in client.get("/about/").content.decode()


def test_a_runs_hard_limit_follows_from_its_board_and_no_message_comes_again_before(monkeypatch):
    board = catalogue.board("imputation", "full")
    limits = board.limits
    assert celery.hard_limit(board) >= len(board.plays()) * (limits.play_seconds + limits.evaluator_seconds)
    assert all(celery.SHORTEST <= celery.hard_limit(board) <= celery.LONGEST for board in catalogue.all_boards())
