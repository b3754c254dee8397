"""Pages that are kept are proved fresh: whatever changes, the next reader sees it."""

import threading

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from leaderboard.api import runs
from leaderboard.boards import kept, standings
from leaderboard.models import ApiToken, Change, Comment, Run, Score
from leaderboard.running.runs import cancel, start_run
from leaderboard.views import whole_pages
from papers import catalogue

BOARD = "/tasks/imputation/"
ROWS = "/api/v1/tasks/imputation/leaderboard"


@pytest.fixture(autouse=True)
def keeping(settings, monkeypatch):
    settings.PAGE_SECONDS = 600
    monkeypatch.setattr(whole_pages, "pages", whole_pages.Pages())
    kept.parts.clear()


@pytest.fixture
def rows(measured):
    return [measured(name, value) for name, value in (("Gold", 0.6), ("Silver", 0.5))]


def queries(client, path):
    with CaptureQueriesContext(connection) as asked:
        response = client.get(path)
    return response, len(asked)


@pytest.mark.parametrize(
    "path", [BOARD, f"{BOARD}?sort=cpu&page=1", f"{BOARD}board.csv", ROWS, "/", "/tasks/", "/claims/"]
)
def test_a_second_reader_costs_one_query_and_a_third_who_has_it_nothing_is_sent(client, rows, path):
    first, _ = queries(client, path)
    second, count = queries(client, path)
    assert count == 1
    assert second.content == first.content
    third = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (third.status_code, third.content) == (304, b"")
    assert client.get(path, headers={"accept-encoding": "gzip"})["Content-Encoding"] == "gzip"


def test_a_database_that_is_away_is_told_as_everywhere(client, rows, monkeypatch):
    def fail():
        raise OperationalError("away")

    monkeypatch.setattr(Change, "numbers", fail)
    assert client.get(BOARD).status_code == 503
    response = client.get(ROWS)
    assert (response.status_code, response["Content-Type"]) == (503, "application/json")


