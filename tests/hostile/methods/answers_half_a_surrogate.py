"""Returns text that JSON takes and no database does.

Expected: answer.
"""


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return ["\ud800", {"\udfff": 1}]
