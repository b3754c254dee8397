class Method:
    def __init__(self, seed, device):
        pass

    def double(self, x):
        return x
