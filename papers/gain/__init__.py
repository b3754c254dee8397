"""GAIN: Missing Data Imputation using Generative Adversarial Nets. The card of its one board."""

from pathlib import Path
from typing import Protocol

import numpy as np

from papers.gain.claims import CLAIMS
from papers.task import Audit, Case, Contrast, House, Limits, Metric, Paper, Task


class Method(Protocol):
    """Fills the gaps of one table. Every case and seed meets a fresh process: nothing learnt in one helps in another."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness. device: "cpu" or "cuda"."""

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        """Fill the gaps of a table.

        x: (n, d) float32, NaN where a cell is missing; columns in arbitrary order and units, |x| < 1e7.
        categorical: (d,) bool, True where a column holds integer codes of a category.
        Returns (n, d) float32, finite everywhere (float64 is accepted); observed cells are put back by the evaluator.
        """


def cases(
    tables: tuple[str, ...], mechanisms: tuple[str, ...], *, downstream: bool = False, ranked: bool = True
) -> tuple[Case, ...]:
    """Cases named "table/mechanism-percent"."""
    return tuple(
        Case(
            name=f"{table}/{mechanism}",
            params={
                "table": table,
                "mechanism": mechanism.rpartition("-")[0],
                "rate": int(mechanism.rpartition("-")[2]) / 100,
                "downstream": downstream,
            },
            ranked=ranked,
        )
        for table in tables
        for mechanism in mechanisms
    )


PUBLIC = ("breast", "spam", "letter", "credit", "news-part")  # tables that a method could know by heart
QUICK = (
    *cases(("breast",), ("mcar-20", "mcar-50", "mcar-80", "mar-50", "mnar-50")),
    *cases(("curved",), ("mcar-50", "mar-50", "mnar-50")),
    *cases(("breast-twin",), ("mcar-50",), ranked=False),
)
FULL = (
    *cases(
        ("breast", "spam", "letter", "credit", "news-part", "factor", "curved"),
        ("mcar-20", "mcar-50", "mar-20", "mar-50", "mnar-20", "mnar-50"),
        downstream=True,
    ),
    *cases(("credit",), tuple(f"mcar-{rate}" for rate in (10, 30, 40, 60, 70, 80)), downstream=True),
    *cases(("breast", "letter", "credit"), ("mnar-cut-25", "mnar-logit-50"), downstream=True),
    *cases(tuple(f"{table}-twin" for table in PUBLIC), ("mcar-50",), ranked=False),
)

IMPUTATION = Task(
    slug="imputation",
    title="Imputation",
    summary="Fill the gaps of a table whose cells are missing completely at random, at random, or because of their value.",
    version=1,
    interface=Method,
    protocol="papers.gain.imputation",
    cases={"quick": QUICK, "full": FULL},
    seeds={"quick": 5, "full": 3},
    limits={
        "quick": Limits(call_seconds=20, play_seconds=30, memory_bytes=2 << 30),
        "full": Limits(call_seconds=900, play_seconds=1000, memory_bytes=8 << 30),
    },
    metrics=(
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
            description="Full tier, labelled tables: logistic regression trained on completed rows, tested on held-out ones.",
        ),
        Metric(
            name="coefficient_bias",
            label="Coefficient bias",
            better="lower",
            digits=4,
            description="Full tier, Credit: mean absolute difference of logistic coefficients, completed against true table.",
        ),
    ),
    house=(
        House(
            slug="mean",
            title="Column mean",
            kind="control",
            summary="The observed mean of each column: skill 0.",
            expense=1,
        ),
        House(
            slug="median",
            title="Column median",
            kind="control",
            summary="The observed median of each column.",
            expense=1,
        ),
        House(
            slug="random_draw",
            title="Random draw",
            kind="control",
            summary="A random observed value of the column: must fail, with skill 1 − √2 under MCAR.",
            expense=1,
        ),
        House(slug="knn", title="KNN", kind="baseline", summary="Ten nearest rows on standardised columns.", expense=1),
        House(
            slug="iterative_ridge",
            title="Iterative ridge",
            kind="baseline",
            summary="Chained Bayesian ridge regressions, conditional mean.",
            expense=3,
        ),
        House(
            slug="mice",
            title="MICE",
            kind="baseline",
            summary="Chained Bayesian ridge regressions, one posterior draw.",
            expense=3,
        ),
        House(
            slug="soft_impute",
            title="SoftImpute",
            kind="baseline",
            summary="Soft-thresholded singular values.",
            expense=1,
        ),
        House(
            slug="missforest",
            title="MissForest",
            kind="baseline",
            summary="Chained extremely randomised trees, 20 trees, 3 rounds.",
            expense=5,
        ),
        House(slug="autoencoder", title="Auto-encoder", kind="baseline", summary="Denoising auto-encoder.", expense=6),
        House(
            slug="gain", title="GAIN (paper)", kind="method", summary="GAIN by the equations of the paper.", expense=8
        ),
        House(
            slug="gain_official",
            title="GAIN (official code)",
            kind="method",
            summary="GAIN with the eight points in which the authors' code departs from the paper.",
            expense=8,
        ),
    ),
    claims=CLAIMS,
    audits={
        "quick": (Audit(public="breast/mcar-50", twin="breast-twin/mcar-50", metric="rmse"),),
        "full": tuple(
            Audit(public=f"{table}/mcar-50", twin=f"{table}-twin/mcar-50", metric="rmse") for table in PUBLIC
        ),
    },
    contrasts={
        "quick": (
            Contrast(label="Breast: MAR − MCAR, 50 %", of="breast/mar-50", against="breast/mcar-50"),
            Contrast(label="Breast: MNAR − MCAR, 50 %", of="breast/mnar-50", against="breast/mcar-50"),
            Contrast(label="Curved: MAR − MCAR, 50 %", of="curved/mar-50", against="curved/mcar-50"),
            Contrast(label="Curved: MNAR − MCAR, 50 %", of="curved/mnar-50", against="curved/mcar-50"),
        ),
        "full": tuple(
            Contrast(
                label=f"{table.capitalize()}: MNAR − MCAR, 50 %", of=f"{table}/mnar-50", against=f"{table}/mcar-50"
            )
            for table in ("breast", "spam", "letter", "credit", "news-part", "curved")
        ),
    },
    starter="mean",
)

PAPER = Paper(
    slug="gain",
    title="GAIN: Missing Data Imputation using Generative Adversarial Nets",
    authors="Jinsung Yoon, James Jordon, Mihaela van der Schaar",
    venue="ICML 2018 (PMLR 80:5689–5698)",
    url="https://proceedings.mlr.press/v80/yoon18a.html",
    claim="A generator that imputes, against a discriminator that guesses which cells were observed, beats MICE, MissForest, "
    "matrix completion, an auto-encoder and EM in RMSE on five UCI tables with 20 % of cells missing completely at random.",
    question="Does it, and what happens to it when cells are not missing completely at random?",
    folder=Path(__file__).parent,
    tasks=(IMPUTATION,),
)
