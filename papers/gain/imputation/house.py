"""The methods that come with the board."""

from papers.task import House

HOUSE = (
    House(
        slug="oracle",
        title="Exact conditional mean",
        kind="oracle",
        summary="What nobody can beat in RMSE: it knows the synthetic table, and why cells are missing.",
        expense=5,
    ),
    House(
        slug="mean",
        title="Column mean",
        kind="control",
        summary="The observed mean of each column: skill 0.",
        expense=5,
    ),
    House(
        slug="median", title="Column median", kind="control", summary="The observed median of each column.", expense=6
    ),
    House(
        slug="random_draw",
        title="Random draw",
        kind="control",
        summary="A random observed value of the column: must fail, with skill 1 − √2 under MCAR.",
        expense=6,
    ),
    House(
        slug="knn",
        title="KNN",
        kind="baseline",
        summary="Ten nearest rows, where few columns in common count less.",
        expense=8,
    ),
    House(
        slug="iterative_ridge",
        title="Iterative ridge",
        kind="baseline",
        summary="Chained Bayesian ridge regressions, conditional mean.",
        expense=68,
    ),
    House(
        slug="mice",
        title="MICE",
        kind="baseline",
        summary="Chained Bayesian ridge regressions, one posterior draw.",
        file="iterative_ridge",
        constants={"IS_DRAWN": True},
        expense=69,
    ),
    House(
        slug="soft_impute", title="SoftImpute", kind="baseline", summary="Soft-thresholded singular values.", expense=17
    ),
    House(
        slug="missforest",
        title="MissForest",
        kind="baseline",
        summary="Chained extremely randomised trees, 20 trees, 3 rounds.",
        expense=130,
    ),
    House(
        slug="em",
        title="EM",
        kind="baseline",
        summary="Mean and covariance of one Gaussian by expectation maximisation, gaps by conditional means.",
        expense=60,
    ),
    House(
        slug="autoencoder",
        title="Auto-encoder",
        kind="baseline",
        summary="Denoising auto-encoder, four times as wide as the table.",
        expense=270,
    ),
    House(
        slug="autoencoder_small",
        title="Auto-encoder, GAIN's net",
        kind="baseline",
        summary="Denoising auto-encoder with the generator's own hidden layers: d and d/2 wide, tanh.",
        file="autoencoder",
        constants={"WIDTHS": (1.0, 0.5), "IS_SMOOTH": True},
        expense=240,
    ),
    House(slug="gain", title="GAIN (paper)", kind="method", summary="GAIN by the equations of the paper.", expense=490),
    House(
        slug="gain_official",
        title="GAIN (official code)",
        kind="method",
        summary="GAIN with the eight points in which the authors' code departs from the paper.",
        expense=520,
    ),
    House(
        slug="gain_no_hint",
        title="GAIN without hint",
        kind="method",
        summary="The discriminator is told nothing of the mask.",
        file="gain",
        constants={"HINT": False},
        expense=490,
    ),
    House(
        slug="gain_no_adversary",
        title="GAIN without L_G",
        kind="method",
        summary="No discriminator: the generator learns to give back what it is shown.",
        file="gain",
        constants={"ADVERSARY": 0.0},
        expense=200,
    ),
    House(
        slug="gain_no_reconstruction",
        title="GAIN without L_M",
        kind="method",
        summary="The discriminator alone teaches the generator.",
        file="gain",
        constants={"ALPHA": 0.0},
        expense=490,
    ),
)
