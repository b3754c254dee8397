"""Who asked for it is told that a run has ended; and a webhook leads to no machine of ours."""

import hashlib
import hmac
import ipaddress
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from xml.etree import ElementTree

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from leaderboard import tasks
from leaderboard.boards import standings
from leaderboard.models import Notices, Run
from leaderboard.running import notices, webhooks
from leaderboard.running.runs import start_run
from tests.leaderboard.test_pages import board, names

LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]


@pytest.fixture(autouse=True)
def nobody_was_called():
    cache.clear()


@pytest.fixture
def run(measured, alice):
    return Run.objects.select_related("submission__author").get(submission=measured("Mine", author=alice))


@pytest.fixture
def hook():
    """An address that takes what it is sent; yields its URL and what came."""
    came = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/hook?a=1", came
    server.shutdown()
    thread.join()
    server.server_close()


def test_nobody_is_told_who_did_not_ask(run, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        notices.announce(run)
    notices.tell(run)
    assert not callbacks
    assert not mail.outbox


def test_a_mail_goes_to_a_verified_address_only(run, alice):
    Notices.objects.create(user=alice, by_mail=True)
    address = EmailAddress.objects.create(user=alice, email="alice@uni.example")
    tasks.notify(run.pk)
    assert not mail.outbox
    address.verified = True
    address.save()
    tasks.notify(run.pk)
    (message,) = mail.outbox
    assert message.subject == "Mine: finished"
    assert f"/submissions/{run.submission_id}/?run={run.pk}" in message.body


def test_a_webhook_is_called_once_with_what_is_signed_and_follows_nothing(run, alice, hook, settings):
    url, came = hook
    wishes = Notices.objects.create(user=alice, webhook=url)
    tasks.notify(run.pk)
    assert not came, "loopback is ours"
    settings.WEBHOOK_NETWORKS = LOOPBACK
    tasks.notify(run.pk)
    ((headers, body),) = came
    assert json.loads(body)["status"] == "finished"
    assert headers["Host"].startswith("localhost:")
    signed = hmac.digest(wishes.secret.encode(), body, hashlib.sha256).hex()
    assert headers[webhooks.SIGNATURE] == f"sha256={signed}"


def test_a_webhook_that_took_its_share_of_time_is_left_alone_for_a_while(run, alice, hook, settings, monkeypatch):
    url, came = hook
    settings.WEBHOOK_NETWORKS = LOOPBACK
    Notices.objects.create(user=alice, webhook=url)
    monkeypatch.setattr(notices, "SHARE", 1e-9)
    tasks.notify(run.pk)
    tasks.notify(run.pk)
    assert len(came) == 1


def test_a_name_in_any_script_goes_over_the_wire_as_one_of_letters(hook, settings, monkeypatch):
    url, came = hook
    settings.WEBHOOK_NETWORKS = LOOPBACK
    asked = []

    def look_up(host, port, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))]

    monkeypatch.setattr(webhooks.socket, "getaddrinfo", look_up)
    assert webhooks.deliver(url.replace("localhost", "例え.example"), {}, secret="s") == 302
    assert came[0][0]["Host"].startswith("xn--r8jz45g.example:")
    assert asked[0] == "xn--r8jz45g.example"


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254"),
        *(
            "100.64.0.1",
            "224.0.0.1",
            "[::ffff:127.0.0.1]",
            "[fe80::1]",
            "[fd00::1]",
            "[2002:7f00:1::]",
            "2130706433",
            "0x7f.1",
        ),
        *("[64:ff9b::7f00:1]", "[::]"),
    ],
)
def test_a_private_address_is_refused_however_it_is_written(client, alice, host):
    client.force_login(alice)
    response = client.post("/accounts/notices/", {"webhook": f"http://{host}/"})
    assert response.status_code == 422
    assert not Notices.objects.exists()
    with pytest.raises(webhooks.Undelivered):
        webhooks.deliver(f"http://{host}/", {}, secret="s")


