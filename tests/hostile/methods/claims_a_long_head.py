"""Announces four gigabytes of head.

Expected: answer.
"""

import os
import sys
import time
import numpy as np


def channel():
    return sys.modules["runners.inside.harness"].fcntl and max(
        number
        for number in range(3, 256)
        if os.path.exists(f"/proc/self/fd/{number}") and os.readlink(f"/proc/self/fd/{number}").startswith("pipe:")
    )


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        os.write(channel(), b"\xff\xff\xff\xff")
        time.sleep(10**6)
