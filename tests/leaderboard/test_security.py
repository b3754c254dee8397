"""The web side against those who knock too often, and under production settings."""

import errno
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django_ratelimit import core as ratelimit
from redis.exceptions import TimeoutError

from leaderboard.__main__ import Unusable, start_broker
from leaderboard.machine.folder import OTHERS, make_private
from leaderboard.models import ApiToken
from leaderboard.running import aside
from leaderboard.running.runs import stop_worker
from leaderboard.settings import make_secret
from leaderboard.submitting import rates
from leaderboard.submitting.uploads import store_code
from runners.broker import exposure
from runners.presence import present

FORGIVING = "leaderboard.submitting.rates.ForgivingRedisCache"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def uncounted(monkeypatch):
    """Nothing counted before, and a clock that stands: no test falls astride two windows."""
    stands = time.time()
    monkeypatch.setattr(ratelimit, "time", SimpleNamespace(time=lambda: stands))
    cache.clear()
    yield
    cache.clear()


DOORS = ("/accounts/login/", "/admin/login/")


def knock(door, name, password="wrong", address="192.0.2.1"):
    return Client(REMOTE_ADDR=address).post(door, {"username": name, "password": password}).status_code


@pytest.mark.parametrize("door", DOORS)
def test_guessing_one_accounts_password_is_stopped_however_its_name_is_typed(alice, door):
    typed = ["alice", "Alice ", "\uff41lice", " ALICE"] * 3
    statuses = [knock(door, name) for name in typed]
    assert statuses == [200] * 10 + [429] * 2
    assert Client(REMOTE_ADDR="192.0.2.1").get(door).status_code == 200


def test_both_doors_count_together(alice):
    statuses = [knock(DOORS[number % 2], "alice") for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2


def test_an_address_of_ipv6_counts_as_its_network(alice):
    statuses = [knock(DOORS[0], "alice", address=f"2001:db8:0:1::{number:x}") for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert knock(DOORS[0], "alice", address="2001:db8:0:2::1") == 200


def test_wrong_guesses_of_others_never_lock_the_owner_out_from_where_he_signed_in_before(alice, monkeypatch):
    monkeypatch.setattr(rates, "TRIES_OF_STRANGERS", "5/h")
    home = {"name": "alice", "password": "correct horse", "address": "198.51.100.7"}
    assert knock(DOORS[0], **home) == 302
    guesses = [knock(DOORS[0], "alice", address=f"192.0.2.{number}") for number in range(1, 8)]
    assert guesses == [200] * 4 + [429] * 3, "many addresses help nobody to guess"
    assert knock(DOORS[0], **home) == 302
    assert knock(DOORS[0], "alice", "correct horse", "203.0.113.9") == 429


def test_guessing_many_accounts_from_one_address_is_stopped(client, db):
    statuses = [client.post("/accounts/login/", {"username": f"u{i}", "password": "x"}).status_code for i in range(21)]
    assert statuses == [200] * 20 + [429]


def test_signing_up_again_and_again_is_stopped(client, db):
    assert [client.post("/accounts/signup/", {}).status_code for _ in range(21)] == [200] * 20 + [429]


def test_uploads_by_page_and_token_are_counted_together(client, alice):
    client.force_login(alice)
    statuses = [client.post("/tasks/imputation/submit/", {}).status_code for _ in range(30)]
    assert statuses == [422] * 30
    told = {"task": "imputation", "name": "Once more", "code_is_public": "true"}
    headers = {"Authorization": f"Bearer {ApiToken.issue(alice, 'laptop')[1]}"}
    assert client.post("/tasks/imputation/submit/", {}).status_code == 429
    with (ROOT / "papers/gain/imputation/methods/mean.py").open("rb") as file:
        assert client.post("/api/v1/submissions", told | {"file": file}, headers=headers).status_code == 429


def test_without_the_broker_people_sign_in_all_the_same(alice):
    away = {"BACKEND": FORGIVING, "LOCATION": "unix:///nonexistent.sock?db=0"}
    with override_settings(CACHES={"default": away}):
        assert [knock(door, "alice", "correct horse") for door in DOORS] == [302, 302]


@pytest.fixture
def silent(tmp_path):
    """The path of a socket at which nobody answers."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "silent"))
        door.listen(100)
        yield tmp_path / "silent"


def test_a_broker_that_does_not_answer_keeps_a_page_waiting_once(silent, monkeypatch):
    monkeypatch.setattr(rates.ForgivingRedisCache, "asked_again_at", 0.0)
    silence = {"BACKEND": FORGIVING, "LOCATION": f"unix://{silent}?db=0", "OPTIONS": {"socket_timeout": 0.5}}
    with override_settings(CACHES={"default": silence}):
        begun = time.monotonic()
        assert [cache.get(f"part-{number}", "made anew") for number in range(20)] == ["made anew"] * 20
        for number in range(20):
            cache.set(f"part-{number}", "made anew")
        assert 0.5 < time.monotonic() - begun < 2
        assert cache.add("count", 1), "what is counted is asked for each time"
        assert time.monotonic() - begun > 1


def test_a_broker_that_does_not_answer_holds_nobody_who_cancels(silent, monkeypatch):
    monkeypatch.setenv("REDIS_URL", f"redis+socket://{silent}?virtual_host=0")
    monkeypatch.setattr("runners.broker.PATIENCE", 0.2)
    begun = time.monotonic()
    stop_worker(1, 1)
    with pytest.raises(TimeoutError):
        present()
    assert not aside.send("prepare", task="imputation")
    assert time.monotonic() - begun < 3


def test_a_foreign_form_changes_nothing(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/accounts/tokens/", {"name": "stolen"}).status_code == 403
    assert not ApiToken.objects.exists()


def test_tokens_are_kept_as_hashes(alice):
    token, text = ApiToken.issue(alice, "laptop")
    assert text not in str(vars(token))
    assert len(token.sha256) == 64


def test_what_is_stored_is_its_owners_alone(tmp_path, settings):
    """The supervisor's umask is inherited; where somebody starts a part by hand, the folder above is closed."""
    settings.MEDIA_ROOT = tmp_path / "media"
    before = os.umask(OTHERS)
    try:
        store_code(b"class Method: ...")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "media").rglob("*")} == {0}


