"""The cases: images, and the ball within which the defence is to stay right."""

from papers.obfuscated_gradients.problem.threats import Norm, Threat, data_sets, radius_in
from papers.task import Case


def case(data: str, norm: Norm, radius: float | str, *, images: int) -> Case[Threat]:
    """A case named "data/norm-radius"."""
    params = Threat(data=data, norm=norm, eps=radius_in(radius), images=images)
    return Case(name=f"{data}/{norm}-{radius}", params=params, data=data_sets(data))


QUICK = (case("digits", "linf", 0.2, images=50),)
FULL = (
    case("mnist", "linf", 0.3, images=200),
    case("mnist", "linf", 0.1, images=200),
    case("cifar-jpegcopy", "linf", "8-255", images=200),
    case("cifar-jpegcopy", "l2", 0.5, images=200),
)
