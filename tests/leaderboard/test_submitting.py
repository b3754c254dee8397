"""Submitting a method, its page, and who may see and do what."""

from django.core.files.uploadedfile import SimpleUploadedFile

from leaderboard.models import Run, Submission
from leaderboard.running.runs import start_run
from leaderboard.tasks import keep_artefact
from tests.leaderboard.conftest import CODE
from tests.leaderboard.test_pages import BOARD, figures


def upload(code=CODE, name="method.py"):
    return SimpleUploadedFile(name, code)


def test_submitting_needs_an_account(client, db):
    assert client.get(BOARD + "submit/").url.startswith("/accounts/login/")


def test_a_submission_is_stored_queued_and_shown(client, alice):
    client.force_login(alice)
    response = client.post(BOARD + "submit/", {"name": "My idea", "file": upload(), "code_is_public": "True"})
    submission = Submission.objects.get()
    assert response.url == f"/submissions/{submission.pk}/"
    assert submission.code() == CODE
    assert submission.runs.get().status == "queued"
    page = client.get(response.url).content.decode()
    assert "Queued" in page
    assert "no worker is online" in page
    assert "My idea" in client.get("/submissions/").content.decode()


def test_a_wrong_file_is_told_beside_its_field_and_nothing_is_kept(client, alice, tmp_path):
    client.force_login(alice)
    response = client.post(BOARD + "submit/", {"name": "My idea", "file": upload(b"class Method(:\n")})
    assert response.status_code == 422
    assert "method.py, line 1" in response.content.decode()
    assert "Choose who may read the code." in response.content.decode(), "nobody chooses that for an author"
    assert not Submission.objects.exists()
    assert not list(tmp_path.rglob("*.py"))


