"""The pages of the two boards of WGAN-TS: their figures, their flag, and what the abstract says beside what was measured."""

import pytest
from django.utils import timezone

from leaderboard.boards import standings
from leaderboard.models import Run, Score, Standing, Submission
from leaderboard.submitting.uploads import store_code
from papers import catalogue


@pytest.fixture
def ran(db):
    """Leave a finished run of a house method, its scores given by a function of (case, seed)."""

    def put(task, slug, scores):
        board = catalogue.board(task, "quick")
        house = board.task.method(slug)
        submission = Submission.objects.create(
            task=task,
            is_house=True,
            name=house.title,
            kind=house.kind,
            house_slug=slug,
            code_sha256=store_code(board.task.code(house)),
        )
        plays = board.plays()
        run = Run.objects.create(
            submission=submission,
            task=task,
            tier="quick",
            task_version=board.task.version,
            status=Run.Status.FINISHED,
            started=timezone.now(),
            ended=timezone.now(),
            plays_total=len(plays),
            plays_done=len(plays),
            seconds=10.0,
            cpu_seconds=9.0,
            gpu_seconds=0.0,
            memory_bytes=10**8,
            device="cpu",
            device_name="a CPU",
            isolation="bubblewrap+seccomp",
            provenance={"seeds": 5, "libraries": {}, "command": "claimcheck run"},
        )
        rows = [
            Score(run=run, case=case.name, seed=seed, metric=metric, value=value)
            for case, seed in plays
            for metric, value in scores(case, seed).items()
        ]
        Score.objects.bulk_create(rows)
        standings.rebuild(board)

    return put


def critic(accuracy, estimate, seconds):
    """A critic's scores, a little different from seed to seed."""

    def scores(case, seed):
        found = accuracy + 0.01 * (seed % 3)
        return {
            "accuracy": found,
            "relative_error": 1 - found,
            "estimate_error": abs(estimate - 1),
            "lower": found,
            "estimate": estimate,
            "upper": 1.4,
            "oracle": 1.0,
            "cpu_seconds": seconds + 0.001 * case.params.n + 0.01 * (seed % 2),
        }

    return scores


def test_the_distance_board_draws_its_figures_and_judges_the_abstract(client, ran):
    ran("wasserstein", "wgan_ts", critic(0.6, 0.8, 2.0))
    ran("wasserstein", "wgan_clip", critic(0.4, 0.1, 1.0))
    ran("wasserstein", "minibatch", critic(0.0, 1.4, 0.1))
    page = client.get("/tasks/wasserstein/").content.decode()
    for figure in catalogue.task("wasserstein").figures:
        assert figure.title in page
    assert "copies training data" not in page
    claims = client.get("/tasks/wasserstein/claims/").content.decode()
    assert "WGAN-TS computes a distance nearer to the truth than weight clipping" in claims
    assert "WGAN-TS is faster than weight clipping" in claims


def test_the_generation_board_flags_what_copies(client, ran):
    def drawing(excess, copy_rate):
        return lambda case, seed: {
            "fidelity": 1 - excess / 10 + 0.001 * (seed % 3),
            "copy_rate": copy_rate,
            "mode_coverage": 1.0,
        }

    ran("generation", "gaussian", drawing(1.0, 0.5))
    page = client.get("/tasks/generation/").content.decode()
    assert "copies training data" not in page.split("About this board")[0]
    ran("generation", "bootstrap", drawing(0.1, 0.9))
    page = client.get("/tasks/generation/").content.decode()
    assert "copies training data" in page
    ranks = dict(Standing.objects.filter(task="generation").values_list("submission__house_slug", "rank"))
    assert ranks == {"gaussian": 1, "bootstrap": None}, "who copies takes no place from anybody"
    for figure in catalogue.task("generation").figures:
        assert figure.title in page
