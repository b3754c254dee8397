"""Authors whom others know by a pseudonym: their name stands nowhere that others can look."""

import io

import pandas as pd
import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from leaderboard.boards import open_data
from leaderboard.models import Comment, Pseudonym, author_name_of
from leaderboard.submitting import pseudonyms
from leaderboard.submitting.leaving import delete_account
from papers import catalogue
from runners.standing import open_data as files

NAME = "wolkenkuckuck"
BOARD = "/tasks/imputation/"


@pytest.fixture
def hidden(db):
    user = get_user_model().objects.create_user(NAME, email=f"{NAME}@example.org", password="correct horse battery")
    pseudonyms.choose(user, is_hidden=True)
    return get_user_model().objects.get(pk=user.pk)


@pytest.fixture
def entry(hidden, alice, measured):
    measured("Hers", 0.4, author=alice)
    submission = measured("Theirs", 0.6, author=hidden)
    comment = Comment(task="imputation", author=hidden, role="method", text="We disagree.", shown=submission.created)
    comment.save()
    return submission


def pages(entry, shown):
    """Everything about the entry that others may ask for."""
    run = entry.runs.get().pk
    board = [
        "",
        "?sort=author",
        "?authors=best",
        f"?q={shown}",
        "claims/",
        "protocol/",
        "board.csv",
        "board.csv?sort=author",
    ]
    board += ["board.atom", "scores.csv", "scores.json", f"compare/?run={run}", f"compare/scores.csv?run={run}"]
    own = ["", "badge.svg", "code/"]
    return [
        *("/", "/tasks/", "/claims/", "/papers/gain/", "/about/", "/sitemap.xml", "/submissions/", "/accounts/"),
        *(BOARD + part for part in board),
        *(f"/submissions/{entry.pk}/{part}" for part in own),
        *(
            f"/runs/{run}/live/",
            f"/runs/{run}/provenance.json",
            f"/authors/{shown}/",
            f"/search/?q={shown}",
            "/search/?q=Theirs",
        ),
        *("/api/v1/tasks/imputation/leaderboard", "/api/v1/submissions", f"/api/v1/submissions/{entry.pk}"),
        *(f"/api/v1/submissions?author={shown}", f"/api/v1/runs/{run}", f"/api/v1/runs/{run}/state", "/metrics"),
    ]


@pytest.mark.parametrize("who", ["nobody", "bob", "staff"])
def test_no_page_feed_file_or_answer_tells_others_the_name(entry, hidden, bob, staff, who, client):
    if who != "nobody":
        client.force_login({"bob": bob, "staff": staff}[who])
    shown = author_name_of(hidden)
    seen = ""
    for page in pages(entry, shown):
        answer = client.get(page)
        assert answer.status_code in (200, 302), (page, answer.status_code)
        text = (b"".join(answer) if answer.streaming else answer.content).decode() + str(answer.headers)
        assert NAME not in text.lower(), page
        seen += text
    assert seen.count(shown) > 10, "the pseudonym is what stands there"


def test_the_name_finds_nothing_and_leads_nowhere(entry, hidden, client):
    shown = author_name_of(hidden)
    assert client.get(f"/authors/{NAME}/").status_code == 404
    assert client.get(f"/authors/{shown}/").status_code == 200
    assert client.get(f"/api/v1/submissions?author={NAME}").json()["count"] == 0
    assert client.get(f"/api/v1/submissions?author={shown}").json()["count"] == 1
    assert "Theirs" not in client.get(f"/search/?q={NAME}").content.decode()
    assert "Theirs" not in client.get(f"{BOARD}?q={NAME}&sort=author").content.decode()
    assert "Theirs" in client.get(f"{BOARD}?q={shown}").content.decode()


def test_files_and_quotations_have_the_pseudonym(entry, hidden, client, tmp_path):
    shown = author_name_of(hidden)
    cited = client.get(f"/submissions/{entry.pk}/").content.decode()
    assert f"{{{shown}}}" in cited.replace("\\", ""), "the BibTeX entry"
    kept = open_data.renew(catalogue.board("imputation", "quick"))
    content = b"".join(client.get(f"{BOARD}plays.parquet"))
    assert kept
    (tmp_path / "plays.parquet").write_bytes(content)
    frame, _ = files.read(tmp_path / "plays.parquet")
    assert set(frame["author"]) == {shown, "alice"}
    call_command("export", "imputation", out=tmp_path / "board.html", site="https://site.example")
    exported = (tmp_path / "board.html").read_text()
    assert shown in exported
    assert NAME not in exported
    rows = pd.read_csv(io.StringIO(client.get(f"{BOARD}board.csv").content.decode()))
    assert set(rows["author"]) == {shown, "alice"}


def test_a_pseudonym_is_chosen_at_sign_up_and_given_up_on_the_account_page(client, db, measured):
    secret = {"password1": "correct horse battery", "password2": "correct horse battery"}
    client.post("/accounts/signup/", {"username": NAME, **secret, "is_hidden": "on"})
    user = get_user_model().objects.get()
    shown = author_name_of(user)
    assert shown != NAME
    measured("Theirs", author=user)
    others = Client()
    assert shown in others.get(BOARD).content.decode()
    assert NAME not in others.get("/").content.decode()
    page = client.get("/accounts/name/").content.decode()
    assert shown in page
    assert "checked" in page
    client.post("/accounts/name/", {})
    assert NAME in others.get(BOARD).content.decode(), "the page that was kept is made anew"
    assert shown not in others.get(BOARD).content.decode()
    assert others.get(f"/authors/{NAME}/").status_code == 200
    client.post("/accounts/name/", {"is_hidden": "on"})
    again = author_name_of(get_user_model().objects.get())
    assert again not in (shown, NAME)
    assert NAME not in others.get(BOARD).content.decode()


def test_without_the_choice_the_name_is_shown(client, db):
    client.post(
        "/accounts/signup/",
        {"username": NAME, "password1": "correct horse battery", "password2": "correct horse battery"},
    )
    assert author_name_of(get_user_model().objects.get()) == NAME
    assert not Pseudonym.objects.exists()


def test_administrators_see_who_it_is_and_nobody_takes_a_pseudonym_for_a_name(entry, hidden, admin_client, client):
    shown = author_name_of(hidden)
    assert f"{NAME}, shown as {shown}" in admin_client.get("/admin/leaderboard/submission/").content.decode()
    assert shown in admin_client.get("/admin/auth/user/").content.decode()
    page = client.post("/accounts/signup/", {"username": shown.upper(), "password1": "a", "password2": "a"})
    assert "be told apart" in page.content.decode()


def test_a_deleted_account_has_no_pseudonym(entry, hidden, client):
    shown = author_name_of(hidden)
    delete_account(hidden)
    page = client.get(BOARD).content.decode()
    assert "deleted user" in page
    assert shown not in page
    assert NAME not in page
