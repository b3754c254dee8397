"""Sends a well-formed answer that belongs to no question.

Expected: answer.
"""

import sys
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        harness = sys.modules["runners.inside.harness"]

        def reply(pipes, call, failure, value):
            pipes.write("answer", "0" * 16, value)

        harness._reply = reply
        return np.nan_to_num(x)
