"""Boards, made of rows as a run leaves them."""

import hashlib
from collections import Counter

import pytest
from django.utils import timezone

from leaderboard.boards import references, standings
from leaderboard.models import Run, Score, Submission
from leaderboard.running import house, runs
from leaderboard.submitting.uploads import store_code
from papers import catalogue

CODE = b"""
class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return x
"""


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def measured(db):
    """Put a finished run on the imputation board; returns the function that does it."""

    def put(name, value=0.5, *, author=None, tier="quick", rebuild=True, spread=0.01, **fields):
        board = catalogue.board("imputation", tier)
        code = CODE + f"# {name}".encode()
        submission = Submission.objects.create(
            task=board.task.slug,
            author=author,
            is_house=author is None,
            name=name,
            code_sha256="" if fields.get("kind") == "oracle" else store_code(code),
            **{"kind": "method"} | fields,
        )
        run = Run.objects.create(
            submission=submission,
            **board.key,
            task_version=board.task.version,
            status=Run.Status.FINISHED,
            started=timezone.now(),
            ended=timezone.now(),
            plays_total=len(board.plays()),
            plays_done=len(board.plays()),
            seconds=10.0,
            cpu_seconds=9.0,
            gpu_seconds=0.0,
            memory_bytes=10**8,
            device="cpu",
            device_name="a CPU",
            isolation="bubblewrap+seccomp",
            provenance={"seeds": 5, "libraries": {"numpy": "2"}, "command": "claimcheck run imputation method.py"},
        )
        rows = []
        for case, seed in board.plays():
            noise = int(hashlib.sha256(f"{name}{case.name}{seed}".encode()).hexdigest()[:6], 16) / 0xFFFFFF - 0.5
            scores = {"skill": value + spread * noise, "rmse": 0.1 - value / 20}
            rows += [Score(run=run, case=case.name, seed=seed, metric=m, value=v) for m, v in scores.items()]
        Score.objects.bulk_create(rows)
        if rebuild:
            standings.rebuild(board)
        return submission

    return put


@pytest.fixture
def sent(monkeypatch):
    """What is released, to a broker with one CPU worker."""
    names = []
    monkeypatch.setattr(runs, "living_queues", lambda: Counter(cpu=1))

    def send(run, queue):
        names.append(run.submission.name)
        return bool(Run.objects.filter(pk=run.pk).update(released=timezone.now(), queue=queue))

    monkeypatch.setattr(runs, "send", send)
    return names


@pytest.fixture
def fresh(db):
    """A site that knows the house methods of a board whose results are recorded, and has measured none."""
    enrol("alignment")


def enrol(slug):
    task = catalogue.task(slug)
    for method in task.house:
        house.submit(task, method)


@pytest.fixture
def unrecorded(monkeypatch):
    """As if nothing of imputation had been recorded."""
    known = references.recorded
    monkeypatch.setattr(references, "recorded", lambda board: {} if board.task.slug == "imputation" else known(board))
