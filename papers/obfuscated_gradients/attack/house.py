"""The methods that come with the board."""

from papers.task import House

HOUSE = (
    House(
        slug="identity",
        title="No attack",
        kind="control",
        summary="Changes nothing: the clean accuracy is left.",
        expense=12,
    ),
    House(
        slug="random_sign",
        title="Random corner",
        kind="control",
        summary="A random corner of the ball: must fail.",
        expense=13,
    ),
    House(slug="fgsm", title="FGSM", kind="baseline", summary="One step along the sign of the gradient.", expense=18),
    House(slug="pgd", title="PGD", kind="baseline", summary="Cross-entropy, 50 steps.", expense=180),
    House(
        slug="pgd_margin",
        file="pgd",
        constants={"LOSS": "margin"},
        title="PGD, margin",
        kind="baseline",
        summary="The margin, which can't saturate.",
        expense=180,
    ),
    House(
        slug="pgd_targets",
        title="PGD, every class",
        kind="baseline",
        summary="The margin to each other class in turn: exact on the linear victim.",
        expense=940,
    ),
    House(slug="transfer", title="Transfer", kind="baseline", summary="Attacks another net, asks nothing.", expense=77),
    House(slug="square", title="Square", kind="baseline", summary="Random search on logits, 300 queries.", expense=690),
    House(
        slug="finite_difference",
        title="Finite differences",
        kind="baseline",
        summary="Steps along central differences of the margin: asks for no gradient.",
        expense=900,
    ),
    House(
        slug="bpda",
        title="BPDA",
        kind="method",
        summary="True forward pass, smooth stand-ins in the backward pass.",
        file="bpda_eot",
        constants={"IS_AVERAGED": False},
        expense=360,
    ),
    House(slug="eot", title="EOT", kind="method", summary="Mean gradient over 20 fresh draws.", expense=850),
    House(
        slug="bpda_eot",
        title="BPDA + EOT (paper)",
        kind="method",
        summary="Both, chosen by what the victim's stages do.",
        expense=1190,
    ),
    House(
        slug="latent",
        title="Reparameterisation",
        kind="method",
        summary="Attacks the code of a projecting defence; PGD elsewhere.",
        expense=220,
    ),
    House(
        slug="adaptive",
        title="Adaptive combination",
        kind="method",
        summary="All that fits the victim, the worst per image.",
        expense=1500,
    ),
)
