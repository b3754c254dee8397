"""What is worked out once: looked up afterwards, with the same scores; anew where anything differs or is damaged."""

import errno
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from papers import catalogue
from papers.task import Seed
from runners import known
from runners.conformance import cards
from runners.evaluation import evaluate
from runners.job import Job, events
from runners.known import Known, Unsalted, code_of, parted

TASKS = [task for task in catalogue.all_tasks().values() if task.once]
WRITER = """
import sys
import numpy as np
from runners.known import Known
number = 0
while True:
    Known(b"secret").look_up(np.full, (64, 64), float(number % 50))
    Known(b"other").look_up(np.full, (64, 64), float(number % 50))
    number += 1
    print(number, flush=True)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_CACHE", str(tmp_path))
    return tmp_path / "known"


class Counted:
    """Draws numbers, and counts how often."""

    def __init__(self):
        self.times = 0
        self.__qualname__ = "counted"

    def __call__(self, rng, scale):
        self.times += 1
        return {"drawn": scale * rng.normal(size=100)}


def ask(function, *, scale=1.0, secret=b"secret", seed=0):
    rng = np.random.default_rng(seed)
    return Known(secret).look_up(function, rng, scale)["drawn"].tolist() + rng.normal(size=2).tolist()


def plain(*, scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return (scale * rng.normal(size=100)).tolist() + rng.normal(size=2).tolist()


def test_it_is_worked_out_once_and_generators_go_on_as_if_it_had_been_again():
    function = Counted()
    assert [ask(function) for _ in range(3)] == [plain()] * 3
    assert function.times == 1


@pytest.mark.parametrize("other", [{"scale": 2.0}, {"seed": 1}, {"secret": b"another"}])
def test_whatever_differs_is_another_entry(other):
    function = Counted()
    ask(function)
    told = {name: value for name, value in other.items() if name != "secret"}
    assert ask(function, **other) == plain(**told)
    assert function.times == 2


@pytest.mark.parametrize("name", ["code_of", "surroundings"])
def test_other_code_and_another_machine_are_other_entries(monkeypatch, name):
    function = Counted()
    ask(function)
    monkeypatch.setattr(known, name, lambda *_: "another")
    assert ask(function) == plain()
    assert function.times == 2


@pytest.mark.parametrize(
    "damage",
    [lambda content: b"", lambda content: content[:-1], lambda content: content[:20], lambda content: content[1:]]
    + [lambda content, at=at: content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in (0, 31, 32, 200)],
)
def test_what_is_damaged_is_worked_out_again_and_mended(folder, damage):
    function = Counted()
    ask(function)
    (entry,) = folder.iterdir()
    entry.write_bytes(damage(entry.read_bytes()))
    assert [ask(function), ask(function)] == [plain()] * 2
    assert function.times == 2


def test_what_another_secret_sealed_is_not_opened(folder):
    function = Counted()
    ask(function)
    (entry,) = folder.iterdir()
    ask(function, secret=b"another")
    (forged,) = set(folder.iterdir()) - {entry}
    entry.write_bytes(forged.read_bytes())
    assert ask(function) == plain()
    assert function.times == 3


def test_no_entry_passes_for_another(folder):
    function = Counted()
    ask(function, seed=0)
    (first,) = folder.iterdir()
    ask(function, seed=1)
    (second,) = set(folder.iterdir()) - {first}
    os.replace(first, second)
    assert ask(function, seed=1) == plain(seed=1)
    assert function.times == 3


def test_where_others_may_write_nothing_is_looked_up_or_kept(folder):
    function = Counted()
    ask(function)
    folder.chmod(0o777)
    assert [ask(function), ask(function, seed=1)] == [plain(), plain(seed=1)]
    assert function.times == 3
    assert len(list(folder.iterdir())) == 1


def test_a_disk_that_is_full_is_left_as_it_was(folder, monkeypatch):
    def is_full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(known.os, "replace", is_full)
    assert ask(Counted()) == plain()
    assert list(folder.iterdir()) == []


def test_what_is_not_its_own_is_never_removed(folder, tmp_path, monkeypatch):
    large = tmp_path / "a large disk"
    (large / "pictures").mkdir(parents=True)
    (large / "thesis.tex").write_bytes(bytes(100_000))
    folder.symlink_to(large)
    monkeypatch.setattr(known, "MOST", 2000)
    function = Counted()
    assert [ask(function, seed=seed) for seed in (0, 1, 2, 2)] == [plain(seed=seed) for seed in (0, 1, 2, 2)]
    assert function.times == 3
    assert (large / "thesis.tex").exists()
    assert len(list(large.iterdir())) == 3


def test_the_words_that_boards_are_written_in_count_too(tmp_path, monkeypatch):
    before = code_of.__wrapped__("papers.digits")
    (tmp_path / "words.py").write_text("CHANGED = True")
    monkeypatch.setattr(known, "STARTED", math.inf)  # as if it had lain there before
    monkeypatch.setattr(known, "path_of", lambda name: tmp_path / "words.py")
    assert len({code_of.__wrapped__("papers.digits") for _ in range(2)} | {before}) == 2


def test_what_an_upgrade_under_a_running_worker_may_have_mixed_is_nobody_elses(monkeypatch):
    codes = {code_of.__wrapped__("papers.digits") for _ in range(2)}
    assert len(codes) == 1
    monkeypatch.setattr(known, "STARTED", 0.0)
    assert len({code_of.__wrapped__("papers.digits") for _ in range(2)} - codes) == 2


def test_only_the_worker_may_look(folder):
    ask(Counted())
    assert folder.stat().st_mode & 0o077 == 0
    assert all(entry.stat().st_mode & 0o077 == 0 for entry in folder.iterdir())


def test_what_was_used_longest_ago_goes_first(folder, monkeypatch):
    function = Counted()
    ask(function, seed=0)
    (first,) = folder.iterdir()
    monkeypatch.setattr(known, "MOST", int(2.5 * first.stat().st_size))
    ask(function, seed=1)
    (second,) = set(folder.iterdir()) - {first}
    os.utime(first, (1, 1))
    os.utime(second, (2, 2))
    ask(function, seed=0)  # used again
    ask(function, seed=2)
    assert first.exists()
    assert not second.exists()
    assert len(list(folder.iterdir())) == 2


def test_a_disk_that_takes_nothing_costs_nothing_but_work(folder):
    folder.write_text("in its way")
    function = Counted()
    assert [ask(function), ask(function)] == [plain()] * 2
    assert function.times == 2


def test_who_draws_salted_is_found_out():
    with pytest.raises(TypeError, match="drew salted 'order'"):
        Known(b"secret").look_up(lambda seed: seed.salted("order"), Seed(0, b"key", b"salt"))
    assert Unsalted(0, b"key", b"").rng("a").integers(9) == Seed(0, b"key", b"salt").rng("a").integers(9)


def test_whoever_is_killed_as_he_writes_leaves_nothing_wrong(folder):
    for wait in (0.0, 0.01, 0.03):
        with subprocess.Popen([sys.executable, "-c", WRITER], stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            time.sleep(wait)
            writer.send_signal(signal.SIGKILL)
        for number in range(50):
            found = Known(b"secret").look_up(np.full, (64, 64), float(number))
            assert np.array_equal(found, np.full((64, 64), float(number)))


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.slug)
def test_scores_are_the_same_with_it_and_without(task, folder):
    names = [metric.name for metric in task.metrics if not metric.timing]
    code = task.code(task.method(task.starter))
    job = Job(task=task.slug, tier="quick", code=code, cases=(task.trial_case.name,), seeds=1, mode="bare")

    def said(process):
        told = list(events(process))
        assert process.wait() == 0
        return told

    def scores(told):
        (play,) = [event for event in told if event["type"] == "play"]
        return {name: play["scores"][name] for name in names if name in play["scores"]}

    without = []
    assert evaluate(job, without.append)
    first, second = (said(job.start()) for _ in range(2))
    assert list(folder.iterdir())
    assert scores(first) == scores(second) == scores(without)


@pytest.mark.parametrize("name", [name for task in TASKS for name in task.once])
def test_a_card_names_functions_of_its_own_modules(name):
    module, function = parted(name)
    assert module.__name__.startswith("papers.")
    assert callable(getattr(module, function))


def test_a_card_that_names_none_is_told():
    wrong = ("papers.nothing.distance", "papers.digits.nothing", "distance")
    task = replace(catalogue.task("wasserstein"), once=(*wrong, "papers.digits.draw"))
    faults = list(cards.what_is_worked_out_once_are_functions(task))
    assert [name in fault for name, fault in zip(wrong, faults, strict=True)] == [True] * 3