def test_a_large_file_is_refused_by_its_true_size_and_never_written_down(client, alice, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    client.force_login(alice)
    response = client.post(BOARD + "submit/", {"name": "My idea", "file": upload(bytes(9 << 20))})
    assert response.status_code == 422
    assert "method.py has 9 MiB; the limit is 1 MiB" in response.content.decode()
    assert not list(tmp_path.iterdir())


def test_the_form_tells_how_large_a_file_may_be(client, alice):
    client.force_login(alice)
    assert "a file of at most 1 MiB" in client.get(BOARD + "submit/").content.decode()
    assert "a file of at most 64 KiB" in client.get("/tasks/defence/submit/").content.decode()


def test_the_same_code_twice_points_to_the_first(client, alice):
    client.force_login(alice)
    client.post(BOARD + "submit/", {"name": "My idea", "file": upload(), "code_is_public": "False"})
    response = client.post(BOARD + "submit/", {"name": "Again", "file": upload(), "code_is_public": "False"})
    assert "My idea" in response.content.decode()
    assert Submission.objects.count() == 1


def test_private_code_is_for_its_author_and_staff(client, measured, alice, bob, staff):
    submission = measured("Secret", 0.5, author=alice, code_is_public=False)
    path = f"/submissions/{submission.pk}/code/"
    for user, status in ((None, 403), (bob, 403), (alice, 200), (staff, 200)):
        if user:
            client.force_login(user)
        assert client.get(path).status_code == status
    assert "class Method" in client.get(f"/submissions/{submission.pk}/").content.decode()
    client.logout()
    assert "class Method" not in client.get(f"/submissions/{submission.pk}/").content.decode()


def test_code_is_an_attachment_that_no_browser_runs(client, measured):
    response = client.get(f"/submissions/{measured('Open', 0.5).pk}/code/")
    assert response["Content-Type"].startswith("text/plain")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_only_its_author_or_staff_cancel_a_run(client, measured, alice, bob):
    run = start_run(measured("Mine", 0.5, author=alice))
    client.force_login(bob)
    assert client.post(f"/runs/{run.pk}/cancel/").status_code == 403
    client.force_login(alice)
    assert client.get(f"/runs/{run.pk}/cancel/").status_code == 405
    client.post(f"/runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_running_again_makes_a_second_run_and_the_history_shows_both(client, measured, alice):
    submission = measured("Mine", 0.5, author=alice)
    client.force_login(alice)
    client.post(f"/submissions/{submission.pk}/rerun/", {"tier": "quick"})
    again = submission.runs.first()
    assert (submission.runs.count(), again.why, again.status) == (2, "run again by its author", "queued")
    page = client.get(f"/submissions/{submission.pk}/").content.decode()
    assert "counts: the latest finished run" in page


def test_the_live_fragment_reloads_the_page_when_the_run_has_ended(client, measured):
    run = measured("Done", 0.5).runs.get()
    assert client.get(f"/runs/{run.pk}/live/")["HX-Refresh"] == "true"
    Run.objects.update(status="running", plays_done=7)
    response = client.get(f"/runs/{run.pk}/live/")
    assert "HX-Refresh" not in response
    assert "7 of 45 plays" in response.content.decode()


def test_what_a_protocol_reported_is_drawn_by_its_kind(client, measured):
    run = measured("Done", 0.5).runs.get()
    content = {
        "curve": {
            "x": [1, 2],
            "series": {"loss": [3.0, None]},
            "x_label": "step",
            "y_label": "",
            "log_x": True,
            "log_y": False,
        },
        "image": {"png": "aGVsbG8="},
        "table": {"columns": ["layer", "norm"], "rows": [["first", 1.5]]},
    }
    for kind, data in content.items():
        keep_artefact(run, {"case": "breast/mcar-20", "seed": 0, "name": f"A {kind}", "kind": kind, "data": data})
    response = client.get(f"/submissions/{run.submission_id}/")
    text = response.content.decode()
    assert "data:image/png;base64,aGVsbG8=" in text
    assert "<td>first</td><td>1.5</td>" in text
    (figure,) = [figure for name, figure in figures(response).items() if name.startswith("artefact-")]
    assert (figure["data"][0]["y"], figure["layout"]["xaxis"]["type"]) == ([3.0, None], "log")


def test_a_disqualified_submission_is_seen_by_its_author_only(client, measured, alice):
    submission = measured("Cheat", 0.9, author=alice, disqualified="reads the answers")
    path = f"/submissions/{submission.pk}/"
    assert client.get(path).status_code == 404
    client.force_login(alice)
    assert "reads the answers" in client.get(path).content.decode()


def test_a_disqualified_submission_shows_nothing_to_others_by_any_address(client, measured, alice, bob):
    submission = measured("Cheat", 0.9, author=alice, disqualified="reads the answers")
    run = submission.runs.get()
    paths = [f"/submissions/{submission.pk}/{part}" for part in ("", "code/")]
    paths += [f"/runs/{run.pk}/{part}" for part in ("live/", "provenance.json")]
    paths += [f"/api/v1/runs/{run.pk}", f"/api/v1/submissions/{submission.pk}"]
    for user, status in ((None, 404), (bob, 404), (alice, 200)):
        if user:
            client.force_login(user)
        assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, status)
        assert ("Cheat" in client.get("/").content.decode()) == (status == 200)


def test_what_quotes_private_code_is_for_its_author_and_staff(client, measured, alice, bob, staff):
    submission = measured("Secret", 0.5, author=alice, code_is_public=False)
    failure = {"failure_whose": "author", "failure_message": "it raised", "failure_traceback": "    secret = 42"}
    submission.runs.update(status="failed", log="secret = 42", **failure)
    run = submission.runs.get()
    paths = (f"/submissions/{submission.pk}/", f"/runs/{run.pk}/live/", f"/api/v1/runs/{run.pk}")
    for user, is_told in ((None, False), (bob, False), (alice, True), (staff, True)):
        if user:
            client.force_login(user)
        for path in paths:
            response = client.get(path)
            assert (response.status_code == 404) == (not is_told and path != paths[0]), (
                "a failed run is its author's alone"
            )
            page = response.content.decode()
            assert ("it raised" in page) == ("secret = 42" in page) == is_told


def test_a_javascript_address_is_refused(client, alice):
    client.force_login(alice)
    response = client.post(BOARD + "submit/", {"name": "Link", "file": upload(), "paper_url": "javascript:alert(1)"})
    assert response.status_code == 422
    assert not Submission.objects.exists()
