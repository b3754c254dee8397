"""Opens the machine's well-known files and the project's folder by name.

Expected: harmless.
"""

import os
import sys
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        project = os.path.dirname(sys.prefix)
        for path in [
            "/etc/passwd",
            "/etc/shadow",
            "/etc/hostname",
            "/root" + "/.bashrc",
            "/home",
            "/var/log",
            "/run",
            "/sys/kernel",
            "/proc/kcore",
            "/proc/kmsg",
            "/proc/1/root" + "/etc/passwd",
            "/proc/1/cwd",
            "/proc/self/root" + "/../etc/passwd",
            f"{project}/manage.py",
            f"{project}/papers/task.py",
            f"{project}/.git/config",
            f"{project}/leaderboard",
        ]:
            for read in (lambda path: open(path, "rb").read(100), os.listdir):
                try:
                    print("GOT THROUGH", path, read(path))
                except OSError as error:
                    print(path, error)
        return np.nan_to_num(x)
