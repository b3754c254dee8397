"""Answers honestly and leaves a detached process that wants to outlive the run.

Expected: harmless.
"""

import os
import signal
import time
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for number in range(1, 65):
                    try:
                        signal.signal(number, signal.SIG_IGN)
                    except (OSError, ValueError):
                        pass
                time.sleep(10**6)
            os._exit(0)
        return np.nan_to_num(x)
