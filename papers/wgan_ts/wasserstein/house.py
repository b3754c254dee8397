"""The methods that come with the board."""

from papers.task import House

HOUSE = (
    House(
        slug="zero",
        title="Zero",
        kind="control",
        summary="No distance, a flat potential: accuracy 0 on every pair of distributions.",
    ),
    House(
        slug="means",
        title="Distance of means",
        kind="control",
        summary="A linear potential along the difference of the means: right for a shift, blind to everything else.",
    ),
    House(
        slug="mean_distance",
        title="Mean distance",
        kind="control",
        summary="The mean distance of all pairs with a flat potential: an upper bound, far off.",
    ),
    House(
        slug="minibatch",
        title="Minibatch average",
        kind="control",
        summary="Exact distances between batches of 64, averaged: always too much. Flat potential.",
    ),
    House(
        slug="unconstrained",
        title="Unconstrained critic",
        kind="control",
        summary="A critic without a bound on its slope: must fail.",
        expense=4,
    ),
    House(
        slug="exact_lp",
        title="Exact transport",
        kind="baseline",
        summary="The linear programme of all points, its potentials extended by the c-transform.",
        expense=4,
    ),
    House(
        slug="sinkhorn",
        title="Sinkhorn, ε = 0.05",
        kind="baseline",
        summary="Entropic transport, ε in units of the mean cost.",
        expense=3,
    ),
    House(
        slug="sinkhorn_coarse",
        title="Sinkhorn, ε = 0.5",
        kind="baseline",
        summary="Entropic transport with ten times the entropy.",
        expense=3,
    ),
    House(
        slug="sinkhorn_divergence",
        title="Sinkhorn divergence",
        kind="baseline",
        summary="Entropic transport less its self-distances, ε = 0.05.",
        expense=3,
    ),
    House(
        slug="sliced",
        title="Sliced",
        kind="baseline",
        summary="Sorting along the axes (L1) or 200 random directions (L2).",
        expense=2,
    ),
    House(
        slug="semidual",
        title="Semi-dual critic",
        kind="baseline",
        summary="A network whose constraint is the c-transform within a batch.",
        expense=5,
    ),
    House(
        slug="wgan_clip",
        title="WGAN, clipping",
        kind="baseline",
        summary="Weights clipped to ±0.01.",
        expense=5,
    ),
    House(
        slug="wgan_gp",
        title="WGAN-GP",
        kind="baseline",
        summary="Euclidean norm of the gradient drawn to one.",
        expense=6,
    ),
    House(
        slug="wgan_lp",
        title="WGAN-LP",
        kind="baseline",
        summary="Slopes above one punished, in the norm dual to the cost.",
        expense=6,
    ),
    House(
        slug="wgan_ts",
        title="WGAN-TS (official code)",
        kind="method",
        summary="Minibatch linear programme, then regression with the code's gradient regulariser.",
        expense=6,
    ),
    House(
        slug="wgan_ts_no_reg",
        title="WGAN-TS (two steps)",
        kind="method",
        summary="Minibatch linear programme, then regression alone, as in the abstract.",
        expense=5,
    ),
)
