"""What is held against the board: what the paper says of its attacks on each kind of hidden gradient."""

from papers.evidence import Comparison, Evidence, Relation
from papers.obfuscated_gradients.attack.cases import HIDING

SHATTERED = ("quantised/linf-0.2", "thermometer/linf-0.2", "argmax/linf-0.2")
RANDOM = ("noisy/linf-0.2", "pruned/linf-0.2")
# text, method, than whom it leaves less standing, on which cases, where the paper says so, note
CLAIMS = (
    (
        "The paper's attack breaks what plain PGD leaves standing",
        "bpda_eot",
        "pgd",
        tuple(case.name for case in HIDING),
        "abstract",
        "Seven victims that hide their gradient.",
    ),
    ("BPDA breaks shattered gradients", "bpda", "pgd", SHATTERED, "section 4.1", ""),
    (
        "EOT breaks stochastic gradients better than as many steps along single draws do",
        "eot",
        "pgd_long",
        RANDOM,
        "section 4.2",
        "Both take 1,000 gradients of the margin; plain PGD has 50, and the difference to it is mostly that.",
    ),
    ("Reparameterisation breaks optimisation loops", "latent", "pgd", ("projection/linf-0.2",), "section 4.3", ""),
)

RELATIONS = (
    Relation(text="Who changes nothing breaks nothing", house="identity", below="fgsm"),
    Relation(text="A random corner is no attack", house="random_sign", below="pgd"),
)

QUICK = Evidence(
    comparisons=tuple(
        Comparison(
            text=text,
            house=house,
            than=than,
            metric="robust_accuracy",
            cases=cases,
            where=where,
            status="checked",
            note=note,
        )
        for text, house, than, cases, where, note in CLAIMS
    ),
)
