"""A thread bomb.

Expected: exception, limit.
"""

import threading
import time
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        while True:
            threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()
