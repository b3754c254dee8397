"""Writes where the next method, the evaluator or the machine would find it.

Expected: harmless.
"""

import os
import sys
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        places = [
            "/",
            "/box",
            "/box/runners",
            "/usr/lib",
            "/usr/bin",
            "/etc",
            "/root",
            "/home",
            "/var/tmp",
            "/run",
            "/dev",
            os.path.dirname(os.__file__),
            os.path.dirname(np.__file__),
            sys.prefix,
            os.path.dirname(sys.prefix),
            "/proc/sys/kernel",
        ]
        for folder in places:
            try:
                open(folder + "/planted", "w").write("x")
                print("GOT THROUGH", folder)
            except OSError as error:
                print(error)
        for path in (
            "/proc/sys/kernel/core_pattern",
            "/proc/sysrq-trigger",
            "/box/runners/inside/harness.py",
            os.__file__,
            np.__file__,
            sys.executable,
        ):
            for change in (
                lambda: open(path, "r+b"),
                lambda: os.chmod(path, 0o777),
                lambda: os.rename(path, path + "2"),
            ):
                try:
                    change()
                    print("GOT THROUGH", path)
                except OSError as error:
                    print(error)
        return np.nan_to_num(x)
