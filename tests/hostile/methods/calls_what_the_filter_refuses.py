"""Calls the kernel's large surfaces: programs, keyrings, rings, tracing, the clock.

Expected: harmless.
"""

import ctypes
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        libc = ctypes.CDLL(None, use_errno=True)
        zeros = ctypes.create_string_buffer(256)
        for name, number, arguments in (
            ("ptrace", 101, (0, 0, 0, 0)),
            ("bpf", 321, (0, zeros, 120)),
            ("perf_event_open", 298, (zeros, 0, -1, -1, 0)),
            ("userfaultfd", 323, (0,)),
            ("keyctl", 250, (0, -1, 0)),
            ("add_key", 248, (b"user", b"a", b"b", 1, -1)),
            ("io_uring_setup", 425, (1, zeros)),
            ("pidfd_open", 434, (1, 0)),
            ("kcmp", 312, (1, 1, 0, 0, 0)),
            ("personality", 135, (0x0400000,)),
            ("settimeofday", 164, (zeros, None)),
            ("reboot", 169, (0, 0, 0, 0)),
            ("init_module", 175, (zeros, 8, b"")),
            ("kexec_load", 246, (0, 0, 0, 0)),
            ("syslog", 103, (3, zeros, 100)),
            ("sethostname", 170, (b"mine", 4)),
            ("quotactl", 179, (0, 0, 0, 0)),
            ("memfd_secret", 447, (0,)),
        ):
            if libc.syscall(number, *arguments) >= 0:
                print("GOT THROUGH", name)
        return np.nan_to_num(x)
