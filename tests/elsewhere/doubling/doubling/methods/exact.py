class Method:
    def __init__(self, seed, device):
        print("hello from the inside")

    def double(self, x):
        return 2 * x
