"""No defence: a small net, trained as usual. It claims nothing."""

from papers.obfuscated_gradients import kit

EPOCHS = 15


class Method(kit.Defence):
    def train(self, x, y, norm, eps):
        self.net = kit.small_net(x).to(self.device)
        kit.fit_net(self.net, x, y, epochs=EPOCHS if len(x) < 10_000 else 2)
        return 0.0

    def forward(self, x, generator):
        return self.net(x)
