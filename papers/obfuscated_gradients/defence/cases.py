"""The cases: images, the ball within which the defence is to stay right, and how hard the evaluator attacks."""

from dataclasses import dataclass

from papers.obfuscated_gradients.problem.threats import Norm, Threat, data_sets, radius_in
from papers.task import Case


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Steps, queries and trainings of the evaluator's attacks."""

    steps: int = 50  # of PGD
    target_steps: int = 30  # of PGD towards each of the next classes
    mean_steps: int = 30  # of PGD along mean gradients (EOT)
    difference_steps: int = 20
    queries: int = 300  # of the random search on all images
    patient_queries: int = 1000  # and on those that survived all else
    turns: int = 254  # of the search by labels
    substitute_epochs: int = 5


THOROUGH = Effort()
HASTY = Effort(
    steps=10,
    target_steps=5,
    mean_steps=5,
    difference_steps=4,
    queries=60,
    patient_queries=100,
    turns=62,
    substitute_epochs=2,
)


@dataclass(frozen=True, kw_only=True)
class Defended(Threat):
    """`train`: so many of the training images are shown; None: all. `is_drawn`: digits that each seed draws."""

    train: int | None = None
    effort: Effort = THOROUGH
    is_drawn: bool = False
    is_twin: bool = False  # played for the audit alone
    seeds: int = 5  # of the tier: a claim is judged by the images of all of them


def case(data: str, norm: Norm, radius: float | str, *, images: int) -> Case[Defended]:
    """A case named "data/norm-radius"."""
    params = Defended(data=data, norm=norm, eps=radius_in(radius), images=images, seeds=3)
    return Case(name=f"{data}/{norm}-{radius}", params=params, data=data_sets(data))


DIGITS = Case(
    name="digits/linf-0.15",
    params=Defended(data="digits", norm="linf", eps=0.15, images=50, is_drawn=True),
)
PUBLIC = Case(  # the digits that anybody has: who knows them by heart?
    name="public-digits/linf-0.15",
    params=Defended(data="digits", norm="linf", eps=0.15, images=50, train=500, effort=HASTY, is_twin=True),
    ranked=False,
)
QUICK = (DIGITS, PUBLIC)
FULL = (
    case("mnist", "linf", 0.3, images=200),
    case("mnist", "linf", 0.1, images=200),
    case("cifar-jpegcopy", "linf", "8-255", images=200),
    case("cifar-jpegcopy", "l2", 0.5, images=200),
)
TRIAL = Case(  # all that a play does, in a second; its numbers mean nothing
    name="digits/trial",
    params=Defended(
        data="digits",
        norm="linf",
        eps=0.2,
        images=8,
        train=96,
        is_drawn=True,
        effort=Effort(
            steps=4,
            target_steps=2,
            mean_steps=2,
            difference_steps=2,
            queries=20,
            patient_queries=20,
            turns=6,
            substitute_epochs=1,
        ),
    ),
    ranked=False,
)