def test_who_saves_a_name_learns_nothing_of_what_it_stands_for(client, alice, monkeypatch):
    monkeypatch.setattr(webhooks, "reachable", lambda url: pytest.fail("it was looked up"))
    client.force_login(alice)
    for name in ("nowhere.invalid", "broker.internal", "example.org"):
        response = client.post("/accounts/notices/", {"webhook": f"https://{name}/"})
        assert (response.status_code, Notices.objects.get().webhook) == (302, f"https://{name}/")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_a_public_address_may_be_called(address):
    assert webhooks.may_be_called(ipaddress.ip_address(address))


def test_a_feed_has_the_authors_runs_at_an_address_that_he_may_close(client, run, alice, bob):
    client.force_login(alice)
    assert client.post("/accounts/notices/", {"has_feed": "on"}).status_code == 302
    path = f"/feeds/{Notices.objects.get().feed}/runs.atom"
    client.logout()
    titles = [
        title.text
        for title in ElementTree.fromstring(client.get(path).content).iter("{http://www.w3.org/2005/Atom}title")
    ]
    assert titles == ["Runs of alice", "Mine on imputation: finished"]
    client.force_login(alice)
    client.post("/accounts/notices/", {})
    assert client.get(path).status_code == 404


def test_a_failed_run_is_its_authors_alone(client, run, alice, bob, staff):
    Run.objects.filter(pk=run.pk).update(status="failed", failure_whose="author", failure_message="It broke.")
    standings.rebuild(run.board)
    paths = (
        f"/api/v1/runs/{run.pk}",
        f"/runs/{run.pk}/provenance.json",
        f"/submissions/{run.submission_id}/?run={run.pk}",
    )
    for user, status in ((None, 404), (bob, 404), (alice, 200), (staff, 200)):
        client.logout()
        if user:
            client.force_login(user)
        assert [client.get(path).status_code for path in paths] == [status] * 3
        seen = [client.get(path).content.decode() for path in ("/api/v1/submissions", "/tasks/imputation/", "/")]
        told = client.get(f"/submissions/{run.submission_id}/").content.decode()
        assert ("No run of it is public" in told) == (status == 404)
        assert ['"status": "failed"' in seen[0], "It broke." in seen[1]] == [status == 200] * 2


def test_an_administrator_deletes_an_entry_with_all_of_it_and_an_account_without(client, run, staff, alice):
    client.force_login(staff)
    client.post(f"/admin/auth/user/{alice.pk}/delete/", {"post": "yes"})
    alice.refresh_from_db()
    assert not alice.is_active
    page = client.get(f"/admin/leaderboard/submission/{run.submission_id}/delete/")
    assert page.status_code == 200
    assert "permission" not in page.content.decode().lower()
    client.post(f"/admin/leaderboard/submission/{run.submission_id}/delete/", {"post": "yes"})
    assert not Run.objects.exists()
    assert names(board(client)) == []


@pytest.mark.parametrize(("cpu", "earlier", "costs_nothing"), [(0.5, 0, False), (1.5, 1, True), (1.5, 2, False)])
def test_who_reached_the_wall_time_working_loses_no_quota_twice_a_day(
    client, run, alice, cpu, earlier, costs_nothing, settings
):
    Run.objects.filter(pk=run.pk).update(status="running", requester=alice, ended=None)
    for _ in range(earlier):
        start_run(run.submission)
    late = Run.objects.exclude(pk=run.pk)
    late.update(status="failed", failure_whose="author", costs_nothing=True, ended=timezone.now())
    exceeded = {"limit": "wall seconds", "used": 100.0, "allowed": 90.0, "cpu_seconds": cpu}
    event = {
        "type": "failed",
        "whose": "author",
        "reason": "limit",
        "message": "late",
        "traceback": "",
        "case": "",
        "seed": 0,
    }
    assert tasks.record(run.pk, run.attempt, run.execution or "a", 1, event | {"exceeded": exceeded})
    settings.QUOTA_PER_DAY = 1
    client.force_login(alice)
    page = client.get("/submissions/").content.decode()
    assert ("1 of 1 runs used in the last 24 hours, 1 of them failed" in page) is not costs_nothing
