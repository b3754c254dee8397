"""Hides work in __del__, atexit and a thread that outlives the call.

Expected: harmless.
"""

import atexit
import threading
import time
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        atexit.register(print, "GOT THROUGH atexit")
        threading.Thread(target=lambda: (time.sleep(3), print("GOT THROUGH thread"))).start()
        return np.nan_to_num(x)

    def __del__(self):
        print("GOT THROUGH __del__")
