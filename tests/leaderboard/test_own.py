"""What an author sees of everything that he sent."""

from datetime import timedelta

from django.utils import timezone

from leaderboard.models import Run
from leaderboard.running.runs import start_run
from tests.leaderboard.test_pages import figures


def text_of(page):
    return " ".join(page.split())


def test_an_author_sees_rank_score_verdict_cost_and_history_of_what_he_sent(
    client, alice, bob, measured, django_assert_max_num_queries
):
    mine = measured("Mine", 0.5, author=alice, claimed_value=0.4, code_is_public=False)
    measured("Bold", 0.3, author=alice, claimed_value=0.9)
    first = mine.runs.get()
    again = start_run(mine, requester=alice)
    scores = [(s.case, s.seed, s.metric, s.value) for s in first.scores.all()]
    for case, seed, metric, value in scores:
        again.scores.create(case=case, seed=seed, metric=metric, value=value + 0.1)
    later = timezone.now() + timedelta(hours=1)
    Run.objects.filter(pk=again.pk).update(status="finished", started=later, ended=later, cpu_seconds=9.0)
    start_run(measured("Theirs", 0.9, author=bob), requester=bob)
    client.force_login(alice)
    with django_assert_max_num_queries(14):
        response = client.get("/submissions/")
    page = text_of(response.content.decode())
    assert "1 of 20 runs used in the last 24 hours" in page
    assert "Another becomes free at" in page
    assert "Theirs" not in page
    assert "as claimed or better: 0.400" in page
    assert "forecast missed" in page
    assert "private" in page
    assert page.count("9 s") >= 2, "what each cost"
    (figure,) = (figure for name, figure in figures(response).items() if name == "history-imputation-quick")
    by_name = {trace["name"]: trace["y"] for trace in figure["data"]}
    assert by_name["Mine"][1] - by_name["Mine"][0] > 0.09
    assert len(by_name["Bold"]) == 1


def test_a_used_up_quota_says_when_the_next_run_is_free(client, alice, measured, settings):
    settings.QUOTA_PER_DAY = 1
    start_run(measured("Mine", 0.5, author=alice), requester=alice)
    client.force_login(alice)
    for path in ("/submissions/", "/tasks/imputation/submit/"):
        page = client.get(path).content.decode()
        assert "Next free at" in page
        assert f"{timezone.now() + timedelta(hours=24):%H:}" in page
