"""What the paper says."""

from papers.evidence import Claim, Comparison, Evidence

QUICK = Evidence(
    claims=(
        Claim(
            method="Exact",
            case="small",
            metric="error",
            value=0.0,
            where="Table 1",
            status="checked",
            house="exact",
            tolerance=1e-9,
        ),
    ),
    comparisons=(
        Comparison(
            text="Doubling beats doing nothing",
            house="exact",
            than="identity",
            metric="error",
            cases=("small", "large"),
            where="abstract",
            status="checked",
        ),
    ),
)