def manage(tmp_path, *words, **env):
    env = {**os.environ, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "leaderboard.settings", **env}
    return subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True)


def test_the_deployment_check_is_clean_behind_tls(tmp_path):
    told = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", SITE_URL="https://claimcheck.example")
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PORT", "eighty", "PORT"),
        ("DEBUG", "maybe", "DEBUG"),
        ("SECRET_KEY", "short", "at least 32 characters"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL"),
        ("SITE_URL", "claimcheck.example", "SITE_URL"),
        ("DATABASE_URL", "oracle://me:hunter2@localhost/x", "DATABASE_URL must be like"),
        ("SITE_URL", "ftp://me:hunter2@localhost/x", "SITE_URL must be like"),
        ("REDIS_URL", "localhost", "REDIS_URL"),
        ("REDIS_URL", "http://me:hunter2@localhost", "REDIS_URL must begin with"),
        ("QUOTA_PER_DAY", "many", "QUOTA_PER_DAY"),
        ("RUNNING_PER_AUTHOR", "0", "RUNNING_PER_AUTHOR"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL"),
        ("DATA_MIRROR", "/nonexistent", "DATA_MIRROR"),
        ("PAPERS_PATH", f"{ROOT}:/nonexistent", "PAPERS_PATH names '/nonexistent'"),
        ("SANDBOX_CGROUP", "/nonexistent", "SANDBOX_CGROUP"),
        ("BEHIND_PROXY", "perhaps", "BEHIND_PROXY"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(tmp_path, variable, value, said):
    env = {**os.environ, "DATA_DIR": str(tmp_path), variable: value}
    command = [sys.executable, "-c", "import leaderboard.settings"]
    told = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert told.returncode != 0
    assert said in told.stderr.splitlines()[-1]
    assert "hunter2" not in told.stderr


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("HOST", "no such host", "HOST no such host"),
        ("HOUSE_METHODS", "maybe", "HOUSE_METHODS must be yes or no"),
        ("DATA_DIR", "/dev/null/folder", "DATA_DIR /dev/null/folder can't be used"),
    ],
)
def test_a_site_that_cannot_start_says_why(tmp_path, variable, value, said):
    env = {key: text for key, text in os.environ.items() if key not in ("REDIS_URL", "DATABASE_URL", "PORT")}
    env |= {"DATA_DIR": str(tmp_path), variable: value}
    command = [sys.executable, "-m", "leaderboard"]
    told = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert told.returncode == 1
    assert told.stdout.count("\n") == 1
    assert said in told.stdout


@pytest.mark.parametrize(
    ("url", "lacking"),
    [
        ("redis://broker.example:6379/0", "a password and TLS"),
        ("redis://:secret@broker.example:6379/0", "TLS"),
        ("rediss://broker.example:6379/0", "a password"),
        ("rediss://:secret@broker.example:6379/0", ""),
        ("redis://127.0.0.1:6379/0", ""),
        ("redis+socket:///run/broker?virtual_host=0", ""),
    ],
)
def test_a_broker_that_anybody_may_reach_is_told(url, lacking):
    told = exposure(url)
    assert (lacking in told) if lacking else told == ""
    assert "secret" not in told


def test_no_password_is_told_where_the_broker_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@127.0.0.1:1/0")
    monkeypatch.setattr("leaderboard.__main__.time.sleep", lambda seconds: None)
    with pytest.raises(Unusable, match=r"REDIS_URL redis://…@127.0.0.1:1/0") as caught:
        start_broker(tmp_path, [])
    assert "hunter2" not in str(caught.value)


def test_secrets_are_made_once_and_readable_by_nobody_else(tmp_path):
    assert manage(tmp_path, "check").returncode == 0
    first = (tmp_path / "secret_key").read_text()
    assert manage(tmp_path, "check").returncode == 0
    assert (tmp_path / "secret_key").read_text() == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_secret_that_a_full_disk_or_a_power_cut_left_empty_is_not_taken(tmp_path):
    (tmp_path / "seed_secret").touch()
    done = manage(tmp_path, "check")
    assert done.returncode != 0
    assert f"{tmp_path}/seed_secret, which is kept for SEED_SECRET, must have at least 32 characters" in done.stderr


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP])
def test_a_secret_is_made_where_a_disk_has_no_hard_links(tmp_path, monkeypatch, number):
    def link(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("leaderboard.settings.os.link", link)
    path = tmp_path / "secret"
    make_secret(path)
    first = path.read_text()
    make_secret(path)
    assert path.read_text() == first
    assert len(first) >= 32
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


def test_of_several_that_make_a_secret_at_once_all_get_the_same(tmp_path):
    threads = [Thread(target=make_secret, args=(tmp_path / "secret",)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (made,) = tmp_path.iterdir()
    assert len(made.read_text()) == 64
    assert made.stat().st_mode & 0o077 == 0


def test_the_data_folder_is_its_owners_alone(tmp_path):
    folder = tmp_path / "new"
    assert not make_private(folder), "one that it makes is narrow from the start"
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    assert make_private(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not make_private(folder)
    folder.chmod(0o1777)
    with pytest.raises(OSError, match="users share"):
        make_private(folder)
    assert folder.stat().st_mode & 0o1777 == 0o1777, "other people's /tmp stays as it is"
    folder.chmod(0o755)
    (folder / "www").mkdir()
    with pytest.raises(OSError, match="is no site's"):
        make_private(folder)
    assert folder.stat().st_mode & 0o777 == 0o755, "nobody is locked out of /srv"
    (folder / "seed_secret").touch()
    assert make_private(folder)
