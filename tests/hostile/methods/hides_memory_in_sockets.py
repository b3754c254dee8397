"""Fills the queues of a thousand sockets, where no limit on addresses sees it.

Expected: harmless, limit, died.
"""

import contextlib
import os
import socket
import time

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        me = os.getpid()
        with contextlib.suppress(BlockingIOError):
            while os.getpid() == me:
                os.fork()
        kept = []
        try:
            while True:
                pair = socket.socketpair()
                kept.append(pair)
                pair[0].setblocking(False)
                try:
                    while True:
                        pair[0].send(bytes(1 << 16))
                except BlockingIOError:
                    pass
        except OSError as error:
            print(len(kept), "full sockets", error)
        time.sleep(1 if os.getpid() == me else 10**6)
        return np.nan_to_num(x)
