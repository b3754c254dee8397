"""Landlock: a second fence around files, signals and abstract sockets, put up by the process itself.

Imported inside the sandbox, so standard library only. It must not be the only fence: it leaves UDP and stat open.
Source: Documentation/userspace-api/landlock.rst in Linux.
"""

import ctypes
import os
from collections.abc import Sequence

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system calls, the same on every machine
RULE_PATH_BENEATH = 1
VERSION_ASKED = 1
PR_SET_NO_NEW_PRIVS = 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1, 2, 4, 8, 1 << 14
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}  # by the ABI that brought them
NET_TCP = 3  # bind, connect; since ABI 4
SCOPES = 3  # abstract sockets, signals; since ABI 6


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def restrict(*, writable: Sequence[str], rewritable: Sequence[str] = ()) -> int:
    """Allow reading everywhere, writing beneath `writable` only, no TCP, no signals to processes that aren't ours.

    Beneath `rewritable`, files that are there already may be written to.

    Returns the kernel's Landlock version, 0 where there is none or it is switched off; then nothing has changed.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = int(libc.syscall(CREATE_RULESET, None, 0, VERSION_ASKED))
    if version < 1:
        return 0
    files = FILE_RIGHTS[max(abi for abi in FILE_RIGHTS if abi <= version)]
    rules = _Ruleset(files, NET_TCP if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    fence = int(libc.syscall(CREATE_RULESET, ctypes.byref(rules), size, 0))
    if fence < 0:
        return 0
    try:
        _allow(libc, fence, "/", EXECUTE | READ_FILE | READ_DIR)
        for folder in rewritable:
            _allow(libc, fence, folder, files & (EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | TRUNCATE))
        for folder in writable:
            _allow(libc, fence, folder, files)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return version if libc.syscall(RESTRICT_SELF, fence, 0) == 0 else 0
    finally:
        os.close(fence)


def _allow(libc: ctypes.CDLL, fence: int, folder: str, rights: int) -> None:
    beneath = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _PathBeneath(rights, beneath)
        if libc.syscall(ADD_RULE, fence, RULE_PATH_BENEATH, ctypes.byref(rule), 0) != 0:
            raise OSError(ctypes.get_errno(), f"Landlock refused a rule for {folder}")
    finally:
        os.close(beneath)
