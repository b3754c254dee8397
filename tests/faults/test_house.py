"""A whole site whose broker is damaged or takes nothing: people sign in, upload and are told, and nothing is lost."""

import base64
import json
import re
import socket
import sqlite3
import threading
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict

import pytest
import redis
import requests

from leaderboard.machine.web import server_on
from runners.presence import Worker
from tests.faults.enqueue import PAPERS
from tests.faults.methods import code
from tests.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FAR = Worker("cpu0@far", "cpu", "cpu", "a CPU", "bubblewrap", True, "", "")
MANIFEST = "file appendonly.aof.1.incr.aof seq 1 type i\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Started on a folder that others could read, after a power cut that left null bytes at its broker's file."""
    folder = tmp_path_factory.mktemp("house") / "site"
    kept = folder / "valkey" / "appendonlydir"
    kept.mkdir(parents=True)
    (kept / "appendonly.aof.manifest").write_text(MANIFEST)
    (kept / "appendonly.aof.1.incr.aof").write_bytes(b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n" + bytes(12))
    folder.chmod(0o755)
    site = Site(folder, PAPERS_PATH=PAPERS, HOUSE_METHODS="no", CPU_RUNNERS="0", SEED_SECRET="s" * 40)
    site.start()
    yield site
    site.stop()


def state(site):
    response = site.get("/readyz")
    return response.status_code, response.json()["broker"]


def test_a_broker_that_is_damaged_or_takes_nothing_keeps_nobody_out(site):
    told = "\n".join(site.lines)
    assert "the broker's file is damaged and was moved to" in told
    assert "could be read by others" in told
    assert len(list(site.folder.glob("valkey.damaged-*"))) == 1
    client = redis.Redis(unix_socket_path=str(site.folder / "valkey.sock"))
    assert state(site) == (200, "ok")
    client.config_set("maxmemory", 1)  # from now on it answers and takes nothing
    assert state(site) == (503, "OutOfMemoryError")
    session = site.signed_in()
    assert "Sign out" in session.get(site.url).text
    page = "/tasks/halving/submit/"
    fields = {"name": "My own", "code_is_public": "True", "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    sent = session.post(site.url + page, fields, files={"file": ("m.py", code("exact"))}, headers={"Referer": site.url})
    assert sent.status_code == requests.codes.ok
    assert site.get("/api/v1/runs/1").json()["status"] == "queued"
    client.config_set("maxmemory", 0)
    assert state(site) == (200, "ok")
    client.set("worker:cpu0@far", json.dumps(asdict(FAR)), ex=60)
    site.wait_for(lambda: client.llen("cpu") == 1, 60)
    (message,) = client.lrange("cpu", 0, -1)
    assert b"seed_key" not in base64.b64decode(json.loads(message)["body"])
    assert site.folder.stat().st_mode & 0o777 == 0o700
    ours = (path for path in site.folder.rglob("*") if ".damaged-" not in str(path))
    assert [path for path in ours if path.lstat().st_mode & 0o077] == []


@contextmanager
def locked(path):
    """A shell, or a copy tool, that holds the write lock of the site's database."""
    with closing(sqlite3.connect(path, isolation_level=None)) as link:
        link.execute("BEGIN IMMEDIATE")
        yield
        link.execute("ROLLBACK")


def test_while_the_database_is_locked_one_reads_and_is_told_to_write_later(site):
    session = site.signed_in()
    (token,) = re.findall(r"cc_[\w-]+", site.post(session, "/accounts/tokens/", name="laptop").text)
    headers = {"Authorization": f"Bearer {token}"}
    with locked(site.folder / "claimcheck.sqlite3"):
        assert requests.get(f"{site.url}/api/v1/me", headers=headers, timeout=5).json()["username"] == "admin"
        fields = {"task": "halving", "name": "My own", "code_is_public": "true"}
        files = {"file": ("method.py", code("exact"))}
        late = requests.post(f"{site.url}/api/v1/submissions", fields, headers=headers, files=files, timeout=60)
    assert late.status_code == requests.codes.service_unavailable
    assert late.headers["Retry-After"]
    assert "try again" in late.json()["errors"][0]["message"]


HALF_SENT = {
    "head": b"GET / HTTP/1.1\r\nHost: 127",
    "body": b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken=abcdefghijklmnopqrstuvwxyzABCDEF\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\nusername=",
}


@pytest.mark.parametrize("part", HALF_SENT)
def test_half_sent_requests_hold_no_thread(site, part):
    with ExitStack() as stack:
        for _ in range(120):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", site.port)))
            client.sendall(HALF_SENT[part])
        assert [site.get("/healthz").status_code for _ in range(8)] == [200] * 8


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/submissions", "application/json"), ("/tasks/", "text/html")])
def test_a_body_beyond_all_limits_is_refused_in_our_own_words(site, path, kind):
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        client.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {1 << 30}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: client.recv(4096), b"")).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert f"Content-Type: {kind}" in answer
    assert "The request is too large." in answer


def test_a_request_that_trickles_in_is_ended():
    """Its time runs from its first byte, whatever comes after."""
    door = socket.create_server(("127.0.0.1", 0))
    server = server_on(door, request_seconds=1)
    threading.Thread(target=server.run, daemon=True).start()
    with socket.create_connection(door.getsockname()) as client:
        client.settimeout(0.1)
        client.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(300):
            try:
                client.sendall(b"x")
                assert client.recv(1) == b""
                break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            pytest.fail("it trickles still")
