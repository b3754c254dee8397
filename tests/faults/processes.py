"""Finds the processes of a site by the part that they play, and ends them as a crash would."""

import contextlib
import os
import shutil
import signal
import time

import psutil


def words(pid):
    with contextlib.suppress(psutil.Error):
        return " ".join(psutil.Process(pid).cmdline())
    return ""


def name(pid):
    """What a process that was forked calls itself."""
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).name()
    return ""


def parent(pid):
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).ppid()
    return 0


def is_alive(pid):
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return result


FAMILY = "leaderboard.machine.family"
PARTS = {  # part: what its command line holds, what it calls itself; then both of its parent
    "worker": ("-m runners.worker", "", "-m leaderboard", ""),
    "pool child": ("-m runners.worker", "", "-m runners.worker", ""),
    "family": (FAMILY, "", "-m leaderboard", ""),
    "recorder": (FAMILY, "recorder", FAMILY, ""),  # and the clock
    "aside": (FAMILY, "aside", FAMILY, "python"),
    "aside's child": (FAMILY, "aside", FAMILY, "aside"),
    "web process": (FAMILY, "web", FAMILY, ""),
    "Valkey": ("valkey-server", "", "", ""),
}


# A pool child's child, and that one's: nothing in their environment tells whose they are.
FORKING, EVALUATOR = "what forks evaluators", "evaluator"


def playing(site, part):
    """Pids of a site's processes that play a part."""
    if part in (FORKING, EVALUATOR):
        parents = set(playing(site, "pool child" if part == FORKING else FORKING))
        found = [pid for pid in psutil.pids() if "-m runners.preloaded" in words(pid) and parent(pid) in parents]
        return (
            found if part == FORKING else [pid for pid in found if name(pid) == EVALUATOR]
        )  # not what starts bubblewrap
    text, called, above, called_above = PARTS[part]
    return [
        pid
        for pid in site.processes()
        if text in words(pid)
        and (not called or name(pid) == called)
        and above in words(parent(pid))
        and (not called_above or name(parent(pid)).startswith(called_above))
        and is_alive(pid)
    ]


def kill(site, part, random, *, patience=5.0):
    """Kill -9 one process of a part. False where there is none within the patience."""
    found = wait_until(lambda: playing(site, part), patience)
    if not found:
        return False
    pid = random.choice(sorted(found))
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid), 10)
    return True


def kill_valkey_with_its_file(site, random):
    """Kill the broker, and take from it what it kept: it starts with nothing."""
    if not kill(site, "Valkey", random):
        return False
    shutil.rmtree(site.folder / "valkey" / "appendonlydir", ignore_errors=True)
    return True
