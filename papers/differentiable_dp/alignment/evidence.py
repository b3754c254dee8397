"""What the paper says of alignment, as comparisons of house methods. Its audio is not here; its table stands in no column."""

from papers.evidence import Comparison, Evidence

QUICK = Evidence(
    comparisons=(
        Comparison(
            text="Smoothed DTW aligns better than hard DTW",
            house="soft_dtw_metric",
            than="hard_dtw_metric",
            metric="normalised_error",
            cases=("warp/noise3", "warp/metric"),
            where="section on audio-to-score alignment",
            status="transcribed, unchecked",
            note="The paper compares training end to end on Bach10 recordings, other data.",
        ),
        Comparison(
            text="A learnt cost aligns better than a given one",
            house="soft_dtw_metric",
            than="soft_dtw",
            metric="normalised_error",
            cases=("warp/metric",),
            where="section on audio-to-score alignment",
            status="transcribed, unchecked",
        ),
    ),
)
