"""What visitors, authors and others see, and may not."""

import csv
import io
import json
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leaderboard.boards import standings, writing
from leaderboard.models import Run, Score, Standing, Submission
from papers import catalogue

BOARD = "/tasks/imputation/"
XSS = "<script>alert(1)</script>"


def names(response):
    table = response.content.decode().partition('<table class="board">')[2].partition("</table>")[0]
    return re.findall(r'<th scope="row"><a href="/submissions/\d+/">([^<]+)</a>', table)


def board(client, **query):
    response = client.get(f"{BOARD}?{urlencode(query)}")
    assert response.status_code == 200
    return response


def figures(response):
    found = re.findall(r'<script id="([\w-]+)" type="application/json">(.*?)</script>', response.content.decode(), re.S)
    return {name: json.loads(text) for name, text in found}


@pytest.mark.parametrize(
    "path", ["/", "/tasks/", BOARD, "/accounts/login/", "/accounts/signup/", "/robots.txt", "/healthz"]
)
def test_pages_open_on_an_empty_site(client, db, path):
    assert client.get(path).status_code == 200


def test_an_empty_board_says_what_to_do(client, db, unrecorded):
    assert "Submit the first method" in board(client).content.decode()
    assert "Nothing has been measured" in board(client, tier="full").content.decode()


def test_the_home_page_says_that_no_broker_answers(client, db):
    assert "broker does not answer" in client.get("/").content.decode()


@pytest.mark.parametrize(
    "path", ["/tasks/nothing/", "/submissions/99/", "/runs/99/live/", "/bundles/nonsense/", "/nowhere/"]
)
def test_what_is_not_there_is_404(client, db, path):
    assert client.get(path).status_code == 404


def test_the_board_ranks_and_sorts_and_returns_to_the_ranking(client, measured):
    for name, value in (("Middle", 0.5), ("Best", 0.9), ("Worst", 0.1)):
        measured(name, value, rebuild=False)
    standings.rebuild(catalogue.board("imputation", "quick"))
    assert names(board(client)) == ["Best", "Middle", "Worst"]
    assert names(board(client, sort="skill")) == ["Worst", "Middle", "Best"]
    assert names(board(client, sort="-rmse")) == ["Worst", "Middle", "Best"]
    assert names(board(client, sort="method")) == ["Best", "Middle", "Worst"]
    assert names(board(client, sort="no such column")) == ["Best", "Middle", "Worst"]
    first = board(client).context["headers"][1]["link"]
    second = client.get(BOARD + first).context["headers"][1]["link"]
    third = client.get(BOARD + second).context["headers"][1]["link"]
    assert ("sort=-skill" in first, "sort=skill" in second, "sort" in third) == (True, True, False)


@pytest.mark.parametrize("sort", ["seconds", "-seconds", "rmse", "-rmse"])
def test_a_missing_value_comes_last_in_either_direction(client, measured, sort):
    measured("Complete", 0.5)
    lacking = measured("Lacking", 0.6)
    Run.objects.filter(submission=lacking).update(seconds=None)
    standing = Standing.objects.get(submission=lacking)
    standing.metrics.pop("rmse")
    standing.save()
    assert names(board(client, sort=sort)) == ["Complete", "Lacking"]


def test_a_run_with_a_missing_score_does_not_rank(client, measured):
    measured("Complete", 0.1)
    lacking = measured("Lacking", 0.9, rebuild=False)
    lacking.runs.get().scores.filter(metric="skill", seed=4).first().delete()
    standings.rebuild(catalogue.board("imputation", "quick"))
    assert names(board(client)) == ["Complete"]


def test_the_filter_finds_methods_and_authors(client, measured, alice):
    measured("Forest", 0.5)
    measured("Network", 0.6, author=alice)
    assert names(board(client, q="forest")) == ["Forest"]
    assert names(board(client, q="ALICE")) == ["Network"]
    assert "No method matches" in board(client, q="zebra").content.decode()


@pytest.mark.parametrize("words", ["école", "ÉCOLE", "e\u0301cole", "straße", "STRASSE", "ﬁne"])
def test_the_filter_finds_the_same_under_every_rule_whatever_the_letters(client, measured, words):
    measured("École normale")
    measured("Straße fine")
    measured("Other")
    expected = ["Straße fine"] if words.lower().startswith(("str", "ﬁ")) else ["École normale"]
    assert names(board(client, q=words)) == expected
    assert names(board(client, q=words, rule="worst")) == expected
    assert expected[0] in client.get("/search/", {"q": words}).content.decode()


