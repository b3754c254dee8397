"""`claimcheck` with a site: its verbs against the site's real pages and API."""

import json
import os
import re
import stat
import subprocess
import sys
import threading
import zipfile
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.utils import timezone

from leaderboard.models import ApiToken, Run, Submission
from leaderboard.running import runs
from runners.client import logins
from runners.client.following import new_lines
from runners.client.showing import harmless
from runners.client.verbs import CLIENT
from runners.commands import exits
from runners.commands.group import main
from runners.commands.verbs import VERBS
from tests.leaderboard.conftest import CODE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder to work in, and a user's settings of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in (logins.SITE, logins.TOKEN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "method.py").write_bytes(CODE)
    return tmp_path


@pytest.fixture
def said(capsys):
    """Carry a command out: (exit status, what it said, what it complained of)."""

    def carry_out(*words):
        status = main(list(map(str, words)))
        return status, *capsys.readouterr()

    return carry_out


@pytest.fixture
def site(live_server, alice, desk, monkeypatch):
    """A site that alice's environment names."""
    monkeypatch.setenv(logins.SITE, live_server.url)
    monkeypatch.setenv(logins.TOKEN, ApiToken.issue(alice, "laptop")[1])
    return live_server.url


def test_a_login_is_kept_for_its_owner_alone(live_server, alice, desk, said, monkeypatch):
    token = ApiToken.issue(alice, "laptop")[1]
    assert said("submit", "imputation", "method.py", "--name", "One", "--public-code")[0] == exits.USAGE
    status, _, error = said("login", "--site", live_server.url, "--token", "cc_wrong")
    assert (status, "does not know your token" in error) == (exits.SITE, True)
    assert not logins.path().exists()
    status, out, _ = said("login", "--site", f"{live_server.url}/", "--token", token)
    assert (status, "You are alice" in out) == (exits.FINE, True)
    assert stat.S_IMODE(logins.path().stat().st_mode) == 0o600
    assert token not in out
    status, out, _ = said("submit", "imputation", "method.py", "--name", "One", "--private-code")
    assert (status, out.startswith(live_server.url)) == (exits.FINE, True), "no --site is needed any more"
    monkeypatch.setenv(logins.SITE, "https://elsewhere.example")
    monkeypatch.setenv(logins.TOKEN, "cc_other")
    assert logins.token_of(live_server.url) == token, "the environment's token is for the environment's site"
    assert said("logout", "--site", live_server.url)[0] == exits.FINE
    assert token not in logins.path().read_text()


def test_the_page_that_login_opens_proposes_a_name(client, alice):
    client.force_login(alice)
    assert (
        'value="claimcheck on my desk"' in client.get("/accounts/tokens/?name=claimcheck+on+my+desk").content.decode()
    )


def test_who_may_read_the_code_must_be_said(site, said):
    status, _, error = said("submit", "imputation", "method.py", "--name", "One")
    assert (status, "--public-code" in error) == (exits.USAGE, True)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("kind", ["file", "folder", "zip"])
def test_a_file_a_folder_and_a_zip_are_taken_alike(site, said, desk, kind):
    beside = [] if kind == "file" else ["README.md"]
    if kind == "folder":
        (desk / "mine" / ".git").mkdir(parents=True)
        (desk / "mine" / ".git" / "config").write_text("x")
        (desk / "mine" / "README.md").write_text("words")
        (desk / "mine" / "idea.py").write_bytes(CODE)
    elif kind == "zip":
        with zipfile.ZipFile(desk / "mine.zip", "w") as archive:
            archive.writestr("mine/idea.py", CODE)
            archive.writestr("mine/README.md", "words")
    path = {"file": "method.py", "folder": "mine", "zip": "mine.zip"}[kind]
    status, out, error = said("submit", "imputation", path, "--name", "One", "--public-code")
    submission = Submission.objects.get()
    assert (status, submission.code(), submission.code_is_public) == (exits.FINE, CODE, True)
    assert out.strip().endswith(f"/submissions/{submission.pk}/?run={submission.runs.get().pk}")
    assert all(name in error for name in beside)


def test_what_the_judge_refuses_is_not_sent(site, said, desk):
    (desk / "method.py").write_bytes(CODE.replace(b"impute", b"guess"))
    status, _, error = said("submit", "imputation", "method.py", "--name", "One", "--public-code")
    assert (status, "lacks impute" in error, "not sent" in error) == (exits.METHOD, True, True)
    (desk / "two").mkdir()
    for name in ("a.py", "b.py"):
        (desk / "two" / name).write_bytes(CODE)
    status, _, error = said("submit", "imputation", "two", "--name", "One", "--public-code")
    assert (status, "exactly one" in error) == (exits.USAGE, True)
    assert said("submit", "imputation", "none.py", "--name", "One", "--public-code")[0] == exits.USAGE


