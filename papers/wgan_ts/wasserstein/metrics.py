"""What the board measures. The first one ranks."""

from papers.metrics import Metric

METRICS = (
    Metric(
        name="accuracy",
        label="Wasserstein accuracy",
        better="higher",
        description="1 − relative error of what the potential certifies: 1 is exact, a flat one has 0, negative is worse. An "
        "estimate where the truth is known: a slope is the largest of those sampled, so the potential may be steeper.",
    ),
    Metric(
        name="relative_error",
        label="Relative error",
        better="lower",
        description="|W_f − W| / W, at most 10. W_f = (mean of f over P − over Q) / Lip on fresh points; for given samples "
        "the dual value of f on them, which can't exceed W.",
    ),
    Metric(
        name="estimate_error",
        label="Estimate error",
        better="lower",
        description="|estimate − W| / W of the number that fit returned, at most 10.",
        gives_away=True,
    ),
    Metric(
        name="cpu_seconds",
        label="CPU seconds",
        better="lower",
        unit="s",
        description="CPU time from fit until the potential has answered its last point, measured from outside: work that is "
        "put off counts.",
        timing=True,
    ),
    Metric(
        name="lower",
        label="Lower bound",
        better="context",
        unit="W",
        description="What the potential certifies, in units of the true distance: proved on given samples, elsewhere as far as "
        "its sampled slopes tell.",
    ),
    Metric(
        name="estimate",
        label="Estimate",
        better="context",
        unit="W",
        description="The method's own estimate in units of the true distance: 1 is right.",
        gives_away=True,
    ),
    Metric(
        name="upper",
        label="Upper bound",
        better="context",
        unit="W",
        description="Cost, in units of the true distance, of a plan that keeps to the pairs on which the potential is tight as "
        "far as they go, and to the least slack beyond. On 1,000 fresh pairs, so it carries their bias; on given samples it "
        "can't be less than 1.",
    ),
    Metric(
        name="oracle",
        label="True potential",
        better="context",
        is_limit=True,
        unit="W",
        description="What the true potential certifies on the same points: 1 but for their sampling noise.",
    ),
    Metric(
        name="gradient_cosine",
        label="Gradient cosine",
        better="higher",
        description="Mean cosine between the potential's gradient and the true one, where that is known.",
    ),
    Metric(
        name="semidual_gap",
        label="Semi-dual gap",
        better="lower",
        description="1 − D / W′ on 1,000 fresh pairs, D the dual value of the potential as it is, W′ their exact distance. "
        "Never negative; at most 10.",
    ),
    Metric(
        name="infeasibility",
        label="Dual infeasibility",
        better="lower",
        unit="W",
        description="Largest f(x) − f(y) − c(x, y), in units of the true distance, of the potential as it is; at most 10.",
    ),
    Metric(
        name="lipschitz",
        label="Lipschitz constant",
        better="context",
        description="Largest slope over all cross pairs of 1,000 points, over 200,000 random pairs and by gradients at up to "
        "900 points and once more about the steepest of them: 1 is best. A bound from below.",
    ),
    Metric(
        name="raw_ratio",
        label="Raw ratio",
        better="context",
        description="Mean of f over P − over Q in units of the true distance, before it is normalised: shows critics that are "
        "unbounded or tiny.",
    ),
    Metric(
        name="sample_bias",
        label="Sample bias",
        better="context",
        description="Exact distance between 1,000 fresh points of each over the true distance, − 1: what sampling alone adds.",
    ),
    Metric(
        name="truth",
        label="True distance",
        better="context",
        unit="cost",
        description="The true distance in units of the cost.",
        gives_away=True,
    ),
)
