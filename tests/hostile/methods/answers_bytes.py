"""Returns raw bytes where an array is due.

Expected: answer.
"""


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return b"\xff\x00" * 1000