def test_a_used_up_quota_names_the_next_free_time(site, said, settings, alice, measured):
    settings.QUOTA_PER_DAY = 1
    run = measured("Before", author=alice).runs.get()
    Run.objects.filter(pk=run.pk).update(requester=alice, queued=timezone.now() - timedelta(hours=20))
    status, _, error = said("submit", "imputation", "method.py", "--name", "One", "--public-code")
    assert status == exits.SITE
    assert re.search(r"1 of 1 runs in 24 hours, next at \d\d:\d\d UTC", error)


def test_a_run_is_followed_with_its_log_until_it_has_ended(site, desk, alice, said):
    said("submit", "imputation", "method.py", "--name", "One", "--public-code")
    run = Run.objects.get()
    failure = {"whose": "author", "message": "it raised", "traceback": "line 6", "case": "breast/mcar-20", "seed": 3}
    failure = {f"failure_{name}": value for name, value in failure.items()}
    words = [sys.executable, "-m", "runners", "status", "--follow"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            lines = iter(process.stdout.readline, "")
            assert next(lines).startswith(f"queued, 0 of {run.plays_total} plays; no worker is there")
            Run.objects.update(status="running", started=timezone.now(), plays_done=9, log="one\n\x1b[31mtwo\n")
            assert [next(lines) for _ in range(2)] == ["  one\n", "  ?[31mtwo\n"], "a log steers no terminal"
            assert next(lines).startswith(f"running, 9 of {run.plays_total} plays; ends in about")
            Run.objects.update(status="failed", ended=timezone.now(), log="one\ntwo\nthree\n", **failure)
            rest = process.stdout.read()
            assert process.wait(60) == exits.METHOD
        finally:
            process.kill()
    assert "failed at breast/mcar-20, seed 3: it raised\nline 6\n" in rest
    assert "claimcheck run imputation METHOD --tier quick --case breast/mcar-20 --seed 3" in rest


def test_a_finished_run_says_where_it_stands_and_comes_down_whole(site, desk, said, alice, measured):
    run = measured("Mine", 0.5, author=alice).runs.get()
    measured("Better", 0.6)
    Run.objects.filter(pk=run.pk).update(log="words\n")
    status, out, _ = said("status", run.pk, "--follow")
    assert (status, f"run {run.pk}: Mine on imputation" in out, "rank 2 of 2" in out) == (exits.FINE, True, True)
    assert json.loads(said("status", "--json")[1])["standing"]["rank"] == 2, "without a number, the latest of one's own"
    assert said("logs", f"{site}/submissions/1/?run={run.pk}")[1] == "words\n"
    status, out, _ = said("download", run.pk)
    assert (status, out.split()) == (
        exits.FINE,
        [f"run-{run.pk}/{name}" for name in ("run.json", "method.py", "log.txt")],
    )
    assert (desk / f"run-{run.pk}" / "method.py").read_bytes() == run.submission.code()
    assert len(json.loads((desk / f"run-{run.pk}" / "run.json").read_text())["scores"]) == 90
    assert said("download", run.pk)[0] == exits.USAGE, "nothing is overwritten"


def test_the_latest_run_is_meant_whichever_submission_it_is_of(site, desk, said, alice, measured):
    first = measured("First", 0.5, author=alice)
    measured("Second", 0.6, author=alice)
    latest = runs.start_run(first)
    assert json.loads(said("status", "--json")[1])["id"] == latest.pk


def test_an_author_is_told_of_a_disqualification_and_spends_no_run_on_it(site, desk, said, alice, measured):
    run = measured("Mine", 0.5, author=alice).runs.get()
    Submission.objects.update(disqualified="it reads the answers")
    assert "\ndisqualified: it reads the answers\n" in said("status", run.pk)[1]
    status, _, error = said("rerun", run.pk)
    assert (status, "no run of it counts: it reads the answers" in error) == (exits.SITE, True)
    assert Run.objects.count() == 1


def test_what_was_fetched_from_a_site_is_not_compared_as_a_result(site, desk, said, alice, measured):
    run = measured("Mine", 0.5, author=alice).runs.get()
    said("download", run.pk)
    status, _, error = said("compare", f"run-{run.pk}", f"run-{run.pk}")
    assert (status, "is a run of a site's" in error) == (exits.USAGE, True)


def test_of_anothers_private_run_the_code_is_left_out(site, desk, said, bob, measured):
    run = measured("Bob's", 0.5, author=bob, code_is_public=False).runs.get()
    status, out, error = said("download", run.pk)
    assert (status, "method.py" in out, "keeps this code private" in error) == (exits.FINE, False, True)
    status, _, error = said("cancel", run.pk)
    assert (status, "Only its author" in error) == (exits.SITE, True)


def test_a_board_comes_as_table_csv_and_json(site, said, measured, alice):
    measured("Mine", 0.5, author=alice)
    measured("House", 0.6)
    _, out, _ = said("board", "imputation")
    assert [line.split()[1] for line in out.splitlines()[2:]] == ["House", "Mine"]
    assert [row["method"] for row in json.loads(said("board", "imputation", "--json")[1])] == ["House", "Mine"]
    assert said("board", "imputation", "--csv")[1].splitlines()[0].startswith("rank,rank_low")
    assert "Nothing has been measured" in said("board", "imputation", "--tier", "full")[1]
    assert "imputation" in said("tasks")[1]
    status, _, error = said("board", "imputaton")
    assert (status, error) == (exits.SITE, "claimcheck: There is no task 'imputaton'; did you mean imputation?\n")
    assert "did you mean imputation?" in said("docs", "imputaton")[2], "as the verbs that ask no site"


def test_code_that_was_sent_before_is_named_with_the_command_that_runs_it_again(site, said):
    assert said("submit", "imputation", "method.py", "--name", "One", "--public-code")[0] == exits.FINE
    run = Run.objects.get()
    status, _, error = said("submit", "imputation", "method.py", "--name", "Two", "--public-code")
    assert status == exits.SITE
    assert error.startswith("claimcheck: You sent the same code before, as “One”.")
    assert f"on its page, /submissions/{run.submission_id}/, or by `claimcheck rerun {run.pk}`." in error


def test_a_run_is_cancelled_and_run_again(site, said, alice, measured, monkeypatch):
    monkeypatch.setattr(runs, "stop_worker", lambda *_: None)  # there is no broker here, and it is waited for
    run = measured("Mine", 0.5, author=alice).runs.get()
    status, out, _ = said("rerun", run.pk)
    again = Run.objects.get(status="queued")
    assert (status, out.strip().endswith(f"?run={again.pk}")) == (exits.FINE, True)
    assert said("cancel")[1] == f"Run {again.pk} is cancelled.\n"
    assert said("cancel", again.pk)[1] == f"Run {again.pk} had ended already.\n"
    assert said("status", again.pk)[0] == exits.METHOD


class Foreign(BaseHTTPRequestHandler):
    """Hosts that are no Claimcheck site."""

    def do_GET(self):
        status, headers = {"/moved": (301, {"Location": "https://new.example/api/v1/tasks/"}), "/large": (413, {})}.get(
            "/" + self.path.split("/")[1], (200, {})
        )
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *args):
        pass


