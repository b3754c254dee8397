"""The card of `wasserstein`: estimate a distance, and certify it by a potential."""

from typing import Protocol

import numpy as np

from papers.task import Against, Bracket, Case, Comparison, Heatmap, House, Limits, Metric, Task


class Method(Protocol):
    """Estimates the Wasserstein-1 distance between two samples. Every case and seed meets a fresh process."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness. device: "cpu" or "cuda"."""

    def fit(self, x: np.ndarray, y: np.ndarray, cost: str) -> float:
        """Estimate W1(P, Q) for the ground distance "l1" (sum of |differences|) or "l2" (Euclidean).

        x: (n, d) float32 from P; y: (m, d) float32 from Q.
        Returns the estimate, finite and not negative, in units of the cost.
        """

    def potential(self, z: np.ndarray) -> np.ndarray:
        """Evaluate your dual potential; called after `fit`, several times, at points that you have not seen.

        z: (k, d) float32, k <= 10,000, anywhere, in an order that tells nothing.
        Returns (k,) float64: f with W1 = E_P f - E_Q f, as nearly 1-Lipschitz for the cost as you can. A constant may be
        added and the scale does not count: f is divided by its measured Lipschitz constant.
        """


def known(family: str, *, cost: str, n: int, dimensions: tuple[int, ...], ranked: bool = True) -> tuple[Case, ...]:
    """Cases named "family-cost/dDIMENSION": two distributions, their distance known, n points of each shown."""
    return tuple(
        Case(
            name=f"{family}-{cost}/d{d}",
            params={"family": family, "given": False, "d": d, "n": n},
            ranked=ranked,
        )
        for d in dimensions
    )


def given(*sizes: int, d: int, ranked: bool = True) -> tuple[Case, ...]:
    """Cases named "empirical-l1/nSIZE-dDIMENSION": the distance between the two samples shown."""
    return tuple(
        Case(
            name=f"empirical-l1/n{n}-d{d}",
            params={"family": "product", "given": True, "d": d, "n": n},
            ranked=ranked,
        )
        for n in sizes
    )


QUICK = (
    *given(1000, d=2),
    *known("shift", cost="l1", n=2000, dimensions=(8,)),
    *known("product", cost="l1", n=2000, dimensions=(8,)),
    *known("scale", cost="l2", n=2000, dimensions=(8,)),
    *known("funnel", cost="l2", n=2000, dimensions=(8,)),
    # Not ranked, or these curves would outweigh the other families:
    *given(250, 2000, d=2, ranked=False),
    *known("product", cost="l1", n=2000, dimensions=(1, 2, 32, 64), ranked=False),
)
FULL = (
    *given(256, 1000, 5000, d=2),
    *given(
        256, 1000, 5000, d=64, ranked=False
    ),  # all points are far from all others: a flat potential is near the truth
    *known("shift", cost="l1", n=16_384, dimensions=(2, 8, 32, 128)),
    *known("product", cost="l1", n=16_384, dimensions=(2, 8, 32, 128)),
    *known("scale", cost="l2", n=16_384, dimensions=(2, 8, 32, 128)),
    *known("funnel", cost="l2", n=16_384, dimensions=(2, 8, 32, 128)),
    Case(name="mnist-l1/pixels", params={"family": "pixels", "given": True, "d": 784, "n": 1000}, ranked=False),
    Case(name="mnist-l2/features", params={"family": "features", "given": True, "d": 20, "n": 1000}, ranked=False),
)

