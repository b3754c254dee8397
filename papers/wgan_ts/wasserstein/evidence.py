"""What is held against the board: the abstract's words on one method against another."""

from papers.evidence import Comparison, Evidence, Relation
from papers.wgan_ts.wasserstein.cases import RANKED

RIVALS = (("wgan_clip", "weight clipping"), ("wgan_gp", "gradient penalty"))
MEASURES = (("more accurate", "accuracy"), ("faster", "cpu_seconds"))

RELATIONS = (
    Relation(text="A flat potential certifies nothing", house="zero", cases=RANKED, value=0.0),
    Relation(text="A critic without a bound on its slope fails", house="unconstrained", cases=RANKED, below="wgan_gp"),
)

QUICK = Evidence(
    comparisons=(
        *(
            Comparison(
                text=f"WGAN-TS is {better} than {rival}",
                house="wgan_ts",
                than=slug,
                metric=metric,
                cases=RANKED,
                where="abstract",
                status="transcribed, unchecked",
                note="Same network, optimiser, batches and 1,500 critic steps.",
            )
            for slug, rival in RIVALS
            for better, metric in MEASURES
        ),
        Comparison(
            text="The two steps alone are more accurate than weight clipping",
            house="wgan_ts_no_reg",
            than="wgan_clip",
            metric="accuracy",
            cases=RANKED,
            where="abstract",
            status="transcribed, unchecked",
            note="Without the regulariser, which is in the authors' code but not in the abstract's two steps.",
        ),
    ),
)
