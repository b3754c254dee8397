"""Every file in methods/ is somebody's upload. None may get through, whoever runs the worker."""

import ast
import contextlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from runners.sandbox import Sandbox, why_no_forks
from runners.sandbox.bubblewrap import interpreter_in_tmp
from runners.sandbox.cgroup import writable_parents
from tests.hostile import ordinary
from tests.hostile.contain import CANARY, LIMITS, METHODS, bait

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
NAMES = sorted(path.stem for path in METHODS.glob("*.py"))
USERS = ("root", "ordinary", "root, forked", "ordinary, forked")  # whoever runs the worker, and how sandboxes come
PLAY_ALL = [sys.executable, "-B", "-m", "tests.hostile"]


def expected(name):
    """The outcomes that the method's docstring allows."""
    docstring = ast.get_docstring(ast.parse((METHODS / f"{name}.py").read_text()))
    return docstring.rpartition("Expected: ")[2].rstrip(".").split(", ")


def why_not(user):
    """Why we can't be this user here; "" where we can."""
    user, _, forked = user.partition(", ")
    if forked and (reason := why_no_forks()):
        return reason
    if forked and user == "ordinary" and os.geteuid() == 0 and writable_parents()[0] != 1:
        return "root can't delegate control groups of this version to another user here"
    if user == "root":
        return "" if os.geteuid() == 0 else "the tests don't run as root"
    return ordinary.why_not() if os.geteuid() == 0 else ""


def play_all(user):
    """Play all methods as this user: the outcomes by name."""
    user, _, forked = user.partition(", ")
    command = [*PLAY_ALL, f"--{forked}"] if forked else PLAY_ALL
    with contextlib.ExitStack() as stack:
        if user == "ordinary" and os.geteuid() == 0:
            groups = stack.enter_context(ordinary.delegated()) if forked else {}
            command = ordinary.command(command, set(groups.values()))
        played = subprocess.run(command, capture_output=True, text=True, cwd=ordinary.PROJECT, timeout=900)
    assert played.returncode == 0, played.stderr[-3000:]
    level, *rows = map(json.loads, played.stdout.splitlines())
    assert level["ok"], level
    return {row["name"]: row for row in rows}


@cache
def outcomes():
    """Play all methods as every user that we can be, two at a time: most of it is waiting for limits."""
    users = [user for user in USERS if not why_not(user)]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(users, pool.map(play_all, users), strict=True))


@pytest.fixture(params=USERS)
def user(request):
    """Whoever runs the worker, as far as we can be that user here."""
    if reason := why_not(request.param):
        pytest.skip(reason)
    return outcomes()[request.param]


@pytest.mark.timeout(1000)
@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_method_is_contained(user, name):
    outcome = user[name]
    assert outcome["reason"] in expected(name), outcome
    assert "GOT THROUGH" not in outcome["log"] + outcome["message"] + outcome["traceback"], outcome["log"]
    assert not outcome["leaked"]
    assert outcome["left"] == 0
    assert outcome["input_is_intact"]
    assert outcome["honest_call_works"]
    assert outcome["next_sees"] == f"{sorted([*interpreter_in_tmp(), 'method.py'])}\n"
    assert outcome["seconds"] < LIMITS.play_seconds + 10  # on a busy machine we take our time to read what it sent


@pytest.mark.parametrize("name", NAMES)
def test_its_author_gets_a_sentence_fit_to_be_shown(user, name):
    outcome = user[name]
    shown = outcome["message"] + outcome["traceback"] + outcome["log"]
    assert (outcome["reason"] == "harmless") == (not outcome["message"])
    assert len(outcome["message"]) <= 1200
    assert len(outcome["log"]) <= LIMITS.log_bytes + 100
    assert all(char.isprintable() or char in "\n\t" for char in shown)
    assert not any(path in shown for path in (str(ordinary.PROJECT), sys.prefix, sys.base_prefix) if len(path) > 10)


def test_the_bait_is_taken_where_nothing_holds_the_method_back(tmp_path):
    """The negative control: without isolation the same methods get through, so that failing above means something."""
    with bait(tmp_path) as secret:
        seen = subprocess.run(
            [sys.executable, "-B", "-c", BARE, *("reads_the_environment", "connects_to_a_local_socket")],
            capture_output=True, text=True, cwd=ordinary.PROJECT, env={**os.environ, CANARY: secret}, timeout=60,
        )  # fmt: skip
    assert secret in seen.stdout, seen.stderr
    assert "GOT THROUGH" in seen.stdout


BARE = """
import sys, numpy as np
from runners.sandbox import Sandbox
from dataclasses import replace
from tests.hostile.contain import LIMITS, METHODS
LIMITS = replace(LIMITS, log_bytes=16 << 20)  # a busy machine has many environments
for name in sys.argv[1:]:
    with Sandbox.start(limits=LIMITS, device="cpu", isolated=False, preload=()) as sandbox:
        sandbox.load((METHODS / f"{name}.py").read_bytes(), seed=7, calls=("impute",))
        sandbox.call("impute", np.zeros((2, 2), np.float32), [])
        print(sandbox.log())
"""


def test_there_are_at_least_forty_ideas():
    assert len(NAMES) >= 40


@pytest.mark.parametrize(
    "code", ["def impute(:", "(" * 250, "\0", "class Method: pass\n" + "x = " + "-" * 100_000 + "1"]
)
def test_code_that_is_no_python_ends_as_a_failed_import(code):
    with (
        Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox,
        pytest.raises(Exception, match=r"^(import|died|limit): "),
    ):
        sandbox.load(code.encode(), seed=1, calls=("impute",))
