"""The methods that come with the board."""

from papers.task import House

HOUSE = (
    House(
        slug="mean_point",
        title="Mean point",
        kind="control",
        summary="Always the mean of the training points: must fail.",
        expense=10,
    ),
    House(
        slug="bootstrap",
        title="Bootstrap",
        kind="control",
        summary="Training points, drawn with replacement: must be caught as copying.",
        expense=10,
    ),
    House(
        slug="noisy_bootstrap",
        title="Noisy bootstrap",
        kind="control",
        summary="Training points with a little noise: must be caught too.",
        expense=10,
    ),
    House(slug="gaussian", title="One Gaussian", kind="baseline", summary="Mean and full covariance.", expense=10),
    House(
        slug="mixture",
        title="Gaussian mixture",
        kind="baseline",
        summary="Full covariances, 25 components, by expectation maximisation.",
        expense=12,
    ),
    House(
        slug="kde",
        title="KDE",
        kind="baseline",
        summary="A Gaussian kernel at each training point, its width by cross-validated likelihood.",
        expense=39,
    ),
    House(
        slug="flow",
        title="Flow matching",
        kind="baseline",
        summary="A velocity field along straight lines from noise to data, 50 Euler steps.",
        expense=290,
    ),
    House(slug="gan_clip", title="WGAN, clipping", kind="baseline", summary="Critic's weights in ±0.05.", expense=300),
    House(slug="gan_gp", title="WGAN-GP", kind="baseline", summary="Gradient penalty 10.", expense=390),
    House(
        slug="gan_ts",
        title="WGAN-TS (official code)",
        kind="method",
        summary="Minibatch linear programme, regression with the code's gradient regulariser.",
        expense=320,
    ),
    House(
        slug="gan_ts_no_reg",
        file="gan_ts",
        constants={"WEIGHT": 0.0},
        title="WGAN-TS (two steps)",
        kind="method",
        summary="Minibatch linear programme, regression alone, as in the abstract.",
        expense=240,
    ),
)
