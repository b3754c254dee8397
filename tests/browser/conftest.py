"""A whole site, started as its user starts it, and a browser to look at it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

import pytest
import requests
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """`python -m leaderboard` on a folder and a port of its own."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.lines = deque(maxlen=400)

    def start(self):
        dropped = {"REDIS_URL", "DATABASE_URL", "SITE_URL", "DJANGO_SETTINGS_MODULE"}
        env = {key: value for key, value in os.environ.items() if key not in dropped}
        env |= {"DATA_DIR": str(self.folder), "PORT": str(self.port)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "leaderboard"],
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

    def processes(self):
        """Pids that still work for this site: they carry its data folder in their environment or command line."""
        mark = os.fsencode(self.folder)
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    if mark in (entry / "environ").read_bytes() or mark in (entry / "cmdline").read_bytes():
                        found.append(int(entry.name))
                except OSError:
                    continue
        return found

    def stop(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(40)
        self.reader.join(10)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium: install it (apt-get install chromium) to run the browser tests")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, site):
    """A fresh page; anything that the console complains of fails the test."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_default_timeout(20_000)
    yield page
    context.close()
    assert complaints == []
