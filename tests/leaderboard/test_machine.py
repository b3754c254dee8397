"""What runners and monitors are told."""

import logging
import re
import time
from dataclasses import asdict
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import redis
from django.core import signing
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from leaderboard import __main__ as site
from leaderboard.models import Run
from leaderboard.running.runs import BUNDLE_SALT, BUNDLE_SECONDS, job, seed_key, start_run
from runners import logs, presence
from runners.presence import Worker


@pytest.fixture
def run(measured):
    return start_run(measured("Mine", 0.5))


def path(address):
    return urlsplit(address).path


def begin(client, run, **query):
    return client.get(path(job(run)["attempt_url"]), query)


def test_a_worker_begins_its_attempt_and_gets_an_address_that_fades(client, run, monkeypatch):
    told = begin(client, run, execution="first").json()
    assert client.get(path(told["code_url"])).content == run.submission.code()
    later = time.time() + told["expires_in"] + 5
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert client.get(path(told["code_url"])).status_code == 404
    assert begin(client, run, execution="first").status_code == 200, "the message itself may wait for days"


def test_a_worker_is_given_the_seed_key_when_it_begins_and_the_broker_keeps_none(client, run):
    key = seed_key(run.board, run.task_version).hex()
    assert begin(client, run, execution="first").json()["seed_key"] == key
    assert key not in str(job(run))


def test_only_the_execution_that_owns_an_open_attempt_may_begin_it(client, run):
    Run.objects.filter(pk=run.pk).update(execution="first", status="running")
    assert begin(client, run, execution="first").status_code == 200
    assert begin(client, run, execution="second").status_code == 410
    old = job(run)["attempt_url"]
    Run.objects.filter(pk=run.pk).update(attempt=2, execution="")
    assert client.get(path(old), {"execution": "first"}).status_code == 410
    run.refresh_from_db()
    Run.objects.filter(pk=run.pk).update(status="cancelled")
    assert begin(client, run, execution="first").status_code == 410


@pytest.mark.parametrize("token", ["nonsense", signing.dumps([1, 1], salt="other")], ids=["nonsense", "another salt"])
def test_a_made_up_attempt_is_404(client, db, token):
    assert client.get(reverse("attempt", args=[token])).status_code == 404


def test_the_bundle_is_served_while_its_attempt_is_open(client, run):
    address = reverse("bundle", args=[signing.dumps([run.pk, 1], salt=BUNDLE_SALT)])
    assert client.get(address).content == run.submission.code()
    assert client.get(reverse("bundle", args=[signing.dumps([run.pk, 2], salt=BUNDLE_SALT)])).status_code == 404
    assert client.get(reverse("bundle", args=[signing.dumps([run.pk, 1], salt="other")])).status_code == 404
    Run.objects.update(status="finished")
    assert client.get(address).status_code == 404


def test_the_address_of_a_bundle_holds_for_minutes():
    assert 60 <= BUNDLE_SECONDS <= 600


@pytest.fixture
def broker(monkeypatch):
    """A broker that answers, with a worker on it."""
    worker = Worker("cpu0@here", "cpu", "cpu", "a CPU", "bubblewrap", True, "", "", slots=2, runs=(7,))
    monkeypatch.setattr("leaderboard.views.machine.broker_state", lambda: "ok")
    monkeypatch.setattr("runners.presence.present", lambda: [worker])
    monkeypatch.setattr("runners.deliveries.length", len)


def test_the_process_is_alive_whatever_it_depends_on(client):
    assert client.get("/healthz").json() == {"status": "ok"}, "no database was asked: this test has none"


def test_the_site_is_ready_when_all_that_it_needs_answers(client, db, broker):
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "ok")


def test_without_a_broker_the_site_is_not_ready_and_says_so(client, db):
    response = client.get("/readyz")
    assert (response.status_code, response.json()["database"], response.json()["broker"]) == (
        503,
        "ok",
        "ConnectionError",
    )


def test_a_database_that_is_away_or_behind_is_not_ready(client, db, broker, monkeypatch):
    monkeypatch.setattr("leaderboard.views.machine.MigrationExecutor.migration_plan", lambda *_: ["one"])
    assert client.get("/readyz").json()["database"] == "migrations are missing"

    def away(*_):
        raise DatabaseError("secret address")

    monkeypatch.setattr("leaderboard.views.machine.MigrationExecutor", away)
    assert client.get("/readyz").json()["database"] == "DatabaseError"