def test_best_per_author_keeps_house_methods(client, measured, alice):
    measured("House", 0.1)
    measured("Another house", 0.05)
    measured("First try", 0.2, author=alice)
    measured("Second try", 0.3, author=alice)
    assert names(board(client, authors="best")) == ["Second try", "House", "Another house"]


def test_tiers_do_not_mix(client, measured):
    measured("Quick", 0.5)
    assert names(board(client, tier="full")) == []


def test_indistinguishable_methods_share_a_range_of_ranks(client, measured):
    measured("One", 0.5, spread=0.5)
    measured("Other", 0.5, spread=0.5)
    assert "1–2" in board(client).content.decode()


def test_the_board_makes_as_many_queries_at_300_rows_as_at_3(client, measured):
    for index in range(3):
        measured(f"m{index}", index / 400, rebuild=False)
    standings.rebuild(catalogue.board("imputation", "quick"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        board(client)
    template = Standing.objects.first()
    version = template.run.task_version
    for index in range(297):
        submission = Submission.objects.create(task="imputation", is_house=True, name=f"n{index}", code_sha256="0" * 64)
        run = Run.objects.create(
            submission=submission, task="imputation", tier="quick", task_version=version, seconds=1.0
        )
        template.pk, template.submission, template.run, template.position = None, submission, run, 3 + index
        writing.save([template])
    with CaptureQueriesContext(connection) as many:
        assert len(names(board(client))) == 50
    assert len(many) == len(few) <= 37


def test_figures_are_valid_json_and_hold_every_method(client, measured):
    measured("One", 0.5)
    measured("Two", 0.6, kind="control")
    drawn = figures(board(client))
    assert {trace["name"] for trace in drawn["profile"]["data"]} >= {"One", "Two"}
    assert sum(len(trace["x"]) for trace in drawn["cost"]["data"]) == 2


def test_claims_stand_beside_the_measurement_of_their_house_method(client, measured):
    measured("GAIN (paper)", 0.5, house_slug="gain")
    text = client.get(BOARD + "claims/").content.decode()
    assert "0.0546" in text
    assert "transcribed, unchecked" in text
    assert "0.0750" in text, "the measured RMSE"


def test_contrasts_between_cases_are_paired_by_seed(client, measured):
    submission = measured("One", 0.5, spread=0)
    submission.runs.get().scores.filter(case="breast/mnar-50", metric="rmse").update(value=0.375)
    text = client.get(BOARD + "claims/").content.decode()
    assert "RMSE on breast: MNAR − MCAR, 50 %" in text
    assert ">0.30 <" in text, "the error grew, whatever column means do there"


def test_a_method_that_knows_a_public_table_by_heart_is_flagged(client, measured, alice):
    for name in ("One", "Two", "Three"):
        measured(name, 0.5, rebuild=False)
    honest = measured("Honest", 0.6, author=alice, rebuild=False)
    cheat = measured("Cheat", 0.9, author=alice, rebuild=False)
    for run in Run.objects.all():
        twin = "breast-twin/drawn"
        Score.objects.bulk_create(
            Score(run=run, case=twin, seed=seed, metric="beside", value=seed) for seed in range(5)
        )
    cheat.runs.get().scores.filter(case__startswith="breast/", metric="rmse").update(value=0.001)
    cheat.runs.get().scores.filter(case="breast/mcar-50", metric="rmse").update(value=0.055)
    standings.rebuild(catalogue.board("imputation", "quick"))
    assert Standing.objects.get(submission=honest).flags == []
    (flag,) = Standing.objects.get(submission=cheat).flags
    assert (flag["label"], flag["case"]) == ("memorisation", "breast-twin/drawn")
    assert flag["value"] == pytest.approx((0.001 / 0.055) ** 0.8), "sparing one case helps little"
    text = board(client).content.decode()
    assert ">memorisation</button>" in text
    assert f"On breast-twin/drawn: {flag['text']}" in text
    (cells,) = [row for row in csv.DictReader(io.StringIO(csv_of(client))) if row["flags"]]
    assert (cells["method"], json.loads(cells["flags"])) == ("Cheat", [flag])


def csv_of(client, **query):
    return client.get(BOARD + "board.csv", query).content.decode()


def test_a_result_without_isolation_says_so(client, measured):
    submission = measured("One", 0.5)
    assert "no isolation" not in client.get(BOARD).content.decode()
    submission.runs.update(isolation="none")
    assert "no isolation" in client.get(BOARD).content.decode()


def test_unranked_cases_are_no_part_of_the_score(measured):
    submission = measured("One", 0.5, spread=0)
    submission.runs.get().scores.filter(case="breast-twin/drawn").update(value=-100)
    standings.rebuild(catalogue.board("imputation", "quick"))
    standing = Standing.objects.get()
    assert standing.value == pytest.approx(0.5)
    assert standing.metrics["rmse"]["value"] == pytest.approx(0.075)
    assert "breast-twin/drawn" not in standing.cases


def test_names_descriptions_and_logs_are_escaped(client, measured, alice):
    submission = measured(XSS, 0.5, author=alice, description=XSS)
    submission.runs.update(log=XSS, status="failed", failure_message=XSS, failure_traceback=XSS, failure_whose="author")
    for path in (BOARD, f"/submissions/{submission.pk}/", "/"):
        assert XSS not in client.get(path).content.decode()


def test_names_are_no_markup_in_plots(client, measured, alice):
    measured('<a href="https://evil.example">A & B</a>', 0.5, author=alice)
    drawn = json.dumps(figures(client.get(BOARD)))
    assert "&lt;a href=" in drawn
    assert "A &amp; B" in drawn
    assert "<a href" not in drawn


@pytest.mark.parametrize(
    "query", ["q=%00", "page=99999999999999999999", "sort=------skill", "sort=-rmse%00", "authors[]=best"]
)
def test_odd_queries_show_the_board_all_the_same(client, measured, query):
    measured("One", 0.5)
    assert client.get(f"{BOARD}?{query}").status_code == 200
    assert client.get(f"{BOARD}board.csv?{query}").status_code == 200


def test_a_token_is_shown_once_and_can_be_revoked(client, alice):
    client.force_login(alice)
    text = client.post("/accounts/tokens/", {"name": "laptop"}).content.decode()
    token = re.search(r"cc_[\w-]+", text).group()
    assert token not in client.get("/accounts/tokens/").content.decode()
    client.post(f"/accounts/tokens/{alice.api_tokens.get().pk}/revoke/")
    assert not alice.api_tokens.exists()


def test_signing_up_signs_in_and_never_leaves_the_site(client, db):
    words = {"username": "carol", "password1": "a-fine-long-password", "password2": "a-fine-long-password"}
    response = client.post("/accounts/signup/?next=https://evil.example/", words)
    assert response.url == "/tasks/"
    assert client.get("/submissions/").status_code == 200


def test_every_page_forbids_foreign_scripts_and_frames(client, db):
    response = client.get("/")
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", response.content.decode())


def test_the_board_comes_as_csv_without_formulas(client, measured, alice):
    alice.username = "@alice"
    alice.save()
    measured("=cmd()", 0.5, author=alice)
    text = client.get(BOARD + "board.csv").content.decode()
    assert "'@alice" in text
    assert text.splitlines()[0].startswith("rank,rank_low,rank_high,method")
    assert "'=cmd()" in text


def test_administrators_pages_open(client, measured, staff):
    submission = measured("One", 0.5)
    client.force_login(staff)
    for model in ("submission", "run", "standing", "apitoken", "driftflag", "rerunschedule"):
        assert client.get(f"/admin/leaderboard/{model}/").status_code == 200
    assert client.get(f"/admin/leaderboard/submission/{submission.pk}/change/").status_code == 200
    assert client.get("/admin/leaderboard/rerunschedule/add/").status_code == 200


def test_an_administrator_reruns_cancels_and_disqualifies(client, measured, staff):
    submission = measured("One", 0.5)
    client.force_login(staff)
    client.post("/admin/leaderboard/submission/", {"action": "rerun_quick", "_selected_action": [submission.pk]})
    run = submission.runs.get(status="queued")
    assert (run.requester, run.priority) == (staff, 1)
    client.post("/admin/leaderboard/run/", {"action": "cancel_these", "_selected_action": [run.pk]})
    run.refresh_from_db()
    assert run.status == "cancelled"
    fields = {"name": "One", "kind": "method", "disqualified": "copied", "code_is_public": "on"}
    client.post(f"/admin/leaderboard/submission/{submission.pk}/change/", fields)
    assert not Standing.objects.exists()
