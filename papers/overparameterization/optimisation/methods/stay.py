"""Never moves."""


class Method:
    def __init__(self, seed, device):
        pass

    def start(self, shapes, kinds, x0, info):
        self.x = x0

    def step(self, loss, grads):
        return self.x
