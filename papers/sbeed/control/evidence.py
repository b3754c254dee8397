"""What the paper says: it prints curves only, so a claim is an order of two methods."""

from papers.evidence import Comparison, Evidence, Status

RANDOM = ("garnet-sparse/batch-10k", "riverswim/batch-10k", "slippery-grid/batch-10k")
STATUS: Status = "transcribed, unchecked"
NOTE = "The paper's own tasks are deterministic, where the bias that the dual removes can't be seen."
DUAL = Comparison(
    text="The dual pays where transitions are random: η 1 beats η 0 (path consistency)",
    house="sbeed",
    than="sbeed_eta0",
    metric="score",
    cases=RANDOM,
    where="section on the saddle point",
    status=STATUS,
    note=NOTE,
)
QUICK = Evidence(
    comparisons=(
        DUAL,
        Comparison(
            text="It converges where semi-gradient learning diverges",
            house="sbeed",
            than="soft_q",
            metric="diverged",
            cases=("baird/batch-10k",),
            where="theorem on convergence",
            status=STATUS,
        ),
        Comparison(
            text="More steps help on the pendulum: k 10 beats k 1",
            house="sbeed",
            than="sbeed_k1",
            metric="score",
            cases=("pendulum/30k",),
            where="Figure 1",
            status=STATUS,
            note="The paper's λ, η and k are not printed; ours were chosen anew.",
        ),
    ),
)
FULL = Evidence(comparisons=(DUAL,))
