"""What is held against the board: order claims of the paper, and its numbers on other images."""

from papers.evidence import Claim, Comparison, Evidence

OTHER = "other data: CelebA in colour, hundreds of thousands of faces"
# pixels, and the squared error of kNN, GP and CNP (Table 1)
RANDOM = ((10, (0.215, 0.247, 0.039)), (100, (0.052, 0.137, 0.016)), (1000, (0.007, 0.001, 0.009)))
ORDERED = ((10, (0.370, 0.257, 0.057)), (100, (0.273, 0.172, 0.047)), (1000, (0.007, 0.002, 0.021)))
METHODS = (("kNN", "knn"), ("GP", "gp_fitted"), ("CNP", "cnp_paper"))


def table_1() -> tuple[Claim, ...]:
    return tuple(
        Claim(
            method=method,
            case="images/faces",
            metric=f"mse_{order}_{pixels}",
            value=values[index],
            where="Table 1",
            status="transcribed, unchecked",
            house=house,
            note=OTHER,
        )
        for order, rows in (("random", RANDOM), ("ordered", ORDERED))
        for pixels, values in rows
        for index, (method, house) in enumerate(METHODS)
    )


def linear() -> tuple[Claim, ...]:
    """O(n + m), as exponents. Without a verdict: a call's fixed cost takes off what nobody knows; the comparison below judges."""
    return tuple(
        Claim(
            method="CNP",
            case="curves/rbf",
            metric=metric,
            value=1.0,
            where="abstract",
            status="transcribed, unchecked",
            house="cnp_paper",
            note=f"O(n + m): linear in the {what}; the fixed cost of a call takes something off",
        )
        for metric, what in (("growth_context", "context"), ("growth_targets", "targets"))
    )


def before(
    text: str, house: str, than: str, metric: str, case: str, where: str = "Table 1", note: str = ""
) -> Comparison:
    return Comparison(
        text=text,
        house=house,
        than=than,
        metric=metric,
        cases=(case,),
        where=where,
        status="transcribed, unchecked",
        note=note,
    )


def few_pixels(case: str) -> tuple[Comparison, ...]:
    """The order of Table 1 where ten pixels are seen."""
    return tuple(
        before(
            f"From ten {order} pixels a CNP completes images better than {name}",
            "cnp_paper",
            than,
            f"mse_{order}_10",
            case,
            note="other images",
        )
        for order in ("random", "ordered")
        for name, than in (("nearest neighbours", "knn"), ("a Gaussian process", "gp_fitted"))
    )


HANDFUL = (
    before(
        "Accurate after a handful of points: from five it is ahead of knowing none",
        "cnp_paper",
        "prior",
        "excess_n5",
        "curves/rbf",
        where="abstract",
    ),
    before(
        "Yet scales: its cost grows more slowly with the context than a Gaussian process's",
        "cnp_paper",
        "gp_fitted",
        "growth_context",
        "curves/rbf",
        where="abstract",
    ),
)
QUICK = Evidence(claims=linear(), comparisons=(*HANDFUL, *few_pixels("images/digits")))
FULL = Evidence(
    claims=(*linear(), *table_1()),
    comparisons=(
        *HANDFUL,
        *few_pixels("images/faces"),
        *few_pixels("images/mnist"),
        before(
            "From 1,000 random pixels a Gaussian process is ahead of a CNP",
            "gp_fitted",
            "cnp_paper",
            "mse_random_1000",
            "images/faces",
            note="other images",
        ),
    ),
)
