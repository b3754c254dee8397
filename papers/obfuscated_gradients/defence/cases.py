"""The cases of the board."""

from papers.task import Case


def case(data: str, norm: str, radius: str, eps: float, images: int) -> Case:
    return Case(name=f"{data}/{norm}-{radius}", params={"data": data, "norm": norm, "eps": eps, "images": images})


QUICK = (case("digits", "linf", "0.2", 0.2, 50),)
FULL = (
    case("mnist", "linf", "0.3", 0.3, 200),
    case("mnist", "linf", "0.1", 0.1, 200),
    case("cifar-jpegcopy", "linf", "8-255", 8 / 255, 200),
    case("cifar-jpegcopy", "l2", "0.5", 0.5, 200),
)
