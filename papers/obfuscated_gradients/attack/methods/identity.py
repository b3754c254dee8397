"""No attack: what is left is the clean accuracy."""


class Method:
    def __init__(self, seed, device):
        pass

    def attack(self, victim, weights, x, y, norm, eps):
        return x
