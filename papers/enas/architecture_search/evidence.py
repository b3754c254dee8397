"""What papers say of these methods, as comparisons of house methods. Imports no torch.

The numbers that they printed are test errors of networks trained at full size; no case of this board measures those, so they
stand in the README and not beside measurements. The exception is NAS-Bench-201's number for ENAS, whose weights are shared there.
"""

from papers.enas.architecture_search.cases import NB201
from papers.evidence import Audit, Claim, Comparison, Evidence, Relation

SHARING = ("digits/cell4-raced", "digits/cell4-public")
COMPARISONS = (
    Comparison(
        text="ENAS beats guided random search in its own space: the controller matters",
        house="enas",
        than="rsws",
        metric="regret",
        cases=SHARING,
        where="ablation",
        status="transcribed, unchecked",
        note="The paper: 4.23 against 5.86 % (macro) and 3.54 against 6.77 % (micro) test error on CIFAR-10.",
    ),
    Comparison(
        text="For the same hours, shared weights find better cells than the same kind of controller with full trainings",
        house="enas",
        than="reinforce",
        metric="regret",
        cases=SHARING,
        where="abstract: 1,000 times less GPU time",
        status="checked",
        note="What is claimed there is a ratio of costs at about the same quality; here the cost is the same and quality is asked.",
    ),
    Comparison(
        text="Regularised evolution beats random search on NAS-Bench-201, CIFAR-10",
        house="regularised_evolution",
        than="random_search",
        metric="regret",
        cases=("nb201/cifar10-plain",),
        where="Dong and Yang (ICLR 2020), results table",
        status="transcribed, unchecked",
        note="Their test accuracies: 93.92 against 93.70 %. The table here holds validation accuracies.",
    ),
)

CLAIMS = (
    Claim(
        method="ENAS",
        case="nb201/cifar10-shared",
        metric="regret",
        value=40.07,
        where="Dong and Yang (ICLR 2020), results table",
        status="transcribed, unchecked",
        house="enas",
        note="Test accuracies, 54.30 against the best cell's 94.37 %. Not measured here so far: training shared weights on "
        "CIFAR-10 takes a GPU, and none was at hand.",
    ),
)
AUDITS = (
    *(Audit(public=(f"nb201/{data}-plain",), twin=f"nb201/{data}", metric="regret_auc") for data in NB201),
    Audit(public=("digits/cell4-public",), twin="digits/cell4-raced", metric="regret_auc"),
)
RELATIONS = (
    Relation(text="The optimum is known by enumeration", house="optimum", value=0.0),
    Relation(text="A random cell costs no search", house="random_cell", below="random_search"),
    Relation(text="One operation on every edge is no search either", house="uniform_cell", below="random_search"),
    Relation(
        text="Weights that nobody trained tell nothing",
        house="untrained_supernet",
        cases=("digits/cell4-raced",),
        below="rsws",
    ),
    Relation(text="Who knows the public table is flagged", house="table_reader", flag="looked up"),
)

QUICK = Evidence(comparisons=COMPARISONS, audits=AUDITS)
FULL = Evidence(claims=CLAIMS, audits=AUDITS)