@pytest.fixture
def foreign():
    server = HTTPServer(("127.0.0.1", 0), Foreign)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_way_in_which_a_site_does_not_answer_says_what_to_do(foreign, desk, said):
    for site, status, words in (
        ("", exits.USAGE, "claimcheck login --site"),
        ("ftp://there", exits.USAGE, "no address of a site"),
        ("http://127.0.0.1:9", exits.SITE, "does not answer (Connection refused): is it up"),
        (f"https://{foreign}", exits.SITE, "certificate"),
        (f"{foreign}/plain", exits.SITE, "is the address right?"),
        (f"{foreign}/moved", exits.SITE, "use --site https://new.example"),
        (f"{foreign}/large", exits.SITE, "takes no file of this size"),
    ):
        got, _, error = said("tasks", *(["--site", site] if site else []))
        assert (got, words in error) == (status, True), error


def test_new_lines_of_a_log_are_told_once():
    assert new_lines([], ["a", "b"]) == ["a", "b"]
    assert new_lines(["a", "b"], ["a", "b", "c"]) == ["c"]
    assert new_lines(["a", "b", "c"], ["b", "c", "d"]) == ["d"], "only the last lines are known"
    assert new_lines(["a", "a"], ["a", "a"]) == []
    assert new_lines(["a"], ["x", "y"]) == ["x", "y"]


def test_what_a_site_says_steers_no_terminal():
    assert harmless("a\x1b[2Jb\u202ec\td\n") == "a?[2Jb?c\td\n"


def test_the_guide_names_every_verb_and_exit_status():
    guide = (ROOT / "docs" / "client.md").read_text()
    assert [verb for verb in CLIENT if f"claimcheck {verb}" not in guide] == []
    assert [f"| {status} | {meaning} |" in guide for status, meaning in exits.MEANING.items()].count(False) == 0
    assert set(re.findall(r"claimcheck ([a-z][\w-]+)", guide)) <= {*VERBS, "submit"}


def test_the_shell_completes_verbs_and_boards():
    for words, completed in (("claimcheck sub", "plain,submit"), ("claimcheck docs imp", "plain,imputation")):
        env = {**os.environ, "_CLAIMCHECK_COMPLETE": "bash_complete", "COMP_WORDS": words}
        env["COMP_CWORD"] = str(len(words.split()) - 1)
        done = subprocess.run([sys.executable, "-m", "runners"], cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.stdout.split() == [completed]
