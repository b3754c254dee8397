"""The methods that come with the board."""

from papers.task import House

HOUSE = (
    House(
        slug="pixel_nn",
        title="Pixel nearest neighbour",
        kind="baseline",
        summary="The nearest drawing, in pixels.",
        expense=15,
    ),
    House(
        slug="untrained",
        title="Untrained embedding",
        kind="baseline",
        summary="Prototypes in the embedding as it was drawn: what the architecture alone is worth.",
        file="prototypes",
        constants={"IS_TRAINED": False},
        expense=80,
    ),
    House(
        slug="uniform",
        title="Uniform",
        kind="control",
        summary="All classes are equally probable: has 1/N.",
        expense=15,
    ),
    House(
        slug="cnp",
        title="CNP (paper)",
        kind="method",
        summary="Class means of the encoded drawings are concatenated, and a network reads logits from them and the query.",
        file="prototypes",
        constants={"HEAD": "concatenated"},
        expense=285,
    ),
    House(
        slug="prototypes",
        title="Prototypes",
        kind="method",
        summary="The class whose mean is nearest in a learnt embedding.",
        expense=305,
    ),
    House(
        slug="matching",
        title="Matching nets",
        kind="method",
        summary="The query attends to the support by cosine, in a learnt embedding.",
        file="prototypes",
        constants={"HEAD": "matching"},
        expense=315,
    ),
)