WASSERSTEIN = Task(
    slug="wasserstein",
    title="Wasserstein distance",
    summary="Estimate the Wasserstein-1 distance between two samples, and certify it by a potential.",
    version=1,
    interface=Method,
    protocol="papers.wgan_ts.wasserstein",
    cases={"quick": QUICK, "full": FULL},
    seeds={"quick": 5, "full": 3},
    limits={
        "quick": Limits(call_seconds=20, play_seconds=60, memory_bytes=2 << 30),
        "full": Limits(call_seconds=300, play_seconds=600, memory_bytes=8 << 30),
    },
    metrics=(
        Metric(
            name="accuracy",
            label="Wasserstein accuracy",
            better="higher",
            description="1 − relative error of what the potential certifies: 1 is exact, a flat one has 0, negative is worse.",
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
        ),
        Metric(
            name="cpu_seconds",
            label="CPU seconds of fit",
            better="lower",
            unit="s",
            description="CPU time of the call of fit, measured from outside.",
            timing=True,
        ),
        Metric(
            name="lower",
            label="Lower bound",
            better="context",
            unit="W",
            description="What the potential certifies, in units of the true distance.",
        ),
        Metric(
            name="estimate",
            label="Estimate",
            better="context",
            unit="W",
            description="The method's own estimate in units of the true distance: 1 is right.",
        ),
        Metric(
            name="upper",
            label="Upper bound",
            better="context",
            unit="W",
            description="Cost, in units of the true distance, of a plan that keeps to the pairs on which the potential is most "
            "nearly tight. On 1,000 fresh pairs, so it carries their bias; on given samples it can't be less than 1.",
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
            description="Largest slope over all cross pairs of 1,000 points, over random pairs and by gradients: 1 is best.",
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
        ),
    ),
    house=(
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
    ),
    comparisons=(
        *(
            Comparison(
                text=f"WGAN-TS is {what} than {rival}",
                house="wgan_ts",
                than=than,
                metric=metric,
                cases=("shift-l1/d8", "product-l1/d8", "scale-l2/d8", "funnel-l2/d8"),
                where="abstract",
                status="transcribed, unchecked",
                note="Same network, optimiser, batches and 1,500 critic steps.",
            )
            for than, rival in (("wgan_clip", "weight clipping"), ("wgan_gp", "gradient penalty"))
            for what, metric in (("more accurate", "accuracy"), ("faster", "cpu_seconds"))
        ),
        Comparison(
            text="The two steps alone are more accurate than weight clipping",
            house="wgan_ts_no_reg",
            than="wgan_clip",
            metric="accuracy",
            cases=("shift-l1/d8", "product-l1/d8", "scale-l2/d8", "funnel-l2/d8"),
            where="abstract",
            status="transcribed, unchecked",
            note="Without the regulariser, which is in the authors' code but not in the abstract's two steps.",
        ),
    ),
    figures=(
        Bracket(
            title="Bounds, estimate and truth",
            low="lower",
            value="estimate",
            high="upper",
            truth="oracle",
            note="In units of the true distance. From what the potential certifies to the cost of the plan that it suggests; the "
            "marker is the method's own estimate, the grey level what the true potential certifies on the same points. "
            "Minibatch estimates lie above the truth, critics below it.",
        ),
        Against(
            title="Error of the estimate against dimension",
            metric="estimate_error",
            x="d",
            x_label="dimension",
            where={"family": "product", "given": False},
            log_x=True,
            log_y=True,
            note="The same pair family in more and more dimensions, the same number of points.",
        ),
        Against(
            title="Error of the potential against dimension",
            metric="relative_error",
            x="d",
            x_label="dimension",
            where={"family": "product", "given": False},
            log_x=True,
        ),
        Against(
            title="Error of the potential against sample size",
            metric="relative_error",
            x="n",
            x_label="points of each sample",
            where={"family": "product", "given": True, "d": 2},
            log_x=True,
            note="The exact distance between two given samples in the plane.",
        ),
        Against(
            title="CPU time against sample size",
            metric="cpu_seconds",
            x="n",
            x_label="points of each sample",
            where={"family": "product", "given": True, "d": 2},
            log_x=True,
            log_y=True,
            note="Critics train for a fixed number of steps: their time does not grow with the samples.",
        ),
        Heatmap(title="Accuracy by case", metric="accuracy"),
    ),
    starter="means",
    kit="papers.wgan_ts.kit",
)
