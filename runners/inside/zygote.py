"""Forks the harness instead of starting it: runs within an outer wall of bubblewrap's, one for each run, and is trusted.

It imports libraries and the kit once, then waits for requests. For each it lets bubblewrap build the walls of a play within the
outer one, with a process in them that only waits (`WAITING`), and forks a child that joins them. The child gives up all rights,
takes the system call filter, and becomes the harness: only then does a method's code come, to it alone. What is here is
in every child, so nothing of a method ever comes here: no code, no seed, no answer; requests hold limits and descriptors.

The child's own parent stays outside of the play's process numbers, waits for it and tells how it ended.
One argument, a JSON object: `control` the descriptor of the socket of requests, `modules` what to import.
"""

import array
import contextlib
import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
from functools import partial
from typing import Any, NoReturn

from runners.inside import harness, pages

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
WALLS = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION = 0x20080522
LAST_CAPABILITY = 63
WAITING = (
    "/usr/bin/sh",
    "-c",
    "trap '' CHLD; echo; exec /usr/bin/sleep infinity",
)  # children that it adopts leave no trace
GO = b"g"
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["control"])
    rules = os.pread(settings["rules"], 1 << 20, 0)
    harness.preload(("numpy.random", *settings["modules"]), "cpu")
    gc.collect()
    gc.freeze()  # else the collector writes into every page that is shared
    pages.enlarge()
    written = pages.written_by(partial(pages.rehearse, settings["modules"]))
    while True:
        line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            control.close()
            line.close()
            watch(theirs, settings["bubblewrap"], rules, written)
        theirs.close()
        with line:
            told, fds, _, _ = socket.recv_fds(control, 1 << 16, 4, socket.MSG_CMSG_CLOEXEC)
            if not told:
                return
            _hand_on(line, told, fds)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _hand_on(line: socket.socket, told: bytes, fds: "list[int] | array.array[int]") -> None:
    """Give a request, unread, to the process that waits for the next one."""
    try:
        if len(os.listdir("/proc/self/task")) > 1:
            os.write(fds[0], b"a library has started a thread")
        else:
            socket.send_fds(line, [told], fds)
    except OSError as error:
        with contextlib.suppress(OSError):  # nobody may want to know
            os.write(fds[0], str(error).encode()[:1000])
    finally:
        for fd in fds:
            os.close(fd)


def watch(line: socket.socket, command: list[str], rules: bytes, written: pages.Spans) -> NoReturn:
    """Have walls built and join them; once a play is asked for, fork the harness into them and tell how it ended.

    The walls fall with this process, and it ends as soon as nobody listens any more: whoever asked for the play may be
    gone while what forks lives on. Never returns.
    """
    teller: socket.socket | None = None
    try:
        _require(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        trouble, first = "", -1
        try:
            first = os.pidfd_open(build(command, rules))
            _require(_libc.setns(first, WALLS | (CLONE_NEWUSER if "--unshare-user" in command else 0)))
        except OSError as error:
            trouble = str(error)
        told, fds, _, _ = socket.recv_fds(line, 1 << 16, 4, socket.MSG_CMSG_CLOEXEC)
        line.close()
        if told:
            teller = socket.socket(fileno=fds[0])
            if trouble:
                raise OSError(trouble)
            serve(json.loads(told), first, teller, fds[1:], rules, written)
    except BaseException as error:
        with contextlib.suppress(OSError):
            if teller:
                teller.send(f"{type(error).__name__}: {error}"[:1000].encode())
    os._exit(0)


def build(command: list[str], rules: bytes) -> int:
    """Start bubblewrap; returns the pid of process 1 behind its walls, once they stand. Raises OSError."""
    info, info_end = os.pipe()
    filter_fd = os.memfd_create("seccomp")
    os.write(filter_fd, rules)
    os.lseek(filter_fd, 0, os.SEEK_SET)
    process = subprocess.Popen(
        [*(word.format(seccomp=filter_fd, info=info_end) for word in command), *WAITING],
        executable="/usr/bin/bwrap",
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(filter_fd, info_end),
    )
    os.close(info_end)
    os.close(filter_fd)
    assert process.stdout
    assert process.stderr
    with os.fdopen(info, "rb") as pipe, process.stdout as stands, process.stderr as said:
        if stands.readline() != b"\n":
            raise OSError(f"bubblewrap refused: {said.read(500).decode(errors='replace')}")
        process.returncode = 0  # it ends with us
        return int(json.load(pipe)["child-pid"])


def serve(
    asked: dict[str, Any],
    first: int,
    teller: socket.socket,
    fds: "list[int] | array.array[int]",
    rules: bytes,
    written: pages.Spans,
) -> None:
    """Fork the harness, and tell how it ended. first: process 1 behind the walls; fds: the pipes for 0, 1 and 2."""
    child = os.fork()
    if child == 0:
        become(asked, teller, fds, rules, written)
    handle = os.pidfd_open(child)
    socket.send_fds(teller, [b"forked"], [handle, first])
    for fd in fds:
        os.close(fd)
    poll = select.poll()
    poll.register(teller, 0)  # nothing but its other end's end
    poll.register(handle, select.POLLIN)
    if handle in dict(poll.poll()):
        teller.send(str(_code(os.waitpid(child, 0)[1])).encode())
        poll.unregister(handle)
        poll.poll()
    signal.pidfd_send_signal(first, signal.SIGKILL)


def _code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def become(
    asked: dict[str, Any],
    teller: socket.socket,
    fds: "list[int] | array.array[int]",
    rules: bytes,
    written: pages.Spans,
) -> NoReturn:
    """Be put into a control group, give up everything, and be the harness. Never returns."""
    status = 70
    try:
        if teller.recv(1) != GO:
            os._exit(status)
        _require(_libc.unshare(CLONE_NEWCGROUP))
        for number in range(3):
            os.dup2(fds[number], number)
        teller.detach()
        os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        os.setsid()
        os.chdir("/tmp")  # noqa: S108
        pages.own(written)
        give_up(asked["uid"])
        _filter(rules)
        status = 0
        harness.play(asked["settings"])
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    os._exit(status)


def give_up(uid: int | None) -> None:
    """Lose every right, for good. Raises OSError where one is left."""
    for capability in range(LAST_CAPABILITY + 1):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) and capability == 0:
            raise OSError(ctypes.get_errno(), "a capability can't be dropped")
    _require(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _require(_libc.capset(struct.pack("Ii", CAPABILITY_VERSION, 0), bytes(24)))
    _require(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _require(_libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))  # its own /proc is its own, as for a process that was started
    _require(_libc.prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0))
    with open("/proc/self/status") as file:
        lines = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    held = [lines[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(lines[name], 16)]
    if held or lines["NoNewPrivs"] != "1" or (uid is not None and set(lines["Uid"].split()) != {str(uid)}):
        raise OSError("a right is left")


def _filter(rules: bytes) -> None:
    buffer = ctypes.create_string_buffer(rules, len(rules))
    program = struct.pack("HxxxxxxP", len(rules) // 8, ctypes.addressof(buffer))
    _require(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0))


def _require(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
