"""Uses every right that whatever it was forked from may have had: to mount, to join, to be another, to leave its group.

Expected: harmless.
"""

import ctypes
import os
import struct

import numpy as np

PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2


class Method:
    def __init__(self, seed, device):
        self.libc = ctypes.CDLL(None, use_errno=True)

    def impute(self, x, categorical):
        libc = self.libc
        for capability in range(41):
            if libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0:
                print("GOT THROUGH", "ambient set", capability)
        everything = struct.pack("6I", *[0xFFFFFFFF] * 6)
        if libc.capset(struct.pack("Ii", 0x20080522, 0), everything) == 0:
            print("GOT THROUGH", "capset")
        for name, attempt in {
            "user": lambda: os.setresuid(0, 0, 0),
            "group": lambda: os.setresgid(0, 0, 0),
            "groups": lambda: os.setgroups([0]),
            "root": lambda: os.chroot("/tmp"),
            "name": lambda: self.call(libc.sethostname, b"x", 1),
            "namespaces": lambda: self.call(libc.unshare, 0x20000),
            "join": lambda: self.call(libc.setns, os.open("/proc/self/ns/mnt", os.O_RDONLY), 0),
            "join another": lambda: self.call(libc.setns, os.open("/proc/1/ns/mnt", os.O_RDONLY), 0),
            "mount": lambda: self.call(libc.mount, b"none", b"/tmp", b"tmpfs", 0, None),
            "unmount": lambda: self.call(libc.umount2, b"/tmp", 2),
            "lower its niceness": lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
            "be spared": lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
            "leave its group": lambda: open("/sys/fs/cgroup/cgroup.procs", "w").write("0"),
            "map users": lambda: open("/proc/self/uid_map", "w").write("0 0 1"),
        }.items():
            try:
                attempt()
                print("GOT THROUGH", name)
            except OSError as error:
                print(name, error)
        if "NoNewPrivs:\t1" not in open("/proc/self/status").read():
            print("GOT THROUGH", "new privileges")
        if "Seccomp:\t2" not in open("/proc/self/status").read():
            print("GOT THROUGH", "no filter")
        return np.nan_to_num(x)

    def call(self, function, *arguments):
        if function(*arguments):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
