"""One play's sandbox, used as an evaluator uses it."""

import os
import sys
import threading
import time

import numpy as np
import pytest

from papers.task import Limits
from runners.sandbox import MethodFailure, Sandbox, SandboxError
from runners.sandbox.bubblewrap import interpreter_in_tmp
from runners.sandbox.channel import clean
from tests.runners.sandboxes import LIMITS, MEAN, failure_of, method


def test_a_method_answers_calls(start):
    sandbox = start(calls=("impute",))
    x = np.array([[1, 2], [np.nan, 4]], np.float32)
    assert sandbox.call("impute", x, categorical=[False, True]).tolist() == [[1, 2], [1, 4]]
    assert sandbox.call("tell") == {"seed": 5, "device": "cpu"}


def test_every_kind_of_value_goes_there_and_back(start):
    sandbox = start()
    sent = [None, True, 3, 0.5, "text", [1, [2]], {"a": {"b": [None]}}, float("inf")]
    args, kwargs = sandbox.call("echo", *sent, x=np.arange(6, dtype=np.int64).reshape(2, 3))
    assert args == sent
    assert kwargs["x"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert kwargs["x"].flags.writeable


def test_a_seed_of_64_bits_arrives(isolated):
    with Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox:
        sandbox.load(MEAN, seed=2**64 - 1, calls=("tell",))
        assert sandbox.call("tell")["seed"] == 2**64 - 1


HALF = b"""
class Method:
    def __init__(self, seed, device): pass
    def go(self):
        return self.half(0)

    def half(self, x):
        return 1 / x
"""


def test_an_exception_shows_the_authors_own_frames(start):
    failure = failure_of(start, HALF)
    assert failure.reason == "exception"
    assert failure.message == "ZeroDivisionError: division by zero (method.py, line 8)"
    assert 'File "method.py", line 5, in go\n    return self.half(0)' in failure.traceback
    assert "harness" not in failure.traceback


def test_frames_of_libraries_come_without_folders_of_this_machine(start):
    failure = failure_of(start, method("np.linalg.inv(np.zeros((2, 2)))", "import numpy as np"))
    assert 'File "numpy/linalg/' in failure.traceback
    assert sys.prefix not in failure.traceback


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (b"x = (", "SyntaxError: '(' was never closed (method.py, line 1)"),
        (b"\n\nimport nowhere", "ModuleNotFoundError: No module named 'nowhere' (method.py, line 3)"),
        (b"x = 1", "method.py was imported, but it defines no class Method."),
        (b"class Method: pass", "method.py was imported, but its Method lacks impute, go."),
        (b"\xff\xfe", "UnicodeDecodeError"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_method_fails_as_an_import(start, code, message):
    with pytest.raises(MethodFailure) as caught:
        start(code, calls=("impute", "go"))
    assert caught.value.reason == "import"
    assert message in caught.value.message


def test_a_constructor_that_raises_is_an_exception(start):
    with pytest.raises(MethodFailure) as caught:
        start(b"class Method:\n    def __init__(self, seed, device):\n        raise ValueError('no')")
    assert caught.value.reason == "exception"
    assert caught.value.message == "ValueError: no (method.py, line 3)"


def test_what_was_spent_is_measured_from_outside(start):
    sandbox = start(method("""
        import time
        kept = bytearray(b"x" * (100 << 20))
        end = time.process_time() + 0.3
        while time.process_time() < end:
            pass
    """))  # fmt: skip
    sandbox.call("go")
    spent = sandbox.spent()
    assert 0.25 <= spent["seconds"] < 60
    assert 0.25 <= spent["cpu_seconds"] <= spent["seconds"] + 0.1
    assert 100 << 20 <= spent["memory_bytes"] < 300 << 20
    assert spent["gpu_seconds"] == 0
    sandbox.close()
    assert sandbox.spent()["cpu_seconds"] >= spent["cpu_seconds"]


def test_a_spare_that_waits_spends_nothing(isolated):
    with Sandbox.start(limits=LIMITS, device="cpu", preload=("sklearn.impute",)) as sandbox:
        sandbox.ready()
        time.sleep(1)
        sandbox.load(MEAN, seed=1, calls=("impute",))
        assert sandbox.spent()["cpu_seconds"] < 0.2
        assert sandbox.spent()["seconds"] < 5


def test_memory_beyond_the_limit_is_a_limit(isolated, start):
    failure = failure_of(start, method("x = [bytearray(b'x' * (1 << 24)) for _ in range(10**6)]"))
    assert failure.reason == "limit"
    assert "512 MiB" in failure.message


def test_what_is_printed_is_the_log(start):
    sandbox = start(
        method("print('one'); import sys; print('two', file=sys.stderr)\nimport os; os.system('echo three')")
    )
    sandbox.call("go")
    assert sandbox.log().split() == ["one", "two", "three"]
    sandbox.close()
    assert sandbox.log().split() == ["one", "two", "three"]


def test_a_long_log_keeps_its_tail_and_holds_nobody_up(start):
    sandbox = start(method("for number in range(200_000): print(number)\nreturn 1"))
    assert sandbox.call("go") == 1
    assert sandbox.log().endswith("199999\n")
    assert sandbox.log().startswith("[the first ")
    assert len(sandbox.log()) < LIMITS.log_bytes + 100


def test_a_method_that_prints_between_calls_waits_and_does_no_harm(start):
    sandbox = start(method("""
        import threading
        threading.Thread(target=lambda: print("x" * 10**6), daemon=True).start()
        return 2
    """))  # fmt: skip
    assert sandbox.call("go") == 2
    time.sleep(0.1)
    assert sandbox.call("go") == 2


def test_log_and_messages_are_escaped_and_name_no_folder():
    assert clean("a\x1b[2Jb\x00\r\nc\rd\u202e\udc80") == "a\\x1b[2Jb\\x00\nc\nd\\u202e\\udc80"
    assert clean(f"{sys.prefix}/lib/x.py") == ".../lib/x.py"


def test_two_sandboxes_at_a_time_know_nothing_of_each_other(isolated):
    code = method("""
        import os
        open("/tmp/" + args[0], "w").write("x")
        return [os.listdir("/tmp"), os.getuid(), sum(name.isdigit() for name in os.listdir("/proc"))]
    """)  # fmt: skip
    with (
        Sandbox.start(limits=LIMITS, device="cpu", preload=()) as one,
        Sandbox.start(limits=LIMITS, device="cpu", preload=()) as two,
    ):
        one.load(code, seed=1, calls=("go",))
        two.load(code, seed=2, calls=("go",))
        (files_one, uid_one, seen_one), (files_two, uid_two, seen_two) = one.call("go", "one"), two.call("go", "two")
    ours = set(interpreter_in_tmp())
    assert (set(files_one) - ours, set(files_two) - ours) == ({"one"}, {"two"})
    assert seen_one == seen_two <= 3
    assert (uid_one != uid_two) == (os.geteuid() == 0)


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        ("import os; os._exit(7)", "process ended with exit status 7."),
        ("import os; os._exit(0)", "process ended with exit status 0."),
        ("import os; os.kill(os.getpid(), 9)", "process ended by signal 9 (SIGKILL)."),
        ("import ctypes; ctypes.string_at(0)", "process ended by signal 11 (SIGSEGV)."),
    ],
)
def test_the_author_learns_how_the_process_ended(start, body, ending):
    for _ in range(5):  # whoever notices the end first, the pipe or the process
        failure = failure_of(start, method(body))
        assert failure.reason == "died"
        assert failure.message == f"While answering go, the method's {ending}"


