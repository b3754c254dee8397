"""A whole site, started as its user starts it."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).resolve().parent.parent


class Site:
    """`claimcheck serve` on a folder and a port of its own."""

    def __init__(self, folder, **env):
        self.folder, self.env = folder, env
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.lines = deque(maxlen=400)
        self.staff = None  # the administrator's session, once somebody has signed in

    def start(self):
        dropped = {"REDIS_URL", "DATABASE_URL", "SITE_URL", "DJANGO_SETTINGS_MODULE"}
        env = {key: value for key, value in os.environ.items() if key not in dropped}
        env |= {"DATA_DIR": str(self.folder), "PORT": str(self.port), **self.env}
        self.process = subprocess.Popen(
            [
                "sh",
                "-c",
                "trap '' INT; exec \"$@\"",
                "sh",
                sys.executable,
                "-m",
                "runners",
                "serve",
            ],  # as behind a script's "&"
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self.reader.start()
        self.wait_for(lambda: any("the site is up" in line for line in self.lines), 120)

    def _read(self, stream):
        with stream:
            for line in stream:
                self.lines.append(line.rstrip())

    def wait_for(self, condition, seconds):
        """Wait until the condition holds; fail with the site's last words."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, "the site ended:\n" + "\n".join(self.lines)
            assert time.monotonic() < deadline, f"not within {seconds} s:\n" + "\n".join(list(self.lines)[-40:])
            time.sleep(0.5)

    def get(self, path):
        return requests.get(self.url + path, timeout=20)

    def board(self, task="imputation", tier="quick"):
        return self.get(f"/api/v1/tasks/{task}/leaderboard?tier={tier}").json()["results"]

    def tasks(self):
        return [task["slug"] for task in self.get("/api/v1/tasks").json()]

    def signed_in(self):
        """A session of the administrator, whose password the first start printed."""
        (password,) = re.findall(r"user admin, password (\S+)", "\n".join(self.lines))
        session = requests.Session()
        self.post(session, "/accounts/login/", username="admin", password=password)
        return session

    def post(self, session, path, *, shown_at=None, **fields):
        """Send a form as a browser does: after looking at its page, with that page's token."""
        session.get(self.url + (shown_at or path), timeout=60)
        fields |= {"csrfmiddlewaretoken": session.cookies["csrftoken"]}
        response = session.post(self.url + path, fields, headers={"Referer": self.url}, timeout=60)
        response.raise_for_status()
        return response

    def processes(self):
        """Pids that still work for this site: they carry its data folder in their environment or command line."""
        mark = str(self.folder)
        return [process.pid for process in psutil.process_iter() if process.pid != os.getpid() and says(process, mark)]

    def stop(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(40)
        self.reader.join(10)


def says(process, mark):
    """Whether a process carries a word in its environment or command line."""
    try:
        return any(mark in text for text in [*process.cmdline(), *process.environ().values()])
    except (psutil.Error, OSError):
        return False
