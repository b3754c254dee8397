"""What is held against the board: the abstract's words on training generators."""

from papers.evidence import Audit, Comparison, Evidence, Relation
from papers.wgan_ts.generation.cases import QUICK as CASES

RIVALS = (("gan_clip", "weight clipping"), ("gan_gp", "gradient penalty"))

RELATIONS = (
    Relation(text="One point is no sample", house="mean_point", below="gaussian"),
    Relation(text="Replayed training points are copies", house="bootstrap", flag="copies training data"),
)

QUICK = Evidence(
    comparisons=tuple(
        Comparison(
            text=f"WGAN-TS trains a better generator than {rival} at equal work",
            house="gan_ts",
            than=slug,
            metric="fidelity",
            cases=tuple(case.name for case in CASES if case.ranked),
            where="abstract",
            status="transcribed, unchecked",
            note="Same networks and batches, 600 generator steps with 5 critic steps each.",
        )
        for slug, rival in RIVALS
    ),
    audits=(Audit(public=("public-digits",), twin="digits", metric="w1_over_floor"),),
)