def test_empty_code_is_a_failed_import(start):
    with pytest.raises(MethodFailure, match="no class Method"):
        start(b"")


def test_a_failure_ends_the_sandbox(start):
    sandbox = start(method("raise SystemExit"))
    with pytest.raises(MethodFailure):
        sandbox.call("go")
    with pytest.raises(SandboxError):
        sandbox.call("go")
    sandbox.close()
    sandbox.close()


def test_a_sandbox_serves_one_method(start):
    with pytest.raises(SandboxError, match="one method"):
        start().load(MEAN, seed=1, calls=())


def test_an_argument_that_cannot_be_sent_is_our_error_and_the_sandbox_goes_on(start):
    sandbox = start()
    with pytest.raises(TypeError):
        sandbox.call("echo", object())
    assert sandbox.call("tell")["seed"] == 5


def test_a_failed_import_of_a_preloaded_module_is_no_matter(start):
    sandbox = start(preload=("nowhere_to_be_found",))
    assert sandbox.call("tell")["seed"] == 5


def test_threads_and_processes_of_honest_methods_work(start):
    body = """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(4) as pool:
            a = sum(pool.map(abs, range(10)))
        with multiprocessing.get_context("fork").Pool(2) as pool:
            b = sum(pool.map(abs, range(10)))
        return [a, b]
    """
    assert start(method(body, "import multiprocessing")).call("go") == [45, 45]


