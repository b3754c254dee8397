"""Signals, traces and limits whatever it was forked from, by every number that may be its parent's.

Expected: harmless, died.
"""

import ctypes
import os
import resource
import signal

import numpy as np

PTRACE, PROCESS_VM_READV, PIDFD_OPEN = 101, 310, 434
ATTACH = 16


class Method:
    def __init__(self, seed, device):
        self.libc = ctypes.CDLL(None, use_errno=True)

    def impute(self, x, categorical):
        mine = {os.getpid(), 0}
        for pid in {os.getppid(), *range(1, 40)} - mine:
            for number, more in (
                (PTRACE, (ATTACH, pid, 0, 0)),
                (PROCESS_VM_READV, (pid, 0, 0, 0, 0, 0)),
                (PIDFD_OPEN, (pid, 0)),
            ):
                if self.libc.syscall(number, *more) >= 0:
                    print("GOT THROUGH", number, pid)
            try:
                os.kill(pid, signal.SIGTERM)
                if pid != 1:  # which no signal of ours ends
                    print("GOT THROUGH", "signalled", pid)
            except OSError as error:
                print(pid, error)
            try:
                resource.prlimit(pid, resource.RLIMIT_NOFILE)
                if pid != 1:
                    print("GOT THROUGH", "limits", pid)
            except OSError as error:
                print(pid, error)
        return np.nan_to_num(x)
