"""Looks for plays that run beside it and for what earlier ones left: processes, sockets, shared memory, terminals, files.

Expected: harmless.
"""

import os
import socket

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        others = {int(name) for name in os.listdir("/proc") if name.isdigit()} - {1, os.getpid()}
        if others - {2}:  # bubblewrap's, or the harness's, where it is not process 2 itself
            print("GOT THROUGH", "processes", others)
        unix = open("/proc/net/unix").read().splitlines()[1:]
        if unix:
            print("GOT THROUGH", "sockets", unix)
        for table in ("shm", "sem", "msg"):
            if os.path.exists(f"/proc/sysvipc/{table}") and open(f"/proc/sysvipc/{table}").read().count("\n") > 1:
                print("GOT THROUGH", table)
        for folder in () if hasattr(self, "mine") else ("/dev/shm", "/dev/pts", "/dev/mqueue"):
            if os.path.isdir(folder) and set(os.listdir(folder)) - {"ptmx"}:
                print("GOT THROUGH", folder, os.listdir(folder))
        if not hasattr(self, "mine"):
            self.mine = socket.socket(socket.AF_UNIX)
            try:
                self.mine.bind("\0left-for-the-next")
            except OSError as error:
                print("GOT THROUGH" if error.errno == 98 else "refused", error)
            open("/dev/shm/left-for-the-next", "w").close()
            os.open("/dev/ptmx", os.O_RDWR)
        self.mine.close()
        for path in ("/dev/shm/left-for-the-next",):
            os.path.exists(path) and os.unlink(path)
        return np.nan_to_num(x)
