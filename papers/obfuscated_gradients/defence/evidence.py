"""What is held against the board's measurements."""

from papers.evidence import Comparison, Evidence

COMPARISONS = (
    *(
        Comparison(
            text=f"Adversarial training stands, {label} does not",
            house="adversarial_training",
            than=slug,
            metric="worst_case_accuracy",
            cases=("digits/linf-0.2",),
            where="section 5",
            status="checked",
        )
        for slug, label in (
            ("rounding", "rounding"),
            ("thermometer_code", "a thermometer code"),
            ("noisy_crop", "noise"),
        )
    ),
)
QUICK = Evidence(comparisons=COMPARISONS)
