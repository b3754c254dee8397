"""Lets children work whose time nobody waits for.

Expected: limit.
"""

import os
import signal
import time
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        for _ in range(4):
            if os.fork() == 0:
                while True:
                    pass
        time.sleep(10**6)
