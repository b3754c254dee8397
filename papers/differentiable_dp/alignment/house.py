"""The methods that come with the board."""

from papers.task import House

HOUSE = (
    House(slug="exact", title="Exact warp", kind="oracle", summary="Where every frame came from."),
    House(
        slug="diagonal",
        title="Straight line",
        kind="control",
        summary="From corner to corner: must be worst.",
        expense=3,
    ),
    House(
        slug="hard_dtw",
        title="Hard DTW",
        kind="baseline",
        summary="The cheapest path under squared distance.",
        file="warping",
        expense=7,
    ),
    House(
        slug="soft_dtw",
        title="Soft-DTW, entropy",
        kind="method",
        summary="The mean position under the expected path, smoothed by entropy.",
        file="warping",
        constants={"OP": "entropy"},
        expense=9,
    ),
    House(
        slug="l2_dtw",
        title="Soft-DTW, squared norm",
        kind="method",
        summary="The same under the squared norm, whose expected path is sparse.",
        file="warping",
        constants={"OP": "l2"},
        expense=9,
    ),
    House(
        slug="hard_dtw_metric",
        title="Hard DTW, learnt metric",
        kind="baseline",
        summary="Dimensions weighed by their noise in the training pairs.",
        file="warping",
        constants={"METRIC": "learnt"},
        expense=7,
    ),
    House(
        slug="soft_dtw_metric",
        title="Soft-DTW, learnt metric",
        kind="method",
        summary="Dimensions weighed by their noise in the training pairs, smoothed by entropy.",
        file="warping",
        constants={"METRIC": "learnt", "OP": "entropy"},
        expense=9,
    ),
)
