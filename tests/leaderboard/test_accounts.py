"""An account is no dead end: entries are edited and withdrawn, passwords changed, accounts deleted."""

import io
import re
import time

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from leaderboard.models import ApiToken, Deed, Run, Submission
from leaderboard.running.runs import start_run
from tests.leaderboard.test_pages import board, names

LONG = "another long-and-odd-9"


@pytest.fixture
def mine(measured, alice):
    measured("House", 0.4)
    return measured("Mine", 0.5, author=alice)


def test_an_entry_that_is_withdrawn_leaves_the_board_and_stays_on_record(client, mine, alice, bob):
    open_run = start_run(mine)
    path = f"/submissions/{mine.pk}/withdraw/"
    client.force_login(bob)
    assert client.post(path).status_code == 403
    client.force_login(alice)
    assert client.get(path).status_code == 405
    told = client.post(path, follow=True).content.decode()
    assert "Nothing is withdrawn: tick" in told
    assert "Mine" in names(board(client))
    client.post(path, {"sure": "on"})
    assert names(board(client)) == ["House"]
    assert f"/submissions/{mine.pk}/" not in client.get("/search/?q=Mine").content.decode()
    assert "Mine" not in client.get("/authors/alice/").content.decode()
    page = client.get(f"/submissions/{mine.pk}/").content.decode()
    assert "Withdrawn on" in page
    assert "Edit or withdraw" not in page
    open_run.refresh_from_db()
    assert open_run.status == "cancelled"
    assert mine.runs.filter(status="finished").exists()
    for what in ("rerun", "edit"):
        assert client.post(f"/submissions/{mine.pk}/{what}/", {"tier": "quick"}).status_code == 403


def test_house_methods_are_not_withdrawn(client, mine, staff):
    client.force_login(staff)
    house = Submission.objects.get(is_house=True)
    assert client.post(f"/submissions/{house.pk}/withdraw/", {"sure": "on"}).status_code == 403


def test_an_author_edits_what_is_said_of_an_entry_and_nothing_else(client, mine, alice, bob):
    path = f"/submissions/{mine.pk}/edit/"
    told = {
        "name": "Ours",
        "description": "Trees",
        "paper_url": "https://example.org/p",
        "code_url": "",
        "kind": "control",
        "code_is_public": "False",
    }
    client.force_login(bob)
    assert client.post(path, told).status_code == 403
    client.force_login(alice)
    assert client.post(path, told | {"name": "house"}).status_code == 422
    assert client.post(path, told | {"paper_url": "javascript:alert(1)"}).status_code == 422
    assert client.post(path, told).status_code == 302
    edited = Submission.objects.get(pk=mine.pk)
    assert (edited.name, edited.description, edited.code_is_public, edited.kind) == ("Ours", "Trees", False, "method")
    assert names(board(client)) == ["Ours", "House"]


def test_a_password_is_changed_by_who_knows_the_old_one(client, alice):
    client.force_login(alice)
    told = {"old_password": "wrong", "new_password1": LONG, "new_password2": LONG}
    assert client.post("/accounts/password/", told).status_code == 200
    assert client.post("/accounts/password/", told | {"old_password": "correct horse"}).url == "/accounts/"
    alice.refresh_from_db()
    assert alice.check_password(LONG)
    assert "Change the password" in client.get("/accounts/").content.decode()


def test_a_deleted_account_is_forgotten_and_its_rows_stay(client, mine, alice):
    ApiToken.issue(alice, "laptop")
    open_run = start_run(mine)
    client.force_login(alice)
    assert client.post("/accounts/delete/", {"password": "wrong"}).status_code == 422
    assert client.post("/accounts/delete/", {"password": "correct horse"}).status_code == 302
    gone = get_user_model().objects.get(pk=alice.pk)
    assert (gone.is_active, gone.has_usable_password(), gone.username) == (False, False, f"deleted user {gone.pk}")
    assert not ApiToken.objects.exists()
    assert Run.objects.get(pk=open_run.pk).status == "cancelled"
    assert client.get("/accounts/").status_code == 302, "nobody is signed in"
    page = board(client).content.decode()
    assert "Mine" in page
    assert "deleted user" in page
    assert "alice" not in page
    assert client.get("/api/v1/tasks/imputation/leaderboard").json()["results"][0]["author"] == "deleted user"
    assert client.post("/accounts/login/", {"username": "alice", "password": "correct horse"}).status_code == 200


