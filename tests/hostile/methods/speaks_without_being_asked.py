"""Leaves bytes in the channel for a question that wasn't put yet.

Expected: answer.
"""

import os
import sys
import threading
import numpy as np


def channel():
    return sys.modules["runners.inside.harness"].fcntl and max(
        number
        for number in range(3, 256)
        if os.path.exists(f"/proc/self/fd/{number}") and os.readlink(f"/proc/self/fd/{number}").startswith("pipe:")
    )


class Method:
    def __init__(self, seed, device):
        self.calls = 0

    def impute(self, x, categorical):
        if self.calls:
            return np.nan_to_num(x)
        self.calls += 1
        answer_later = threading.Timer(0.02, os.write, (channel(), b"\0\0\0\2[]"))
        answer_later.start()
        return np.nan_to_num(x)
