"""Asks for real-time scheduling, locked memory and another time of day.

Expected: harmless.
"""

import ctypes
import os
import time

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        call = ctypes.CDLL(None, use_errno=True).syscall
        tries = {
            "scheduling": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)),
            "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, -10),
            "clock": lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
            "locked memory": lambda: call(151, 3) == 0 or os.close(-1),
            "input and output": lambda: call(251, 1, 0, 1 << 13) == 0 or os.close(-1),
        }
        for name, attempt in tries.items():
            try:
                attempt()
                print("GOT THROUGH", name)
            except OSError as error:
                print(name, error)
        return np.nan_to_num(x)
