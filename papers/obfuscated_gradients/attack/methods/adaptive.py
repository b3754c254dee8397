"""An adaptive combination: every technique that fits the victim, and for each image the perturbation that works best.

Margin against each likely class and against all, through stand-ins for what hides gradients (BPDA), through the unrolled
loop where there is one, averaged over draws where the victim is random (EOT); then transfer from another net, and last a
random search (Square) from the best point so far. What "works" is the mean margin over fresh draws of the true victim.
Source: Athalye, Carlini and Wagner (2018), section 4 and 6; Croce and Hein (2020) for the worst case over attacks.
"""

import torch

from papers.obfuscated_gradients import kit

STEPS, DRAWS, TARGETS, QUERIES = 40, 20, 4, 200


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        self.ball = {"norm": norm, "eps": eps}
        draws = DRAWS if net.random else 1
        self.measure = lambda at: self.mean_margin(net, at, y, draws)
        self.best, self.highest = x, self.measure(x)

        for classify in ways(net):
            for loss in self.losses(net, x, y):
                self.climb(kit.objective(classify, y, loss=loss, draws=draws, generator=self.generator), x, net.random)
        self.climb(kit.objective(kit.surrogate(x.shape[1:], self.device), y, loss=kit.margin), x, False)
        if not net.random:
            self.search(x, eps)
        return self.best.cpu().numpy()

    def mean_margin(self, net, at, y, draws):
        with torch.no_grad():
            logits = net(at.repeat(draws, 1, 1, 1), self.generator)
            return kit.margin(logits, y.repeat(draws)).view(draws, -1).sign().mean(0) + 1e-3 * kit.margin(
                logits, y.repeat(draws)
            ).view(draws, -1).mean(0).clamp(-100, 100)

    def losses(self, net, x, y):
        """The margin, and for nets that answer at once the margins to the classes that come next."""
        if net.random:
            return [kit.margin]
        logits = logits_before_labels(net, x).scatter(1, y[:, None], -torch.inf)
        order = logits.argsort(1, descending=True)
        return [kit.margin, *(kit.margin_to(order[:, rank]) for rank in range(TARGETS))]

    def climb(self, objective, x, last):
        start = x if last else kit.random_start(x, generator=self.generator, **self.ball)
        found = kit.ascend(objective, x, steps=STEPS, start=start, keep="last" if last else "best", **self.ball)
        self.best, self.highest = kit.better(self.best, self.highest, found, self.measure(found))

    def search(self, x, eps):
        """Recolour squares of the best point, keep what raises the margin."""
        for query in range(QUERIES):
            width = max(1, round(x.shape[-1] * 0.4 * (1 - query / QUERIES)))
            moved = kit.recolour_square(self.best, x, width=width, height=eps, generator=self.generator)
            moved = kit.project(moved, x, **self.ball)
            self.best, self.highest = kit.better(self.best, self.highest, moved, self.measure(moved))


def logits_before_labels(net, x):
    with torch.no_grad():
        for stage in net.stages:
            if x.dim() == 2 and stage.kind == "shattered":
                break
            x = stage(x, None)
    return x


def ways(net):
    """Classifiers with the victim's decisions and with gradients: stand-ins for all that hides them, or the loop unrolled."""
    yield stand_ins(net, unrolled=False)
    if any(hasattr(stage, "decoder") for stage in net.stages):
        yield stand_ins(net, unrolled=True)


def stand_ins(net, unrolled):
    def classify(x, generator):
        for stage in net.stages:
            if x.dim() == 2 and stage.kind == "shattered":  # labels only: the logits before them decide the same
                return x
            if stage.kind == "loop" and unrolled:
                x = stage.decode(stage.encode(x, unrolled=True), like=x)
            elif stage.kind in ("shattered", "loop"):
                x = kit.straight_through(stage(x, generator), stand_in(stage, x))
            else:
                x = stage(x, generator)
        return x

    return classify


def stand_in(stage, x):
    levels = getattr(stage, "levels", None)
    if levels is None:
        return x
    bounds = torch.arange(levels, device=x.device).view(-1, 1, 1)
    return ((x[:, :, None] * levels - bounds + 1) / 2).clamp(0, 1).flatten(1, 2)
