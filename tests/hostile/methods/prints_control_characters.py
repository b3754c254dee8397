"""Prints what moves cursors, writes HTML, breaks decoders and imitates the platform.

Expected: harmless.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        print("\x1b[2J\x1b]0;owned\x07\x00\u202e\ud800<script>alert(1)</script>\rGONE")
        os.write(2, bytes(range(256)))
        return np.nan_to_num(x)
