"""Sets an alarm that raises while somebody else's code runs.

Expected: exception, died, answer, harmless.
"""

import signal
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        def strike(*_):
            raise RuntimeError("struck")

        signal.signal(signal.SIGALRM, strike)
        signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
        return np.nan_to_num(x)
