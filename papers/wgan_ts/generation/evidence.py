"""What is held against the board's measurements."""

from papers.evidence import Comparison, Evidence

TRAINED = "Same networks and batches, 600 generator steps with 5 critic steps each."


COMPARISONS = tuple(
    Comparison(
        text=f"WGAN-TS trains a better generator than {rival} at equal work",
        house="gan_ts",
        than=than,
        metric="excess",
        cases=("ring", "grid", "roll", "digits"),
        where="abstract",
        status="transcribed, unchecked",
        note=TRAINED,
    )
    for than, rival in (("gan_clip", "weight clipping"), ("gan_gp", "gradient penalty"))
)
QUICK = Evidence(comparisons=COMPARISONS)