def metrics(client, **headers):
    """{name and labels: value}"""
    text = client.get("/metrics", headers=headers).content.decode()
    return {name: float(value) for name, value in re.findall(r"^(claimcheck_\S+|django_http_\S+) (\S+)$", text, re.M)}


def test_prometheus_reads_the_state_of_runs_and_workers(client, run, broker):
    running = start_run(run.submission)
    Run.objects.filter(pk=running.pk).update(
        status="running", crashes=2, lease_until=timezone.now() - timedelta(seconds=30)
    )
    Run.objects.filter(pk=run.pk).update(queued=timezone.now() - timedelta(seconds=100))
    found = metrics(client)
    assert found['claimcheck_runs{status="queued",task="imputation",tier="quick",whose=""}'] == 1
    assert found['claimcheck_runs{status="finished",task="imputation",tier="quick",whose=""}'] == 1
    assert found["claimcheck_attempts_lost_total"] == 2
    assert found["claimcheck_oldest_wait_seconds"] == pytest.approx(100, abs=5)
    assert found["claimcheck_lease_overdue_seconds"] == pytest.approx(30, abs=5)
    assert found['claimcheck_worker_slots{queue="cpu"}'] == 2
    assert found['claimcheck_worker_slots_busy{queue="cpu"}'] == 1
    assert found['claimcheck_messages{queue="results"}'] == 7
    assert found["claimcheck_broker_up"] == 1


def test_metrics_say_that_the_broker_is_away(client, db):
    assert metrics(client)["claimcheck_broker_up"] == 0


def test_metrics_may_be_kept_for_the_holder_of_a_token(client, db, settings):
    settings.METRICS_TOKEN = "a secret"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer a secret"}).status_code == 200


def test_requests_are_counted_by_view(client, db):
    name = 'django_http_requests_total_by_view_transport_method_total{method="GET",transport="http",view="tasks"}'
    before = metrics(client).get(name, 0)
    client.get("/tasks/")
    assert metrics(client)[name] == before + 1


def test_a_broker_error_is_no_page_of_errors(client, db, monkeypatch):
    def away():
        raise redis.exceptions.TimeoutError

    monkeypatch.setattr("leaderboard.views.machine.broker_state", away)
    assert client.get("/readyz").json()["broker"] == "TimeoutError"


def test_runs_of_one_kind_are_one_line_with_their_number(client, measured, broker):
    for name in ("One", "Two", "Three"):
        measured(name)
    text = client.get("/metrics").content.decode()
    assert re.findall(r"^claimcheck_runs\{.*$", text, re.M) == [
        'claimcheck_runs{status="finished",task="imputation",tier="quick",whose=""} 3.0'
    ]


def test_what_only_a_newer_worker_says_of_itself_is_passed_over(broker):
    (worker,) = presence.present()
    assert presence.worker_of({**asdict(worker), "colour": "green"}) == worker


@pytest.mark.postgresql
def test_a_database_that_takes_no_writes_is_not_ready_and_told_to_come_again(client, broker, alice):
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "takes no writes")
    assert client.get("/tasks/imputation/").status_code == 200
    answer = client.post("/accounts/login/", {"username": "alice", "password": "correct horse"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_web_processes_count_in_memory_and_not_on_a_disk_that_may_be_full(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "MEMORY", tmp_path / "shm")
    site.MEMORY.mkdir()
    counts = site.metrics_folder(tmp_path / "data")
    assert counts.parent == site.MEMORY
    (counts / "counter_1.db").touch()
    assert list(site.metrics_folder(tmp_path / "data").iterdir()) == [], "what an earlier start left"
    assert site.memory_of(tmp_path / "other") != counts


def test_where_memory_has_no_room_for_counts_they_lie_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "MEMORY", tmp_path / "nowhere")
    assert site.metrics_folder(tmp_path) == tmp_path / "metrics"
    monkeypatch.setattr(site, "MEMORY", tmp_path)
    (tmp_path / "stranger").mkdir()
    site.memory_of(tmp_path).symlink_to(tmp_path / "stranger")
    assert site.metrics_folder(tmp_path) == tmp_path / "metrics"


def test_a_scan_of_addresses_is_one_line_in_the_log_each(client, capsys):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up()
    try:
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    finally:
        root.handlers[:], root.level = handlers, level
    lines = [line for line in capsys.readouterr().err.splitlines() if line]
    assert ["Invalid HTTP_HOST header" in line for line in lines] == [True]
