"""Pictures of every page with what axe says of it, for docs/screenshots: `python -m tests.screenshots`.

Starts a whole site on a folder of its own, waits until its house methods stand on the boards, and photographs it; with
--url it photographs a site that is up. Small: 128 colours. An administrator's pages only where the session is given.
"""

import argparse
import io
import shutil
import tempfile
from pathlib import Path

import requests
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import sync_playwright

from tests.site import ROOT, Site

FOLDER = ROOT / "docs" / "screenshots"
SHOTS = {  # name: path, width, colour scheme
    "home": ("/", 1280, "light"),
    "home-narrow": ("/", 390, "dark"),
    "boards": ("/tasks/", 1280, "light"),
    "board": ("/tasks/{task}/", 1280, "light"),
    "board-dark": ("/tasks/{task}/", 1280, "dark"),
    "board-narrow": ("/tasks/{task}/", 390, "light"),
    "board-claims": ("/tasks/{task}/claims/", 1280, "light"),
    "board-protocol": ("/tasks/{task}/protocol/", 1280, "light"),
    "board-worst-case": ("/tasks/{task}/?rule=worst", 1280, "light"),
    "board-empty": ("/tasks/{task}/?tier=full", 1280, "light"),
    "compare": ("/tasks/{task}/compare/", 1280, "light"),
    "compare-narrow": ("/tasks/{task}/compare/", 390, "dark"),
    "claims": ("/claims/", 1280, "light"),
    "paper": ("/papers/{paper}/", 1280, "light"),
    "submission": ("/submissions/{submission}/", 1280, "light"),
    "search": ("/search/?q=a", 1280, "light"),
    "about": ("/about/", 1280, "light"),
    "statistics": ("/about/statistics/", 1280, "light"),
    "sign-up": ("/accounts/signup/", 1280, "light"),
    "api": ("/api/docs/", 1280, "light"),
}
STAFF = {
    "submit": ("/tasks/{task}/submit/", 1280, "light"),
    "account-name": ("/accounts/name/", 1280, "light"),
    "queues": ("/admin/queues/", 1280, "light"),
}
TALLEST = 1600  # pixels
SCROLL = """async () => {
    for (let y = 0; y < Math.min(document.body.scrollHeight, 4000); y += 500) {
        scrollTo(0, y); await new Promise((done) => setTimeout(done, 150));
    }
    scrollTo(0, 0);
}"""


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--url", default="", help="a site that is up; without it one is started and filled")
    parser.add_argument("--task", default="imputation")
    parser.add_argument("--paper", default="gain")
    parser.add_argument("--rows", type=int, default=11, help="wait until so many methods stand on the board")
    options = parser.parse_args()
    if options.url:
        photograph(options.url, options.task, options.paper)
        return
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        site.start()
        try:
            site.wait_for(lambda: len(site.board(options.task)) >= options.rows, 1800)
            photograph(site.url, options.task, options.paper, site.signed_in().cookies)
        finally:
            site.stop()


def photograph(url, task, paper, cookies=()):
    """Write every picture anew. cookies: of an administrator's session."""
    board = requests.get(f"{url}/api/v1/tasks/{task}/leaderboard", timeout=90).json()["results"]
    known = requests.get(f"{url}/api/v1/submissions?task={task}", timeout=90).json()["results"]
    submission = board[0]["submission"] if board else known[0]["id"]
    names = {"task": task, "paper": paper, "submission": submission}
    session = [{"name": cookie.name, "value": cookie.value, "url": url} for cookie in cookies]
    shots = SHOTS | (STAFF if session else {})
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        said = {}
        for name, (address, width, scheme) in shots.items():
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.set_default_timeout(90_000)
            if name in STAFF:
                page.context.add_cookies(session)
            page.goto(url + address.format(**names), wait_until="networkidle")
            page.evaluate(SCROLL)
            page.wait_for_timeout(800)
            tall = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
            shot = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": tall})
            picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(128)
            picture.save(FOLDER / f"{name}.png", optimize=True)
            said[name] = Axe().run(page).response
            page.close()
        browser.close()
    write_index(shots, said)


def write_index(shots, said):
    """A page that shows them all, with axe's findings."""
    lines = ["# Screenshots", "", "Made by `python -m tests.screenshots`, with what axe finds on each page.", ""]
    lines += [
        "| page | width | theme | rules passed | minor or moderate | serious or critical |",
        "|---|---|---|---|---|---|",
    ]
    for name, (_, width, scheme) in shots.items():
        mild, grave = [], []
        for one in said[name]["violations"]:
            (grave if one["impact"] in ("serious", "critical") else mild).append(one["id"])
        passed = len(said[name]["passes"])
        cells = [f"[{name}](#{name})", width, scheme, passed, ", ".join(mild) or "none", ", ".join(grave) or "none"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += ["", "The page of the queues is in Django's own admin.", ""]
    for name in shots:
        lines += [f"## {name.replace('-', ' ').capitalize()}", "", f"![{name}]({name}.png)", ""]
    (FOLDER / "README.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
