"""What is held against the board's measurements."""

from papers.evidence import Comparison, Evidence

COMPARISONS = (
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
)
QUICK = Evidence(comparisons=COMPARISONS)
