"""Writes until nothing is left of the disk.

Expected: limit, exception.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for number in range(10**6):
            with open(f"/tmp/{number}", "wb") as file:
                file.write(bytes(1 << 24))
