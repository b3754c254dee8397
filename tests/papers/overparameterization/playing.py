"""Plays of the optimisation board in this process."""

from papers import catalogue
from papers.overparameterization.optimisation import play as protocol
from papers.task import Seed

TASK = catalogue.task("optimisation")
CASES = {case.name: case for board in TASK.boards.values() for case in board.cases}


class Silent:
    """A report that nobody reads."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


class InProcess:
    """A method without a sandbox; `fresh` makes another object of its class."""

    def __init__(self, kind, seed):
        self.kind, self.seed, self.method = kind, seed, kind(seed, "cpu")

    def fresh(self):
        return InProcess(self.kind, self.seed)

    def close(self):
        pass

    def start(self, shapes, kinds, x0, info):
        self.method.start(shapes, kinds, [x.copy() for x in x0], info)

    def step(self, loss, grads):
        return self.method.step(loss, grads)


def kind_of(slug):
    """The class Method of a house method."""
    names = {}
    exec(TASK.code(TASK.method(slug)), names)
    return names["Method"]


def play(case, method, *, index=0, report=None):
    """Scores of one play; `case` is one or its name, `method` a class or the slug of a house method."""
    kind = kind_of(method) if isinstance(method, str) else method
    seed = Seed(index, key=f"tests {index}".encode(), salt=b"salt")
    case = CASES[case] if isinstance(case, str) else case
    return protocol.play(case, seed=seed, device="cpu", method=InProcess(kind, index), report=report or Silent())