@pytest.mark.slow
def test_torch_and_scikit_learn_train_inside(isolated):
    body = """
        import numpy as np
        import torch
        from sklearn.ensemble import ExtraTreesRegressor
        model = torch.nn.Linear(4, 1)
        optimiser = torch.optim.Adam(model.parameters(), 0.1)
        for _ in range(50):
            loss = ((model(torch.ones(8, 4)) - 3) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        trees = ExtraTreesRegressor(5, n_jobs=2).fit(np.ones((9, 2)), np.arange(9))
        return [loss.item() < 1, trees.predict(np.ones((1, 2))), torch.get_num_threads()]
    """
    limits = Limits(call_seconds=60, play_seconds=120, memory_bytes=1 << 30)
    with Sandbox.start(limits=limits, device="cpu") as sandbox:
        sandbox.load(method(body), seed=1, calls=("go",))
        learnt, mean, threads = sandbox.call("go")
    assert learnt
    assert mean.tolist() == [4.0]
    assert threads == 1


def test_a_sandbox_starts_from_the_main_thread_only():
    errors = []

    def start_there():
        try:
            Sandbox.start(limits=LIMITS, device="cpu")
        except SandboxError as error:
            errors.append(str(error))

    thread = threading.Thread(target=start_there)
    thread.start()
    thread.join()
    assert errors == ["a sandbox must be started from the main thread"]


def test_a_method_that_dies_while_the_machine_lacks_memory_is_not_blamed(isolated, monkeypatch):
    monkeypatch.setattr("runners.sandbox.cgroup.Cgroup.memory_kills", lambda group: 1)
    with Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox:
        if not sandbox._meter.is_peak_exact:
            pytest.skip("this machine keeps no peak of a control group's memory")
        sandbox.load(method("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"), seed=1, calls=("go",))
        with pytest.raises(SandboxError, match="this machine ran out of memory while the method was answering go"):
            sandbox.call("go")


def test_a_process_that_the_kernels_cpu_limit_ends_is_told_as_a_limit(start):
    body = """
        import resource
        soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        assert soft < hard
        resource.setrlimit(resource.RLIMIT_CPU, (1, hard))
        while True: pass
    """
    failure = failure_of(start, method(body))
    assert failure.reason == "limit"
    assert "used up its CPU time" in failure.message


def test_a_harness_that_dies_while_it_preloads_is_our_error(isolated, tmp_path, monkeypatch):
    (tmp_path / "deadly.py").write_text("import os\nos._exit(7)\n")
    monkeypatch.syspath_prepend(tmp_path)
    sandbox = Sandbox.start(limits=LIMITS, device="cpu", kit="deadly", preload=("deadly",))
    sandbox.ready()
    assert sandbox._inmate.status(30) == 7
    with pytest.raises(SandboxError, match="the harness did not start"):
        sandbox.load(MEAN, seed=1, calls=())
