"""The supervisor, over real processes: restarts, giving up, and leaving nothing behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from leaderboard.machine.family import Member
from leaderboard.machine.supervisor import GAVE_UP, MAX_RESTARTS, GaveUp, Service, revive, stop


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def sleeper():
    service = Service("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"])
    service.start()
    yield service
    stop([service])


def test_a_dead_service_is_started_again_after_a_pause(sleeper):
    first = sleeper.process.pid
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: not sleeper.is_up)
    revive(sleeper, 100.0)
    assert not sleeper.is_up, "it waits before it tries again"
    revive(sleeper, 101.0)
    assert sleeper.is_up
    assert sleeper.process.pid != first


def test_a_service_that_keeps_dying_is_given_up_with_its_last_words():
    service = Service("broken", [sys.executable, "-c", "print('no such database'); raise SystemExit(3)"])
    service.start()
    for restart in range(MAX_RESTARTS):
        assert wait_until(lambda: not service.is_up and "no such database" in service.tail)
        revive(service, restart)  # plans the restart
        revive(service, restart + 60)  # its pause is over
    assert wait_until(lambda: not service.is_up)
    with pytest.raises(GaveUp, match=r"(?s)status 3.*no such database"):
        revive(service, MAX_RESTARTS)


def test_stopping_kills_what_ignores_the_request(monkeypatch):
    monkeypatch.setattr("leaderboard.machine.supervisor.GRACE", 0.5)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); "
    code += "time.sleep(600)"
    service = Service("stubborn", [sys.executable, "-c", code])
    service.start()
    assert wait_until(lambda: "ready" in service.tail)
    stop([service])
    assert not is_alive(service.process.pid)


def test_killing_the_supervisor_outright_leaves_no_child():
    code = """
        import sys, time
        from leaderboard.machine.supervisor import Service
        services = [Service(str(i), [sys.executable, "-c", "import time; time.sleep(600)"]) for i in range(3)]
        for service in services:
            service.start()
        print(*(service.process.pid for service in services), flush=True)
        time.sleep(600)
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert all(map(is_alive, children))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: not any(map(is_alive, children)))


class Members:
    """A family of two, as leaderboard.machine.family has one, of processes that wait or end at once."""

    def __init__(self, tmp_path):
        self.heard = tmp_path / "heard"
        self.voice = os.open(self.heard, os.O_WRONLY | os.O_CREAT)
        self.steady = Member("steady", (), work=lambda: time.sleep(600), voice=self.voice)
        self.broken = Member("broken", (), work=lambda: sys.exit("no such database"), voice=self.voice)


@pytest.fixture
def members(tmp_path):
    family = Members(tmp_path)
    yield family
    stop([family.steady, family.broken])
    os.close(family.voice)


def test_a_member_of_the_family_that_ends_at_once_leaves_the_others_alone(members):
    for member in (members.steady, members.broken):
        member.start()
    first = members.steady.process.pid
    for restart in range(MAX_RESTARTS):
        assert wait_until(lambda: not members.broken.is_up)
        revive(members.broken, restart)
        revive(members.broken, restart + 60)
    assert wait_until(lambda: not members.broken.is_up)
    with pytest.raises(GaveUp, match="broken ended 6 times, last with status 1"):
        revive(members.broken, MAX_RESTARTS)
    assert members.steady.is_up
    assert members.steady.process.pid == first
    assert psutil.Process(first).name() == "steady"
    assert "no such database" in members.heard.read_text()


def test_a_service_that_has_given_up_is_not_started_again():
    service = Service("family", [sys.executable, "-c", f"raise SystemExit({GAVE_UP})"])
    service.start()
    assert wait_until(lambda: not service.is_up)
    with pytest.raises(GaveUp, match="family ended 1 times"):
        revive(service, 0)


def test_the_children_of_a_service_speak_under_their_own_names(capsys):
    code = "import os, sys; os.write(int(sys.argv[1].removeprefix('web=')), b'takes requests\\n')"
    service = Service("family", [sys.executable, "-c", code], voices=["web"])
    service.start()
    assert wait_until(lambda: "takes requests" in service.tail)
    assert "web | takes requests" in capsys.readouterr().out