def test_the_only_administrator_stays(client, staff):
    client.force_login(staff)
    assert client.post("/accounts/delete/", {"password": "long enough too"}).status_code == 403


def test_who_did_what_is_on_record_for_administrators(client, mine, alice, staff):
    run = start_run(mine)
    client.force_login(alice)
    client.post(f"/runs/{run.pk}/cancel/")
    client.post(f"/submissions/{mine.pk}/withdraw/", {"sure": "on"})
    assert client.get("/admin/leaderboard/deed/").status_code == 302, "it is not for everybody"
    client.force_login(staff)
    house = Submission.objects.get(is_house=True)
    told = {"name": "House", "kind": "method", "disqualified": "It peeks.", "description": ""}
    client.post(f"/admin/leaderboard/submission/{house.pk}/change/", told)
    deeds = [(deed.user.username, deed.what, deed.about) for deed in Deed.objects.order_by("pk")]
    assert deeds == [
        ("alice", "cancelled", f"run {run.pk}: {run}"),
        ("alice", "withdrew", f"submission {mine.pk}: {mine}"),
        ("staff", "disqualified: It peeks.", f"submission {house.pk}: {house}"),
    ]
    assert "It peeks." in client.get("/admin/leaderboard/deed/").content.decode()
    assert client.post(f"/admin/leaderboard/deed/{Deed.objects.first().pk}/delete/").status_code == 403


SIGNING_UP = {"username": "carol", "password1": LONG, "password2": LONG}


def test_a_closed_site_says_whom_to_ask(client, db, settings):
    settings.SIGN_UP, settings.CONTACT = "closed", "lab@example.org"
    response = client.post("/accounts/signup/", SIGNING_UP)
    assert (response.status_code, get_user_model().objects.count()) == (403, 0)
    assert "Ask lab@example.org." in response.content.decode()


def test_by_invitation_a_link_lets_people_in_for_some_days(client, db, settings, monkeypatch):
    settings.SIGN_UP = "invitation"
    out = io.StringIO()
    call_command("invite", stdout=out)
    path = out.getvalue().strip().removeprefix(settings.SITE_URL)
    assert client.post("/accounts/signup/?invitation=made-up", SIGNING_UP).status_code == 403
    late = time.time() + 15 * 86_400
    with monkeypatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: late)
        assert client.post(path, SIGNING_UP).status_code == 403
    assert client.post(path, SIGNING_UP).status_code == 302
    assert get_user_model().objects.get().username == "carol"


def test_after_signing_up_one_stands_where_one_wanted_to_go(client, db):
    page = client.get("/tasks/imputation/submit/", follow=True).content.decode()
    (path,) = re.findall(r'href="(/accounts/signup/\?next=[^"]+)">Make one', page)
    assert client.post(path, SIGNING_UP).url == "/tasks/imputation/submit/"


def test_who_came_by_another_sites_account_sets_a_password_also_where_no_mail_is_sent(client, alice, settings):
    settings.HAS_MAIL = False
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    assert 'href="/accounts/password/set/"' in client.get("/accounts/").content.decode()
    twice = dict.fromkeys(("password1", "password2"), "another horse, correct")
    assert client.post("/accounts/password/set/", twice).status_code == 302
    client.logout()
    client.post("/accounts/login/", {"username": "alice", "password": twice["password1"]})
    assert "alice" in client.get("/accounts/").content.decode()
