"""Plays of both boards in this process, and the starts of their house methods."""

import numpy as np

from papers import catalogue
from papers.dynamical_isometry.deep_init import play as init_protocol
from papers.dynamical_isometry.deep_signal import play as signal_protocol
from papers.dynamical_isometry.problem.network import Network
from papers.dynamical_isometry.problem.start import spec_of, start_of
from papers.task import Seed

TASK, INIT = catalogue.task("deep_signal"), catalogue.task("deep_init")
CASES = {case.name: case for board in TASK.boards.values() for case in board.cases}
TRAINED = {case.name: case for case in (INIT.trial, *(case for board in INIT.boards.values() for case in board.cases))}


class Silent:
    """A report that nobody reads."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


class InProcess:
    """A method without a sandbox."""

    def __init__(self, kind, seed):
        self.method, self.is_closed = kind(seed, "cpu"), False

    def has(self, name):
        return hasattr(self.method, name)

    def init(self, spec):
        return self.method.init(spec)

    def init_with_data(self, spec, x):
        return self.method.init_with_data(spec, x)

    def close(self):
        self.is_closed = True


def names_of(slug):
    """Everything in the file of a house method."""
    names = {}
    exec(TASK.code(TASK.method(slug)), names)
    return names


def kind_of(slug):
    """The class Method of a house method."""
    return names_of(slug)["Method"]


def play(case, method, *, index=0, report=None):
    """Scores of one play; `case` is one or a name of either board's, `method` a class or the slug of a house method."""
    kind = kind_of(method) if isinstance(method, str) else method
    seed = Seed(index, key=f"tests {index}".encode(), salt=b"salt")
    case = {**CASES, **TRAINED}[case] if isinstance(case, str) else case
    protocol = init_protocol if hasattr(case.params, "steps") else signal_protocol
    return protocol.play(case, seed=seed, device="cpu", method=InProcess(kind, index), report=report or Silent())


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
