"""What the board measures. The first one ranks."""

from papers.metrics import Metric

METRICS = (
    Metric(
        name="skill",
        label="Skill",
        better="higher",
        description="1 − RMSE / RMSE of the observed column means: 0 equals column means, 1 is exact, negative is worse.",
    ),
    Metric(
        name="rmse",
        label="RMSE",
        better="lower",
        unit="range",
        digits=4,
        description="Root mean squared error of the missing cells after min-max scaling, as in the paper's tables.",
    ),
    Metric(
        name="mae",
        label="MAE",
        better="lower",
        unit="range",
        digits=4,
        description="Mean absolute error of the missing cells, same scaling.",
    ),
    Metric(
        name="category_error",
        label="Category error",
        better="lower",
        unit="fraction",
        description="Share of missing categorical cells that are wrong after rounding to the nearest code.",
    ),
    Metric(
        name="w1_columns",
        label="W₁ of columns",
        better="lower",
        unit="range",
        digits=4,
        description="Mean over columns of the 1-Wasserstein distance between imputed and true values of missing cells: "
        "is the distribution right, even where single cells are not?",
    ),
    Metric(
        name="energy",
        label="Energy distance",
        better="lower",
        digits=4,
        description="Energy distance between completed and true rows (at most 1,000): is the joint distribution right?",
    ),
    Metric(
        name="oracle_skill",
        label="Oracle",
        better="context",
        is_limit=True,
        description="Skill of the exact conditional mean that knows the synthetic table and why cells are missing.",
    ),
    Metric(
        name="ignorable_skill",
        label="Ignorable oracle",
        better="context",
        is_limit=True,
        description="The same without knowing why cells are missing: the gap is what ‘not MCAR’ costs at best.",
    ),
    Metric(
        name="downstream_auroc",
        label="Downstream AUROC",
        better="higher",
        digits=4,
        description="Full tier, labelled tables: logistic regression trained on four fifths of the completed rows, tested on the "
        "others, completed too.",
    ),
    Metric(
        name="coefficient_bias",
        label="Coefficient bias",
        better="lower",
        digits=4,
        description="Full tier, Credit: mean absolute difference of logistic coefficients, completed against true table.",
    ),
    Metric(
        name="coefficient_error",
        label="Coefficient error",
        better="lower",
        description="The same as a root mean square: the paper's second norm.",
    ),
    Metric(
        name="beside",
        label="Beside case",
        better="context",
        digits=0,
        description="Of a twin: the number, from 0 on, of the case on the public table beside which this seed holds it.",
    ),
)
