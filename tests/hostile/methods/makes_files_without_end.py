"""Makes empty files until the kernel has no room for names.

Expected: limit, exception.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for number in range(10**9):
            os.close(os.open(f"/dev/shm/{number:0200}", os.O_CREAT))
