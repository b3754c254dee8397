"""Plays of the signal board in this process, and the starts of its house methods."""

import numpy as np

from papers import catalogue
from papers.dynamical_isometry.deep_signal import play as protocol
from papers.dynamical_isometry.problem.network import Network
from papers.dynamical_isometry.problem.start import spec_of, start_of
from papers.task import Seed

TASK = catalogue.task("deep_signal")
CASES = {case.name: case for board in TASK.boards.values() for case in board.cases}


class Silent:
    """A report that nobody reads."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


class InProcess:
    """A method without a sandbox."""

    def __init__(self, kind, seed):
        self.method = kind(seed, "cpu")

    def init(self, spec):
        return self.method.init(spec)

    def close(self):
        pass


def names_of(slug):
    """Everything in the file of a house method."""
    names = {}
    exec(TASK.code(TASK.method(slug)), names)
    return names


def kind_of(slug):
    """The class Method of a house method."""
    return names_of(slug)["Method"]


def play(case, method, *, index=0):
    """Scores of one play; `method` is a class or the slug of a house method."""
    kind = kind_of(method) if isinstance(method, str) else method
    seed = Seed(index, key=f"tests {index}".encode(), salt=b"salt")
    return protocol.play(CASES[case], seed=seed, device="cpu", method=InProcess(kind, index), report=Silent())


def answering(*parts):
    """A method whose `init` gives what three functions make of the spec."""

    class Answering:
        def __init__(self, seed, device):
            pass

        def init(self, spec):
            return tuple(part(spec) if callable(part) else part for part in parts)

    return Answering


def started(slug, *, depth, channels=16, side=4, activation="tanh", seed=0):
    """The network of a house method, and the spec of which it was asked."""
    spec = spec_of(depth=depth, channels=channels, side=side, activation=activation)
    start = start_of(kind_of(slug)(seed, "cpu").init(spec), spec)
    return Network(start.weight.astype(float), start.bias.astype(float), side, side, activation), spec


def linear_map(network, layers=None):
    """The matrix of the first layers without their units and biases, (P C, P C): a row a direction of the input."""
    dark = np.zeros((network.depth + 1, network.height * network.width, network.weight.shape[1]))
    chosen = network.weight[:layers]
    return Network(chosen, network.bias[:layers], network.height, network.width).jacobian(dark)
