"""What is held against the board: the abstract's words on one method against another."""

from papers.evidence import Comparison, Evidence, Relation
from papers.wgan_ts.wasserstein.cases import RANKED

RIVALS = (("wgan_clip", "weight clipping"), ("wgan_gp", "gradient penalty"))
METHODS = (("WGAN-TS", "wgan_ts"), ("The two steps alone", "wgan_ts_no_reg"))
MEASURES = (
    ("{} computes a distance nearer to the truth than {}", "estimate_error"),
    ("{} certifies more by its potential than {}", "accuracy"),
    ("{} is faster than {}", "cpu_seconds"),
)

RELATIONS = (
    Relation(text="A flat potential certifies nothing", house="zero", cases=RANKED, value=0.0),
    Relation(text="Distances alone certify nothing", house="mean_distance", cases=RANKED, value=0.0),
    Relation(text="A number without a potential certifies nothing", house="minibatch", cases=RANKED, value=0.0),
    Relation(
        text="Transport between given samples is exact", house="exact_lp", cases=("empirical-l1/n1000-d2",), value=1.0
    ),
    Relation(text="A critic without a bound on its slope fails", house="unconstrained", cases=RANKED, below="wgan_gp"),
)

QUICK = Evidence(
    comparisons=tuple(
        Comparison(
            text=text.format(name, rival),
            house=house,
            than=than,
            metric=metric,
            cases=RANKED,
            where="abstract",
            status="transcribed, unchecked",
            note="Same network, optimiser, batches and 1,500 critic steps. The regulariser is in the authors' code, not in the "
            "abstract's two steps.",
        )
        for text, metric in MEASURES
        for name, house in METHODS
        for than, rival in RIVALS
    ),
)
