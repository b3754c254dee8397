"""The cases: a victim, and the ball within which its images may be changed."""

from dataclasses import dataclass
from typing import Literal

from papers.obfuscated_gradients.problem.threats import Norm, Threat, data_sets, radius_in
from papers.task import Case

Hiding = Literal["nothing", "shattered", "stochastic", "vanishing"]


@dataclass(frozen=True, kw_only=True)
class Victim(Threat):
    """`victim` is a name for `kit.build`; `hides` is what becomes of its gradient."""

    victim: str
    hides: Hiding


def case(victim: str, data: str, norm: Norm, radius: float | str, *, images: int, hides: Hiding) -> Case[Victim]:
    """A case named "victim/norm-radius"."""
    eps = radius_in(radius)
    return Case(
        name=f"{victim}/{norm}-{radius}",
        params=Victim(victim=victim, data=data, norm=norm, eps=eps, images=images, hides=hides),
        data=data_sets(data, victim),
    )


def digits(victim: str, radius: float, hides: Hiding) -> Case[Victim]:
    return case(victim, "digits", "linf", radius, images=50, hides=hides)


def mnist(victim: str, norm: Norm, radius: float, hides: Hiding) -> Case[Victim]:
    return case(f"mnist-{victim}", "mnist", norm, radius, images=250, hides=hides)


def cifar(victim: str, hides: Hiding) -> Case[Victim]:
    return case(f"cifar-jpegcopy-{victim}", "cifar-jpegcopy", "linf", "8-255", images=250, hides=hides)


QUICK = (
    digits("linear", 0.1, "nothing"),
    digits("plain", 0.2, "nothing"),
    digits("adversarial", 0.2, "nothing"),
    digits("quantised", 0.2, "shattered"),
    digits("thermometer", 0.2, "shattered"),
    digits("argmax", 0.2, "shattered"),
    digits("noisy", 0.2, "stochastic"),
    digits("pruned", 0.2, "stochastic"),
    digits("saturated", 0.2, "vanishing"),
    digits("projection", 0.2, "vanishing"),
)
FULL = (
    mnist("plain", "linf", 0.3, "nothing"),
    mnist("adversarial", "linf", 0.3, "nothing"),
    mnist("certified", "linf", 0.1, "nothing"),
    mnist("quantised", "linf", 0.3, "shattered"),
    mnist("thermometer16", "linf", 0.3, "shattered"),
    mnist("jpeg", "linf", 0.3, "shattered"),
    mnist("resize-pad", "linf", 0.3, "stochastic"),
    mnist("projection", "linf", 0.3, "vanishing"),
    mnist("projection", "l2", 1.5, "vanishing"),
    case("fashion-certified", "fashion", "linf", 0.1, images=250, hides="nothing"),
    cifar("plain", "nothing"),
    cifar("adversarial", "nothing"),
    cifar("thermometer16", "shattered"),
    cifar("bitdepth3", "shattered"),
    cifar("jpeg", "shattered"),
    cifar("resize-pad", "stochastic"),
    cifar("prune", "stochastic"),
)
HIDING = tuple(case for case in QUICK if case.params.hides != "nothing")
