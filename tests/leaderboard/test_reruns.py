"""Reruns: asked for one by one, or by the board; what the pages show of them; and drift."""

import logging
import re
from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from leaderboard.boards import standings
from leaderboard.models import DriftFlag, Run, Submission
from leaderboard.running import house
from leaderboard.running.reruns import check_drift, drawn_elsewhere
from leaderboard.running.runs import rerun, seed_key, start_run
from leaderboard.submitting.uploads import store_code
from papers import catalogue
from runners.evaluation import evaluate
from runners.inprocess import InProcess
from runners.job import Job, commitment
from runners.presence import Worker
from tests.leaderboard.test_run_life import say


@pytest.fixture
def raised():
    """Raise the version of the imputation task; returns the function that does it."""
    card = catalogue.task("imputation")

    def lift():
        object.__setattr__(card, "version", version + 1)
        for board in card.boards.values():
            standings.rebuild(board)

    version = card.version
    yield lift
    object.__setattr__(card, "version", version)


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def act(client, model, action, objects):
    address = reverse(f"admin:leaderboard_{model}_changelist")
    response = client.post(address, {"action": action, "_selected_action": [each.pk for each in objects]}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_raising_the_version_makes_runs_stale_and_offers_the_rerun_to_staff(client, measured, staff, alice, raised):
    house_method, hers = measured("House"), measured("Hers", author=alice)
    assert not standings.counting_runs(catalogue.board("imputation", "full"))
    board, own = reverse("task", args=["imputation"]), hers.get_absolute_url()
    client.force_login(staff)
    assert "left the board" not in page(client, board)
    raised()
    assert "2 submissions were measured under an older version" in page(client, board)
    assert "stale</span>" in page(client, own)
    client.force_login(alice)
    assert "left the board" not in page(client, board)
    assert "Run again under version" in page(client, own)
    assert client.post(reverse("rerun_stale", args=["imputation"])).status_code == 403
    client.force_login(staff)
    client.post(reverse("rerun_stale", args=["imputation"]))
    again = Run.objects.filter(status="queued")
    assert {run.submission for run in again} == {house_method, hers}
    assert {(run.requester, run.priority) for run in again} == {(staff, 1)}
    assert "moved to version" in again[0].why
    assert "left the board" not in page(client, board), "what is under way is offered no more"


def test_a_start_under_a_new_version_takes_from_the_boards_what_ran_under_the_old_one(client, measured, monkeypatch):
    method = measured("Former")
    assert standings.rebuild_outdated() == []
    assert "best: Former" in page(client, "/")
    card = catalogue.task("imputation")
    monkeypatch.setitem(card.__dict__, "version", card.version + 1)
    assert standings.rebuild_outdated() == [card.board("quick")]
    assert standings.rebuild_outdated() == []
    assert "best: Former" not in page(client, "/")
    assert "it ran under version" in page(client, reverse("task", args=["imputation"]))
    assert "counts: the latest" not in page(client, method.get_absolute_url())


def test_an_authors_own_failure_under_the_new_version_is_not_stale(client, measured, staff, raised):
    submission = measured("Breaks")
    raised()
    start_run(submission)
    Run.objects.filter(status="queued").update(status="failed", failure_whose="author")
    client.force_login(staff)
    assert "left the board" not in page(client, "/tasks/imputation/")
    Run.objects.filter(status="failed").update(failure_whose="ours")
    assert "left the board" in page(client, "/tasks/imputation/")


def test_admins_rerun_a_selection_a_whole_board_or_what_is_stale(client, measured, staff, raised):
    one, two = measured("One"), measured("Two")
    client.force_login(staff)
    assert "1 rerun queued." in act(client, "submission", "rerun_quick", [one])
    assert "1 rerun queued; 1 left alone, whose run waits or runs already." in act(
        client, "submission", "rerun_board", [one]
    )
    assert "0 reruns queued." in act(client, "submission", "rerun_stale", [one, two])
    Run.objects.filter(status="queued").delete()
    assert "1 rerun queued." in act(client, "run", "rerun_these", two.runs.filter(status="finished"))
    Run.objects.filter(status="queued").delete()
    raised()
    assert "2 reruns queued" in act(client, "submission", "rerun_stale", [one, two])
    assert set(Run.objects.filter(status="queued").values_list("requester__username", flat=True)) == {"staff"}


def figure(client, path):
    context = client.get(path).context
    return context["history_figure"], context["why_shown"]


def test_the_history_marks_the_run_that_counts_and_the_one_that_is_shown_and_says_why(client, measured, alice):
    submission = measured("Mine", author=alice)
    first = submission.runs.get()
    path = submission.get_absolute_url()
    assert figure(client, path)[0] is None, "one run is no history"
    again = Run.objects.get(pk=first.pk)
    again.pk, again.ended = None, timezone.now() + timedelta(hours=1)
    again.save()
    for score in first.scores.all():
        score.pk, score.run = None, again
        score.save()
    standings.rebuild(catalogue.board("imputation", "quick"))
    shown, why = figure(client, path)
    marker = shown["data"][0]["marker"]
    assert (marker["symbol"], marker["size"]) == (["circle-open", "circle"], [10, 18])
    assert why.startswith("because it counts")
    ids = Counter(re.findall(r'\bid="([^"]+)"', page(client, path)))
    assert ids["history-figure"] == 1
    assert max(ids.values()) == 1, "a chart is found by its id"
    shown, why = figure(client, f"{path}?run={first.pk}")
    assert (shown["data"][0]["marker"]["size"], why) == ([18, 10], "because you chose it")
    DriftFlag.objects.create(run=again, reference=first, shifts=[])
    assert figure(client, path)[0]["data"][0]["marker"]["symbol"] == ["circle-open", "triangle-up"]
    rerun(submission, tier="quick", why="rerun")
    assert figure(client, path)[1] == "because it is under way"


def test_drift_is_shown_with_numbers_and_what_differs(client, measured, staff):
    submission = measured("Mine")
    before = submission.runs.get()
    after = start_run(submission)
    shift = {"metric": "skill", "case": "breast/mcar-20", "before": 0.5, "after": 0.25, "p": 1e-7}
    gone = {"metric": "rmse", "case": "breast/mcar-20", "before": 0.5, "after": None, "p": 0.0}
    environment = {"libraries.numpy": ["2.4.5", "2.4.6"]}
    flag = DriftFlag.objects.create(run=after, reference=before, shifts=[shift, gone], environment=environment)
    text = page(client, f"{submission.get_absolute_url()}?run={after.pk}")
    for told in ("Drift.", "0.500000", "0.250000", "1.0e-07", "libraries.numpy", "2.4.5", "2.4.6", "2 scores"):
        assert told in text
    client.force_login(staff)
    assert "skill on breast/mcar-20: 0.5 → 0.25" in page(client, reverse("admin:leaderboard_driftflag_changelist"))
    address = reverse("admin:leaderboard_driftflag_change", args=[flag.pk])
    text = page(client, address)
    for told in ("0.25", "no score", "1.0e-07", "2.4.6"):
        assert told in text
    client.post(address, {"explanation": "numpy sums in another order"})
    flag.refresh_from_db()
    assert flag.explanation == "numpy sums in another order"


# ---- drift, over whole evaluations


def evaluated(submission):
    """A run of a submission, evaluated here and recorded."""
    run = start_run(submission)
    job = Job(task=submission.task, tier="quick", code=submission.code(), mode="inprocess")
    assert evaluate(job, lambda event: say(run, event))
    run.refresh_from_db()
    assert run.status == "finished"
    return run


@pytest.fixture
def exact(db, doubling):
    house.sync()
    return Submission.objects.get(task="doubling", house_slug="exact")


def test_twenty_honest_reruns_raise_no_flag_and_injected_drift_does(
    exact, monkeypatch, mailoutbox, settings, caplog, django_capture_on_commit_callbacks
):
    settings.ADMINS = [("ops", "ops@example.org")]
    for _ in range(21):
        evaluated(exact)
    assert not DriftFlag.objects.exists()
    honest = InProcess.call

    def drifted(self, name, x):
        """A library's new version, say: the same code answers a little differently on one case."""
        return honest(self, name, x) + 1e-9 * (len(x) == 50)

    monkeypatch.setattr(InProcess, "call", drifted)
    with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
        run = evaluated(exact)
    flag = DriftFlag.objects.get()
    assert (flag.run, [(s["metric"], s["case"]) for s in flag.shifts]) == (run, [("error", "large")])
    assert flag.environment == {}
    (mail,) = mailoutbox
    assert "error on large: 0 before, 1e-09 now" in mail.body
    assert "The environments are the same" in mail.body
    assert f"run {run.pk}" in caplog.text


NOISY = b"""
import os
import numpy as np

class Method:
    def __init__(self, seed, device):
        self.rng = np.random.default_rng(int.from_bytes(os.urandom(4), "little"))

    def double(self, x):
        return 2 * x + self.rng.normal(scale=0.1, size=x.shape)
"""


def test_a_method_that_never_repeats_itself_raises_no_flag_in_twenty_reruns(alice, doubling):
    noisy = Submission.objects.create(task="doubling", author=alice, name="Noisy", code_sha256=store_code(NOISY))
    errors = [evaluated(noisy).scores.filter(metric="error").first().value for _ in range(21)]
    assert len(set(errors)) == 21, "it does differ"
    assert not DriftFlag.objects.exists()


def test_another_library_is_named_where_scores_drift(exact):
    first, second = evaluated(exact), evaluated(exact)
    libraries = second.provenance["libraries"] | {"numpy": "9.9"}
    Run.objects.filter(pk=second.pk).update(provenance=second.provenance | {"libraries": libraries})
    second.scores.filter(metric="error").update(value=0.5)
    second.refresh_from_db()
    flag = check_drift(second)
    assert flag.reference == first
    assert flag.environment == {"libraries.numpy": [np.__version__, "9.9"]}
    assert {shift["metric"] for shift in flag.shifts} == {"error"}


def test_a_metric_that_comes_and_goes_does_not_keep_a_run_from_finishing(exact):
    for _ in range(2):
        evaluated(exact)
    Run.objects.latest("pk").scores.filter(metric="luck", case="small", seed=0).delete()
    run = evaluated(exact)
    assert run.status == "finished"


# ---- provenance


def test_the_provenance_card_is_a_file_with_the_command_that_repeats_the_run(client, measured, alice):
    public, private = measured("Open", author=alice), measured("Closed", author=alice, code_is_public=False)
    response = client.get(reverse("run_provenance", args=[public.runs.get().pk]))
    assert "attachment" in response["Content-Disposition"]
    card = response.json()
    assert card["command"].startswith(f"curl -fsS {card['code']} -o method.py && claimcheck run imputation")
    assert card["command"] in page(client, public.get_absolute_url()).replace("&amp;", "&")
    card = client.get(reverse("run_provenance", args=[private.runs.get().pk])).json()
    assert "curl" not in card["command"]


# ---- workers


def test_admins_see_the_workers_and_what_they_evaluate(client, staff, alice, measured, monkeypatch):
    run = start_run(measured("Mine"))
    seen = timezone.now().timestamp()
    worker = Worker(
        "gpu0@far", "gpu", "cuda", "NVIDIA H100", "bubblewrap+seccomp", True, "", "",
        versions={"torch": "2.13.0"}, started=seen - 7200, seen=seen, runs=(run.pk,),
    )  # fmt: skip
    client.force_login(staff)
    assert "broker does not answer" in page(client, "/admin/workers/")
    monkeypatch.setattr("runners.presence.present", lambda: [worker])
    text = page(client, "/admin/workers/")
    for told in ("gpu0@far", "NVIDIA H100", "bubblewrap+seccomp", "torch 2.13.0", f"run {run.pk}", "2\xa0hours"):
        assert told in text
    monkeypatch.setattr("runners.presence.present", list)
    assert "No worker is alive" in page(client, "/admin/workers/")
    assert "/admin/workers/" in page(client, "/admin/")
    client.force_login(alice)
    assert client.get("/admin/workers/").status_code == 302


def test_who_is_disqualified_may_stop_a_run_and_start_none(client, measured, alice):
    submission = measured("Mine", author=alice)
    run = start_run(submission)
    client.force_login(alice)
    path = submission.get_absolute_url()
    assert "Run again" in page(client, path)
    Submission.objects.filter(pk=submission.pk).update(disqualified="it reads the answers")
    text = page(client, path)
    assert "Run again" not in text
    assert f"/runs/{run.pk}/cancel/" in text
    response = client.post(reverse("submission_rerun", args=[submission.pk]))
    assert response.status_code == 403
    assert "no run of it counts: it reads the answers" in response.content.decode()


def test_a_site_does_not_start_with_another_seed_secret_than_its_results_came_from(measured, settings):
    board = catalogue.board("imputation", "quick")
    run = measured("Mine").runs.get()
    assert drawn_elsewhere() == [], "what says nothing of its seeds"
    Run.objects.update(provenance={"seed_commitment": commitment(seed_key(board, run.task_version))})
    assert drawn_elsewhere() == []
    settings.SEED_SECRET = "another" * 10
    assert drawn_elsewhere() == ["imputation (quick)"]
    with pytest.raises(CommandError, match="Put it back"):
        call_command("prepare")
    Run.objects.update(task_version=run.task_version - 1)
    assert drawn_elsewhere() == [], "results of an older version are compared with nothing new"
