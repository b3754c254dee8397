"""The JSON API as programs use it."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from leaderboard.models import ApiToken, Place, Run, Standing, Submission
from papers import catalogue
from runners.presence import Worker
from tests.leaderboard.conftest import CODE

BOARD = "/api/v1/tasks/imputation/leaderboard"


@pytest.fixture
def token(alice):
    return ApiToken.issue(alice, "laptop")[1]


def post(client, token="", code=CODE, **fields):
    told = {"task": "imputation", "name": "From a program", "code_is_public": True} | fields
    file = {"file": SimpleUploadedFile("method.py", code)}
    told = {name: value for name, value in (told | file).items() if value is not None}
    return client.post("/api/v1/submissions", told, headers={"Authorization": f"Bearer {token}"})


def test_tasks_are_listed_with_cases_metrics_and_limits(client, db):
    listed = {task["slug"]: task for task in client.get("/api/v1/tasks").json()}
    assert client.get("/api/v1/tasks/").json() == list(listed.values()), "as it was described at first"
    assert listed.keys() == set(catalogue.all_tasks())
    task = listed["imputation"]
    assert task["calls"] == ["impute"]
    assert "breast/mcar-20" in task["tiers"]["quick"]["cases"]
    assert task["metrics"][0]["name"] == "skill"


def test_the_leaderboard_comes_in_pages(client, measured, alice):
    for index in range(5):
        measured(f"m{index}", index / 10, author=alice)
    first = client.get(f"{BOARD}?tier=quick&per_page=2").json()
    assert (first["count"], first["previous"]) == (5, None)
    assert [row["method"] for row in first["results"]] == ["m4", "m3"]
    second = client.get(first["next"]).json()
    assert [row["rank"] for row in second["results"]] == [3, 4]
    row = first["results"][0]
    assert row["low"] < row["value"] < row["high"]
    assert row["author"] == "alice"
    assert row["metrics"]["rmse"]["value"] == pytest.approx(0.08)
    assert row["cost"]["memory_bytes"] == 10**8


@pytest.mark.parametrize(
    "path", ["/api/v1/tasks/nothing/leaderboard", f"{BOARD}?tier=huge", "/api/v1/runs/99", "/api/v1/submissions/99"]
)
def test_what_is_not_there_is_404_with_a_sentence(client, db, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["errors"][0]["message"].startswith("There is no")


@pytest.mark.parametrize("query", ["page=0", "per_page=501", "page=x", "page=99999999999999999999"])
def test_wrong_parameters_are_named(client, db, query):
    response = client.get(f"{BOARD}?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == query.split("=")[0]


@pytest.mark.parametrize(
    ("path", "word", "known"),
    [
        (f"{BOARD}?teir=full", "teir", "It takes tier, page, per_page."),
        (f"{BOARD}?page=1&limit=5", "limit", "It takes tier, page, per_page."),
        ("/api/v1/tasks?page=2", "page", "It takes none."),
        ("/api/v1/runs/99?run=1", "run", "It takes none."),
    ],
)
def test_a_word_that_a_call_does_not_know_is_refused_and_the_others_told(client, db, path, word, known):
    response = client.get(path)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": word, "message": f"This call has no parameter “{word}”. {known}"}]


def test_a_run_is_told_whole(client, measured):
    run = measured("One", 0.5).runs.get()
    told = client.get(f"/api/v1/runs/{run.pk}").json()
    assert (told["status"], told["progress"], told["failure"]) == ("finished", 1.0, None)
    assert len(told["scores"]) == 90
    assert told["queued"].endswith("Z")


def test_a_failed_run_says_whose_fault_it_was(client, measured):
    run = measured("One", 0.5).runs.get()
    Run.objects.update(
        status="failed", failure_whose="author", failure_message="it raised", failure_case="a", failure_seed=3
    )
    failure = client.get(f"/api/v1/runs/{run.pk}").json()["failure"]
    assert (failure["whose"], failure["message"], failure["seed"]) == ("author", "it raised", 3)


def test_a_token_shows_its_owner_the_traceback_of_private_code(client, measured, alice, token):
    run = measured("One", 0.5, author=alice, code_is_public=False).runs.get()
    Run.objects.update(status="failed", failure_whose="author", failure_traceback="line 6")
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get(f"/api/v1/runs/{run.pk}").status_code == 404
    assert client.get(f"/api/v1/runs/{run.pk}", headers=headers).json()["failure"]["traceback"] == "line 6"
    assert client.get(f"/api/v1/runs/{run.pk}", headers={"Authorization": "Bearer wrong"}).status_code == 404


def test_submitting_with_a_token_queues_a_run(client, token, alice):
    response = post(client, token)
    assert response.status_code == 201
    run = Run.objects.get(pk=response.json()["run"])
    assert (run.submission.author, run.status, run.submission.code()) == (alice, "queued", CODE)
    assert response.json()["url"].endswith(f"/submissions/{run.submission_id}/")
    assert ApiToken.objects.get().last_used


def test_without_a_good_token_nothing_is_taken(client, alice, token):
    client.force_login(alice)
    refused = post(client, "cc_wrong")
    assert refused.status_code == 401
    assert "http://testserver/accounts/tokens/" in refused.json()["errors"][0]["message"]
    assert client.post("/api/v1/submissions", {}).status_code == 401, "a cookie is no token"
    alice.is_active = False
    alice.save()
    assert post(client, token).status_code == 401
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": b"class Method(:"}, "file"),
        ({"name": "x"}, "name"),
        ({"claimed_value": "nan"}, "claimed_value"),
        ({"tier": "huge"}, "tier"),
    ],
)
def test_wrong_fields_are_named(client, token, fields, field):
    response = post(client, token, **fields)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field
    assert not Submission.objects.exists()


def test_who_may_read_the_code_must_be_said(client, token):
    response = post(client, token, code_is_public=None)
    assert response.status_code == 422
    (problem,) = response.json()["errors"]
    assert (problem["field"], problem["message"].partition(":")[0]) == ("code_is_public", "Say who may read the code")
    assert not Submission.objects.exists()
    assert post(client, token, code_is_public=False).status_code == 201
    assert not Submission.objects.get().code_is_public


def test_an_unknown_task_names_the_known_ones(client, token):
    response = post(client, token, task="nothing")
    assert response.status_code == 404
    assert "imputation" in response.json()["errors"][0]["message"]


def test_the_task_that_may_have_been_meant_is_named_alone(client, db):
    (problem,) = client.get("/api/v1/tasks/imputaton").json()["errors"]
    assert problem["message"] == "There is no task 'imputaton'; did you mean imputation?"


def test_a_used_up_quota_is_429(client, token, settings):
    settings.QUOTA_PER_DAY = 1
    assert post(client, token).status_code == 201
    assert post(client, token, code=CODE + b"#").status_code == 429


@pytest.mark.parametrize(("holds", "status"), [((False, False), 503), ((False, True), 201), ((), 201)])
def test_uploads_are_refused_where_no_worker_can_isolate(client, token, monkeypatch, holds, status):
    workers = [
        Worker(f"w{i}", "cpu", "cpu", "a CPU", "none", ok, "User namespaces are off.", "Set the sysctl.")
        for i, ok in enumerate(holds)
    ]
    monkeypatch.setattr("runners.presence.present", lambda: workers)
    response = post(client, token)
    assert response.status_code == status
    if status == 503:
        assert "User namespaces are off. Set the sysctl." in response.json()["errors"][0]["message"]
        assert not Submission.objects.exists()


def test_the_description_and_its_page_need_no_foreign_host(client, db, settings):
    described = client.get("/api/openapi.json").json()
    assert "/api/v1/submissions" in described["paths"]
    page = client.get("/api/docs/").content.decode().replace(settings.SITE_URL, "")  # which it names as its own address
    assert "http://" not in page
    assert "https://" not in page
    json.dumps(described)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_what_one_may_do_on_the_page_one_may_do_by_token(client, token, alice, measured):
    submission = measured("Mine", 0.5, author=alice)
    assert client.get("/api/v1/me", headers=bearer(token)).json()["username"] == "alice"
    started = client.post(f"/api/v1/submissions/{submission.pk}/runs", headers=bearer(token))
    assert started.status_code == 201
    run = Run.objects.get(pk=started.json()["run"])
    assert (run.status, run.requester) == ("queued", alice)
    cancelled = client.post(f"/api/v1/runs/{run.pk}/cancel", headers=bearer(token))
    assert cancelled.json() == {"cancelled": True}
    assert client.post(f"/api/v1/runs/{run.pk}/cancel", headers=bearer(token)).json() == {"cancelled": False}
    path = f"/api/v1/submissions/{submission.pk}"
    seen = [[one["status"] for one in client.get(path, headers=how).json()["runs"]] for how in (bearer(token), {})]
    assert seen == [["cancelled", "finished"], ["finished"]]
    listed = client.get("/api/v1/submissions", {"author": "alice", "task": "imputation"}).json()
    assert [one["id"] for one in listed["results"]] == [submission.pk]


def test_nobody_changes_or_reads_what_is_anothers(client, token, bob, measured):
    submission = measured("Bob's", 0.5, author=bob, code_is_public=False)
    run = submission.runs.get()
    for path in (f"submissions/{submission.pk}/runs", f"runs/{run.pk}/cancel"):
        assert client.post(f"/api/v1/{path}", headers=bearer(token)).status_code == 403
        assert client.post(f"/api/v1/{path}").status_code == 401
    path = f"/api/v1/submissions/{submission.pk}/code"
    assert client.get(path, headers=bearer(token)).status_code == 403
    assert client.get(path).status_code == 403
    own = ApiToken.issue(bob, "desk")[1]
    assert "class Method" in client.get(path, headers=bearer(own)).json()
    Submission.objects.filter(pk=submission.pk).update(disqualified="copied")
    for path in (f"submissions/{submission.pk}", f"runs/{run.pk}", f"runs/{run.pk}/log"):
        assert client.get(f"/api/v1/{path}").status_code == 404


def test_running_again_by_token_counts_towards_the_quota(client, token, alice, measured, settings):
    settings.QUOTA_PER_DAY = 1
    path = f"/api/v1/submissions/{measured('Mine', 0.5, author=alice).pk}/runs"
    assert [client.post(path, headers=bearer(token)).status_code for _ in range(2)] == [201, 429]


def test_how_a_run_is_doing_is_told_in_brief(client, token, alice, bob, measured, sent):
    finished = client.get(f"/api/v1/runs/{measured('Fast', 0.5, author=alice).runs.get().pk}/state").json()
    assert (finished["forecast"], finished["progress"], finished["standing"]["rank"]) == (None, 1.0, 1)
    Run.objects.update(started=timezone.now() - timedelta(seconds=60), queue="cpu")
    run = client.post(f"/api/v1/submissions/{finished['submission']}/runs", headers=bearer(token)).json()["run"]
    Submission.objects.update(code_is_public=False)
    Run.objects.filter(pk=run).update(log="one\ntwo\n" * 100, plays_done=9)
    path = f"/api/v1/runs/{run}/state"
    told = client.get(path, headers=bearer(token)).json()
    assert (told["status"], told["forecast"]["ahead"], told["forecast"]["workers"]) == ("queued", 0, 1)
    assert told["forecast"]["ends_in"] == pytest.approx(60, abs=5), "as long as the one before"
    assert told["log_tail"] == "one\ntwo\n" * 20
    assert client.get(path, headers=bearer(ApiToken.issue(bob, "desk")[1])).json()["log_tail"] == ""
    started = timezone.now() - timedelta(seconds=100)
    total = Run.objects.get(pk=run).plays_total
    Run.objects.filter(pk=run).update(
        status="running", started=started, plays_done=total // 2, plays_total=total // 2 * 2
    )
    told = client.get(path, headers=bearer(token)).json()
    assert told["forecast"]["ends_in"] == pytest.approx(100, rel=0.1), "by its own pace"
    Run.objects.filter(pk=run).update(plays_done=0)
    told = client.get(path, headers=bearer(token)).json()["forecast"]
    assert (told["overdue"], told["ends_in"]) == (1, pytest.approx(25, rel=0.1)), "a quarter of what it took so far"
    page = client.get(f"/submissions/{finished['submission']}/?run={run}").content.decode()
    assert re.search(r"ends in about 2\d s, longer than such runs take", page)


def test_claims_come_with_verdict_and_reason(client, measured, unrecorded):
    measured("GAIN (paper)", 0.5, house_slug="gain")
    found = client.get("/api/v1/claims").json()
    (judged,) = [one for one in found if one["measured"] and not one["by_reference"]]
    assert (judged["verdict"], judged["side"], judged["printed"]) == ("differs, unchecked", "worse", 0.0546)
    assert judged["run"] == Run.objects.get().pk
    assert all(one["why"] for one in found)
    by_reference = [one for one in found if one["by_reference"]]
    assert by_reference
    assert {one["run"] for one in by_reference} == {None}


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30])
def test_a_number_that_no_row_has_is_named(client, db, number):
    response = client.get(f"/api/v1/runs/{number}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "run"


def test_page_and_api_run_a_submission_again_by_one_rule(client, measured, alice, staff, settings):
    submission = measured("Mine", 0.5, author=alice)
    settings.QUOTA_PER_DAY = 2
    for user in (alice, staff):
        client.force_login(user)
        client.post(f"/submissions/{submission.pk}/rerun/", {"tier": "quick"})
        headers = bearer(ApiToken.issue(user, "laptop")[1])
        client.post(f"/api/v1/submissions/{submission.pk}/runs?tier=quick", headers=headers)
    queued = Run.objects.filter(status="queued").order_by("pk")
    assert list(queued.values_list("requester__username", "why", "priority")) == [
        ("alice", "run again by its author", 0),
        ("alice", "run again by its author", 0),
        ("staff", "rerun by an administrator", 1),
        ("staff", "rerun by an administrator", 1),
    ]
    client.force_login(alice)
    assert "Not queued: 2 of 2" in client.post(submission_rerun(submission), follow=True).content.decode()
    assert client.post(submission_rerun(submission), {"tier": "huge"}).status_code == 404


def submission_rerun(submission):
    return f"/submissions/{submission.pk}/rerun/"


def test_rows_carry_their_flags_as_data(client, measured):
    measured("One", 0.5)
    finding = {"label": "not finite", "text": "It matters.", "metric": "rmse", "case": "breast/mcar-20", "value": 0.5}
    Standing.objects.update(flags=[finding])
    (row,) = client.get(BOARD).json()["results"]
    assert row["flags"] == [finding]


def test_a_row_without_a_rank_is_told_as_such(client, measured):
    measured("The truth", 1.0, kind="baseline")
    Place.objects.update(rank=None, rank_low=None, rank_high=None, group=None)
    (row,) = client.get(BOARD).json()["results"]
    assert (row["rank"], row["rank_low"], row["rank_high"]) == (None, None, None)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "/api/v1/nowhere", 404), ("put", "/api/v1/me", 405), ("get", "/api/v1/runs/none", 422)],
)
def test_every_error_is_json(client, db, method, path, status):
    response = getattr(client, method)(path)
    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (status, "application/json")
    assert response.json()["errors"][0]["message"]


def test_a_request_that_is_no_form_or_too_large_is_json(client, alice, settings):
    headers = {"Authorization": f"Bearer {ApiToken.issue(alice, 'laptop')[1]}"}
    broken = client.post("/api/v1/submissions", b"nonsense", "multipart/form-data", headers=headers)
    assert (broken.status_code, broken.json()["errors"][0]["message"]) == (400, "The request can't be read.")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    large = client.post("/api/v1/submissions", {"task": "x" * 200}, headers=headers)
    assert (large.status_code, large.json()["errors"][0]["message"]) == (413, "The request is too large.")


def test_a_bug_of_ours_is_json(client, db, monkeypatch):
    def fail(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr("leaderboard.api.tasks.known_task", fail)
    client.raise_request_exception = False
    response = client.get("/api/v1/tasks/imputation")
    assert response.status_code == 500
    assert "our fault" in response.json()["errors"][0]["message"]
    assert "secret" not in response.content.decode()