def test_a_changed_score_is_on_the_next_page(client, rows):
    before = client.get(BOARD)
    Score.objects.filter(run__submission=rows[1], metric="skill").update(value=0.9)
    standings.rebuild(catalogue.board("imputation", "quick"))
    after = client.get(BOARD, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert client.get(ROWS).json()["results"][0]["method"] == "Silver"
    assert after.content.index(b"Silver") < after.content.index(b"Gold")


def test_so_are_a_name_a_state_and_an_account_that_is_gone(client, rows, measured, alice, settings):
    mine = measured("Mine", 0.7, author=alice)
    owner = type(client)()
    owner.force_login(alice)
    assert "Mine" in board_page(client)
    owner.post(f"/submissions/{mine.pk}/edit/", {"name": "Ours", "code_is_public": "True"})
    assert "Ours" in board_page(client)
    run = start_run(mine)
    assert "0 running, 1 queued" in board_page(client)
    cancel(run)
    assert "1 queued" not in board_page(client)
    owner.post("/accounts/delete/", {"password": "correct horse"})
    assert "deleted user" in board_page(client)


VIEWS = (
    "",
    "?sort=-cpu",
    "?sort=method",
    "?q=s",
    "?authors=best",
    "?authors=best&sort=method",
    "?page=1",
    "board.csv",
    "board.csv?q=s",
)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_who_came_and_who_left(client, measured, alice, view):
    path = BOARD + view
    hers = [measured(name, value, author=alice) for name, value in (("Hers", 0.6), ("House first", 0.5))]
    measured("Swift", 0.4)
    assert b"Hers" in client.get(path).content
    last = measured("Hers too, sooner", 0.7, author=alice, rebuild=False)
    standings.update(last.runs.get())
    assert b"Hers too, sooner" in client.get(path).content
    owner = type(client)()
    owner.force_login(alice)
    owner.post(f"/submissions/{last.pk}/withdraw/", {"sure": "on"})
    text = client.get(path).content
    assert b"sooner" not in text
    assert b"Hers" in text
    owner.post(f"/submissions/{hers[0].pk}/edit/", {"name": "Sesame", "code_is_public": "True"})
    assert b"Sesame" in client.get(path).content


def test_a_comment_is_on_the_next_page_and_gone_from_the_one_after_it_is_hidden(client, measured, alice, admin_client):
    measured("Hers", author=alice)
    tab = "/tasks/imputation/claims/"
    owner = type(client)()
    owner.force_login(alice)
    owner.post(f"{tab}reply/", {"role": "method", "text": "Seeds wander"})
    assert "wander" not in client.get(tab).content.decode()
    (comment,) = Comment.objects.all()
    for action, is_shown in (("show_them", True), ("hide_them", False)):
        admin_client.post("/admin/leaderboard/comment/", {"action": action, "_selected_action": [comment.pk]})
        assert ("wander" in client.get(tab).content.decode()) == is_shown


def test_an_upload_that_takes_its_place_leaves_what_was_measured_of_the_house(client, measured, alice):
    measured("GAIN (paper)", 0.2, house_slug="gain")
    before, house = client.get("/claims/").content, Change.of("imputation/house")
    hers = measured("Hers", 0.9, author=alice, rebuild=False)
    standings.update(hers.runs.get())
    assert Change.of("imputation/house") == house
    assert b"behind Hers" in client.get("/papers/gain/").content, "its place is another"
    again = measured("Mean", 0.1, house_slug="mean", rebuild=False)
    standings.update(again.runs.get())
    assert Change.of("imputation/house") > house
    assert client.get("/claims/").content != before


def board_page(client):
    return client.get(BOARD).content.decode()


def test_what_is_somebodys_own_is_kept_for_nobody(client, rows, alice):
    client.force_login(alice)
    assert "alice" in board_page(client)
    client.logout()
    assert "alice" not in board_page(client)
    client.get(BOARD)
    client.force_login(alice)
    assert "alice" in board_page(client)


def test_a_paper_is_not_disturbed_by_the_changes_of_another(client, rows):
    client.get(BOARD)
    Change.note("wasserstein")
    assert queries(client, BOARD)[1] == 1


def test_pages_fit_their_room(monkeypatch):
    monkeypatch.setattr(whole_pages, "BYTES", 1000)
    pages = whole_pages.Pages()
    for number in range(30):
        pages.keep(number, whole_pages.Page(b"x" * 100, {}, 0.0))
    assert sorted(pages.kept) == list(range(20, 30))
    assert pages.size == 1000


def test_of_two_who_ask_at_once_one_makes_it():
    pages, begun = whole_pages.Pages(), []
    assert pages.begin("page")
    others = [threading.Thread(target=lambda: begun.append(pages.begin("page"))) for _ in range(2)]
    for other in others:
        other.start()
    pages.end("page")
    for other in others:
        other.join()
    assert True not in begun or len(begun) == 2


def test_a_program_that_polls_a_queued_run_costs_two_queries_until_something_changes(client, alice, measured, sent):
    runs.waiting.clear()
    run = start_run(measured("Mine", 0.5, author=alice))
    path, headers = f"/api/v1/runs/{run.pk}/state", {"authorization": f"Bearer {ApiToken.issue(alice, 'desk')[1]}"}
    told = client.get(path, headers=headers).json()
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path, headers=headers).json() == told
    assert told["status"] == "queued"
    assert len(asked) == 2, "whose token it is, and whether something has changed"
    cancel(run)
    assert client.get(path, headers=headers).json()["status"] == "cancelled", "the next poll shows it"


def test_what_a_queued_run_tells_its_author_is_told_to_nobody_else(client, alice, bob, measured, sent):
    runs.waiting.clear()
    mine = measured("Mine", 0.5, author=alice)
    mine.code_is_public = False
    mine.save()
    run = start_run(mine)
    Run.objects.filter(pk=run.pk).update(log="a secret")
    path = f"/api/v1/runs/{run.pk}/state"
    for user, log in ((alice, "a secret"), (bob, "")):
        headers = {"authorization": f"Bearer {ApiToken.issue(user, 'desk')[1]}"}
        assert [client.get(path, headers=headers).json()["log_tail"] for _ in range(2)] == [log, log]
