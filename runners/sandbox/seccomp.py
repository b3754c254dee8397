"""The system calls that a method may not make, as a classic BPF program.

The kernel runs the program on every call of the sandbox. Most is allowed; refused is what has no place in numerical
work and a history of holes: tracing, mounting, namespaces, keyrings, io_uring, every network family but AF_UNIX.
Two small tables here instead of libseccomp: there is no wheel that brings its binary (pyseccomp wants the system's).
Source of the numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h in Linux.
"""

import platform
import struct
from collections.abc import Mapping
from dataclasses import dataclass

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # classic BPF: what the program may say
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
NEWEST = 462  # mseal: what came later is unknown here and answered as missing
X32 = 0x40000000  # numbers of x86's x32 ABI: the same calls by other names
NUMBER, MACHINE, FIRST_ARGUMENT, SECOND_ARGUMENT = 0, 4, 16, 24  # offsets in struct seccomp_data
TIOCSTI, TIOCLINUX = 0x5412, 0x541C  # typing into somebody's terminal
NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW* flag that clone takes
AF_UNIX = 1


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The numbers of one architecture; `audit` is its AUDIT_ARCH_*."""

    audit: int
    denied: Mapping[str, int]
    numa: Mapping[str, int]  # CUDA calls them
    uncounted: Mapping[str, int]  # memory that no rlimit sees
    ioctl: int
    clone: int
    socket: int
    socketpair: int


# From 424 on, new calls have the same number on every architecture.
DENIED_EVERYWHERE = {
    "pidfd_open": 434, "pidfd_getfd": 438, "process_madvise": 440, "open_tree": 428, "move_mount": 429, "fsopen": 430,
    "fsconfig": 431, "fsmount": 432, "fspick": 433, "mount_setattr": 442, "quotactl_fd": 443,
}  # fmt: skip
MISSING = {  # answered "no such call": the C library then takes the older way, which the filter can read
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "clone3": 435, "memfd_secret": 447,
}  # fmt: skip

X86_64 = Machine(
    audit=0xC000003E,
    denied={
        **DENIED_EVERYWHERE,
        # other processes
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312,
        # mounts and namespaces
        "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308,
        # the kernel's larger surfaces
        "name_to_handle_at": 303, "open_by_handle_at": 304, "fanotify_init": 300, "bpf": 321, "perf_event_open": 298,
        "userfaultfd": 323, "add_key": 248, "request_key": 249, "keyctl": 250, "personality": 135, "modify_ldt": 154,
        "iopl": 172, "ioperm": 173, "syslog": 103, "vmsplice": 278,
        # the machine
        "settimeofday": 164, "clock_settime": 227, "clock_adjtime": 305, "adjtimex": 159, "acct": 163, "swapon": 167,
        "swapoff": 168, "reboot": 169, "sethostname": 170, "setdomainname": 171, "init_module": 175,
        "delete_module": 176, "finit_module": 313, "quotactl": 179, "vhangup": 153, "kexec_load": 246,
        "kexec_file_load": 320, "lookup_dcookie": 212, "nfsservctl": 180,
    },
    numa={"mbind": 237, "set_mempolicy": 238, "get_mempolicy": 239, "migrate_pages": 256, "move_pages": 279},
    uncounted={"memfd_create": 319, "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240},
    ioctl=16, clone=56, socket=41, socketpair=53,
)  # fmt: skip

AARCH64 = Machine(  # has no modify_ldt, iopl and ioperm
    audit=0xC00000B7,
    denied={
        **DENIED_EVERYWHERE,
        # other processes
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272,
        # mounts and namespaces
        "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268,
        # the kernel's larger surfaces
        "name_to_handle_at": 264, "open_by_handle_at": 265, "fanotify_init": 262, "bpf": 280, "perf_event_open": 241,
        "userfaultfd": 282, "add_key": 217, "request_key": 218, "keyctl": 219, "personality": 92, "syslog": 116,
        "vmsplice": 75,
        # the machine
        "settimeofday": 170, "clock_settime": 112, "clock_adjtime": 266, "adjtimex": 171, "acct": 89, "swapon": 224,
        "swapoff": 225, "reboot": 142, "sethostname": 161, "setdomainname": 162, "init_module": 105,
        "delete_module": 106, "finit_module": 273, "quotactl": 60, "vhangup": 58, "kexec_load": 104,
        "kexec_file_load": 294, "lookup_dcookie": 18, "nfsservctl": 42,
    },
    numa={"mbind": 235, "get_mempolicy": 236, "set_mempolicy": 237, "migrate_pages": 238, "move_pages": 239},
    uncounted={"memfd_create": 279, "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180},
    ioctl=29, clone=220, socket=198, socketpair=199,
)  # fmt: skip

MACHINES = {"x86_64": X86_64, "aarch64": AARCH64}


def this_machine() -> Machine | None:
    """The numbers of the machine that we run on; None where no table knows them."""
    return MACHINES.get(platform.machine())


def program(machine: Machine, *, have_cgroup: bool, gpu: bool = False) -> bytes:
    """Return the filter, a sequence of struct sock_filter.

    Without a cgroup, memory that escapes rlimits is refused too. For a GPU job the calls that CUDA needs are left open.
    """
    more = {**({} if gpu else machine.numa), **({} if have_cgroup or gpu else machine.uncounted)}
    parts = [
        _step(LOAD, MACHINE) + _step(EQUAL, machine.audit, yes=1) + _step(RETURN, KILL),
        _step(LOAD, NUMBER) + _step(AT_LEAST, X32, no=1) + _step(RETURN, KILL),
        _step(AT_LEAST, NEWEST + 1, no=1) + _step(RETURN, ERRNO | ENOSYS),
        *(_refuse(number, EPERM) for number in (*machine.denied.values(), *more.values())),
        *(_refuse(number, ENOSYS) for number in MISSING.values()),
        _step(EQUAL, machine.ioctl, no=5) + _step(LOAD, SECOND_ARGUMENT) + _step(EQUAL, TIOCSTI, yes=1),
        _step(EQUAL, TIOCLINUX, no=1) + _step(RETURN, ERRNO | EPERM) + _step(LOAD, NUMBER),
        _step(EQUAL, machine.clone, no=4) + _step(LOAD, FIRST_ARGUMENT) + _step(ANY_BIT, NEW_NAMESPACES, no=1),
        _step(RETURN, ERRNO | EPERM) + _step(LOAD, NUMBER),
        _step(EQUAL, machine.socket, yes=1) + _step(EQUAL, machine.socketpair, no=4) + _step(LOAD, FIRST_ARGUMENT),
        _step(EQUAL, AF_UNIX, yes=1) + _step(RETURN, ERRNO | EAFNOSUPPORT) + _step(LOAD, NUMBER),
        _step(RETURN, ALLOW),
    ]
    return b"".join(parts)


def _refuse(number: int, error: int) -> bytes:
    return _step(EQUAL, number, no=1) + _step(RETURN, ERRNO | error)


def _step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """One struct sock_filter; yes and no are how many steps to skip."""
    return struct.pack("HBBI", code, yes, no, value)
