"""The defence board's suite against AutoAttack, on the same nets and images: `python -m tests.benchmarks.autoattack`.

Installs torchattacks (MIT), which holds an AutoAttack, into a temporary folder; it is no requirement of the project. Needs
MNIST and the published nets (DATA_MIRROR). Prints a table; asserts nothing. Forty minutes on one core.
"""

import argparse
import importlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.defence.respondent import Respondent
from papers.obfuscated_gradients.defence.substitutes import Substitutes
from papers.obfuscated_gradients.defence.suite import Suite
from papers.obfuscated_gradients.defence.verdicts import verdicts
from papers.obfuscated_gradients.problem.images import splits
from papers.obfuscated_gradients.problem.victims import load_weights

RADII = {"mnist-plain": 0.3, "mnist-adversarial": 0.3, "mnist-certified": 0.1}
DIGITS = {"plain": 0.2, "adversarial": 0.2}
STEPS = 50  # of PGD


def against_pgd(library, name: str, eps: float, x, y) -> None:
    """50 steps of PGD on the cross-entropy: torchattacks, and what `kit.fool` does of it."""
    net = kit.build(name, load_weights(name))
    attack = library.PGD(net.stages[0].net, eps=eps, alpha=2.5 * eps / STEPS, steps=STEPS)
    start = kit.random_start(x, norm="linf", eps=eps, generator=torch.Generator().manual_seed(0))
    look = kit.sight(net, y, loss=kit.cross_entropy)
    theirs, first = timed(lambda: right(net, attack(x, y).detach(), y))
    ours, second = timed(lambda: right(net, kit.fool(look, x, norm="linf", eps=eps, steps=STEPS, start=start), y))
    print(f"{name:20}{theirs:14.3f}{ours:8.3f}{first:10.2f}{second:8.2f}{first / second:8.1f}", flush=True)


class Ready(kit.Defence):
    """A victim with its weights, as a defence."""

    def __init__(self, name: str) -> None:
        super().__init__(0, "cpu")
        self.net = kit.build(name, load_weights(name))

    def forward(self, x, generator):
        return self.net(x)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.autoattack", description=__doc__)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--net", choices=sorted(RADII), action="append")
    options = parser.parse_args()
    torch.set_num_threads(1)
    _, test = splits("mnist")
    x, y = torch.from_numpy(test.x[: options.images]), torch.from_numpy(test.y[: options.images])
    with tempfile.TemporaryDirectory() as folder:
        library = installed(folder)
        print(f"{'PGD':20}{'torchattacks':>14}{'ours':>8}{'CPU s':>10}{'CPU s':>8}{'faster':>8}")
        digits = splits("digits")[1]
        for name, eps in DIGITS.items():
            against_pgd(library, name, eps, torch.from_numpy(digits.x), torch.from_numpy(digits.y))
        for name in options.net or RADII:
            against_pgd(library, name, RADII[name], x[:250], y[:250])
        print(f"{'net':20}{'clean':>8}{'AutoAttack':>12}{'suite':>8}{'CPU s':>10}{'CPU s':>8}{'ratio':>8}")
        for name in options.net or RADII:
            net = Ready(name).net
            clean = right(net, x, y)
            theirs, first = timed(lambda name=name, net=net: by_autoattack(library, net, x, y, RADII[name]))
            ours, second = timed(lambda name=name: by_suite(name, x, y, RADII[name]))
            print(
                f"{name:20}{clean:8.3f}{theirs:12.3f}{ours:8.3f}{first:10.1f}{second:8.1f}{second / first:8.2f}",
                flush=True,
            )


def installed(folder: str):
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder, "torchattacks==3.5.1"]
    subprocess.run(command, check=True)
    sys.path.insert(0, folder)
    return importlib.import_module("torchattacks")


def timed(work) -> tuple[float, float]:
    start = time.process_time()
    return work(), time.process_time() - start


def right(net, x, y) -> float:
    with torch.no_grad():
        return float((net(x).argmax(1) == y).float().mean())


def by_autoattack(library, net, x, y, eps: float) -> float:
    attack = library.AutoAttack(net, norm="Linf", eps=eps, version="standard", n_classes=10, seed=0)
    return right(net, torch.cat([attack(a, b) for a, b in zip(x.split(250), y.split(250), strict=True)]).detach(), y)


def by_suite(name: str, x, y, eps: float) -> float:
    suite = Suite(
        defence=Respondent(Ready(name), 10),
        x=x,
        y=y,
        norm="linf",
        eps=eps,
        rng=np.random.default_rng(0),
        substitutes=Substitutes(),
    )
    return float(verdicts(suite).float().mean())


if __name__ == "__main__":
    main()
