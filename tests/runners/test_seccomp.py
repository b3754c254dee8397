"""The filter's decisions, computed by a small interpreter of classic BPF: what is refused, and that work isn't."""

import struct
from dataclasses import replace

import pytest

from runners.sandbox import seccomp

ALLOWED, KILLED = seccomp.ALLOW, seccomp.KILL
CLONE_THREAD_FLAGS, CLONE_CHILD = 0x3D0F00, 0x1200011
ORDINARY = {  # read, write, mmap, openat, futex, execve, kill, clone's siblings
    "x86_64": [0, 1, 9, 257, 202, 59, 57, 62],
    "aarch64": [63, 64, 222, 56, 98, 221, 129, 260],
}
MACHINES = seccomp.MACHINES


def decide(program, number, *arguments, machine):
    """Run the program on one call as the kernel would."""
    data = struct.pack("<iIQ6Q", number, machine.audit, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
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


@pytest.fixture(params=MACHINES)
def name(request):
    return request.param


@pytest.fixture
def machine(name):
    return MACHINES[name]


@pytest.fixture(params=[{"have_cgroup": True}, {"have_cgroup": False}, {"have_cgroup": True, "gpu": True}], ids=str)
def program(request, machine):
    return seccomp.program(machine, **request.param)


def test_what_is_denied_is_not_permitted(program, machine):
    for call, number in machine.denied.items():
        assert decide(program, number, machine=machine) == seccomp.ERRNO | seccomp.EPERM, call


def test_what_would_pass_the_filter_by_is_missing(program, machine):
    for call, number in seccomp.MISSING.items():
        assert decide(program, number, machine=machine) == seccomp.ERRNO | seccomp.ENOSYS, call


def test_uncounted_memory_is_denied_only_without_a_cgroup(machine):
    for number in machine.uncounted.values():
        without = decide(seccomp.program(machine, have_cgroup=False), number, machine=machine)
        assert without == seccomp.ERRNO | seccomp.EPERM
        assert decide(seccomp.program(machine, have_cgroup=True), number, machine=machine) == ALLOWED


def test_a_gpu_job_may_place_its_memory_and_nothing_more(machine):
    for number in machine.numa.values():
        without = decide(seccomp.program(machine, have_cgroup=True), number, machine=machine)
        assert without == seccomp.ERRNO | seccomp.EPERM
        assert decide(seccomp.program(machine, have_cgroup=True, gpu=True), number, machine=machine) == ALLOWED


def test_ordinary_calls_are_allowed(program, name, machine):
    for number in ORDINARY[name]:
        assert decide(program, number, machine=machine) == ALLOWED


def test_other_machines_and_other_numberings_are_killed(program, name, machine):
    other = next(other for other in MACHINES.values() if other is not machine)
    assert decide(program, ORDINARY[name][0], machine=other) == KILLED
    assert decide(program, seccomp.X32 + ORDINARY[name][0], machine=machine) == KILLED
    assert decide(program, seccomp.X32 + machine.denied["ptrace"], machine=machine) == KILLED


def test_i386_whose_numbers_mean_other_calls_is_killed():
    i386 = replace(seccomp.X86_64, audit=0x40000003)
    assert decide(seccomp.program(seccomp.X86_64, have_cgroup=True), 0, machine=i386) == KILLED


def test_both_machines_deny_the_same_calls_but_those_that_one_lacks():
    assert set(seccomp.X86_64.denied) - set(seccomp.AARCH64.denied) == {"modify_ldt", "iopl", "ioperm"}
    assert set(seccomp.AARCH64.denied) <= set(seccomp.X86_64.denied)
    assert set(seccomp.AARCH64.numa) == set(seccomp.X86_64.numa)
    assert set(seccomp.AARCH64.uncounted) == set(seccomp.X86_64.uncounted)


def test_calls_newer_than_the_table_are_missing(program, machine):
    assert decide(program, seccomp.NEWEST, machine=machine) == ALLOWED
    assert decide(program, seccomp.NEWEST + 1, machine=machine) == seccomp.ERRNO | seccomp.ENOSYS
    known = {**machine.denied, **machine.numa, **seccomp.MISSING, **machine.uncounted}
    assert max(known.values()) <= seccomp.NEWEST


def test_clone_makes_threads_and_children_but_no_namespaces(program, machine):
    assert decide(program, machine.clone, CLONE_THREAD_FLAGS, machine=machine) == ALLOWED
    assert decide(program, machine.clone, CLONE_CHILD, machine=machine) == ALLOWED
    for bit in (17, 25, 26, 27, 28, 29, 30):
        decided = decide(program, machine.clone, CLONE_CHILD | 1 << bit, machine=machine)
        assert decided == seccomp.ERRNO | seccomp.EPERM


@pytest.mark.parametrize("call", ["socket", "socketpair"])
def test_sockets_stay_on_the_machine(program, machine, call):
    for family in range(64):
        wanted = ALLOWED if family == seccomp.AF_UNIX else seccomp.ERRNO | seccomp.EAFNOSUPPORT
        assert decide(program, getattr(machine, call), family, machine=machine) == wanted


def test_ioctl_types_into_no_terminal(program, machine):
    for request in (seccomp.TIOCSTI, seccomp.TIOCLINUX):
        assert decide(program, machine.ioctl, 0, request, machine=machine) == seccomp.ERRNO | seccomp.EPERM
    assert decide(program, machine.ioctl, 0, 0x5401, machine=machine) == ALLOWED  # TCGETS: what isatty asks


def test_the_program_fits_the_kernel(machine):
    assert len(seccomp.program(machine, have_cgroup=False)) // 8 < 4096
