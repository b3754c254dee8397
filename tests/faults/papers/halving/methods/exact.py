class Method:
    def __init__(self, seed, device):
        pass

    def halve(self, x):
        return x / 2
