"""Opens sockets of every family that leads out of the machine.

Expected: harmless.
"""

import socket
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for family in range(46):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
                try:
                    socket.socket(family, kind)
                except OSError:
                    continue
                if family != socket.AF_UNIX:
                    print("GOT THROUGH", family, kind)
        return np.nan_to_num(x)
