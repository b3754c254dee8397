"""The filter's decisions, computed by a small interpreter of classic BPF: what is refused, and that work isn't."""

import struct

import pytest

from runners.sandbox import seccomp

ALLOWED, KILLED = seccomp.ALLOW, seccomp.KILL
CLONE_THREAD_FLAGS, CLONE_CHILD = 0x3D0F00, 0x1200011
READ, WRITE, MMAP, OPENAT, FUTEX, EXECVE, FORK, KILL = 0, 1, 9, 257, 202, 59, 57, 62


def decide(program, number, *arguments, machine=seccomp.X86_64):
    """Run the program on one call as the kernel would."""
    data = struct.pack("<iIQ6Q", number, machine, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    steps = list(struct.iter_unpack("HBBI", program))
    value, at = 0, 0
    while True:
        code, yes, no, k = steps[at]
        at += 1
        if code == seccomp.LOAD:
            (value,) = struct.unpack_from("<I", data, k)
        elif code == seccomp.RETURN:
            return k
        else:
            holds = {seccomp.EQUAL: value == k, seccomp.AT_LEAST: value >= k, seccomp.ANY_BIT: bool(value & k)}[code]
            at += yes if holds else no


@pytest.fixture(params=[{"have_cgroup": True}, {"have_cgroup": False}, {"have_cgroup": True, "gpu": True}], ids=str)
def program(request):
    return seccomp.program(**request.param)


@pytest.mark.parametrize("name", seccomp.DENIED)
def test_what_is_denied_is_not_permitted(program, name):
    assert decide(program, seccomp.DENIED[name]) == seccomp.ERRNO | seccomp.EPERM


@pytest.mark.parametrize("name", seccomp.MISSING)
def test_what_would_pass_the_filter_by_is_missing(program, name):
    assert decide(program, seccomp.MISSING[name]) == seccomp.ERRNO | seccomp.ENOSYS


def test_uncounted_memory_is_denied_only_without_a_cgroup():
    for number in seccomp.UNCOUNTED.values():
        assert decide(seccomp.program(have_cgroup=False), number) == seccomp.ERRNO | seccomp.EPERM
        assert decide(seccomp.program(have_cgroup=True), number) == ALLOWED


def test_a_gpu_job_may_place_its_memory_and_nothing_more():
    for number in seccomp.NUMA.values():
        assert decide(seccomp.program(have_cgroup=True), number) == seccomp.ERRNO | seccomp.EPERM
        assert decide(seccomp.program(have_cgroup=True, gpu=True), number) == ALLOWED


@pytest.mark.parametrize("number", [READ, WRITE, MMAP, OPENAT, FUTEX, EXECVE, FORK, KILL])
def test_ordinary_calls_are_allowed(program, number):
    assert decide(program, number) == ALLOWED


def test_other_machines_and_other_numberings_are_killed(program):
    assert decide(program, READ, machine=0x40000003) == KILLED  # i386: the same numbers mean other calls
    assert decide(program, seccomp.X32 + READ) == KILLED
    assert decide(program, seccomp.X32 + seccomp.DENIED["ptrace"]) == KILLED


def test_calls_newer_than_the_table_are_missing(program):
    assert decide(program, seccomp.NEWEST) == ALLOWED
    assert decide(program, seccomp.NEWEST + 1) == seccomp.ERRNO | seccomp.ENOSYS
    assert max({**seccomp.DENIED, **seccomp.NUMA, **seccomp.MISSING, **seccomp.UNCOUNTED}.values()) <= seccomp.NEWEST


def test_clone_makes_threads_and_children_but_no_namespaces(program):
    assert decide(program, seccomp.CLONE, CLONE_THREAD_FLAGS) == ALLOWED
    assert decide(program, seccomp.CLONE, CLONE_CHILD) == ALLOWED
    for bit in (17, 25, 26, 27, 28, 29, 30):
        assert decide(program, seccomp.CLONE, CLONE_CHILD | 1 << bit) == seccomp.ERRNO | seccomp.EPERM


@pytest.mark.parametrize("call", [seccomp.SOCKET, seccomp.SOCKETPAIR])
def test_sockets_stay_on_the_machine(program, call):
    for family in range(64):
        wanted = ALLOWED if family == seccomp.AF_UNIX else seccomp.ERRNO | seccomp.EAFNOSUPPORT
        assert decide(program, call, family) == wanted


def test_ioctl_types_into_no_terminal(program):
    for request in (seccomp.TIOCSTI, seccomp.TIOCLINUX):
        assert decide(program, seccomp.IOCTL, 0, request) == seccomp.ERRNO | seccomp.EPERM
    assert decide(program, seccomp.IOCTL, 0, 0x5401) == ALLOWED  # TCGETS: what isatty asks


def test_the_program_fits_the_kernel():
    steps = len(seccomp.program(have_cgroup=False)) // 8
    assert steps < 4096
