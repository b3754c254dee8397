"""What is held against the board: what the paper says of its attacks on each kind of hidden gradient."""

from papers.evidence import Claim, Comparison, Evidence, Relation
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
        "Both take 1,000 gradients of the margin; plain PGD has 50 at most, and the difference to it is mostly that.",
    ),
    ("Reparameterisation breaks optimisation loops", "latent", "pgd", ("projection/linf-0.2",), "section 4.3", ""),
)
# Table 1: defence, what is attacked and within which ball, accuracy left, the case whose victim is its nearest kin here
TABLE_1 = (
    ("Thermometer code", "CIFAR-10, L∞ .031", 0.0, "cifar-jpegcopy-thermometer16/linf-8-255"),
    ("LID", "CIFAR-10, L∞ .031", 0.05, ""),
    ("Input transformations", "ImageNet, L2 .05", 0.0, "cifar-jpegcopy-jpeg/linf-8-255"),
    ("Stochastic activation pruning", "CIFAR-10, L∞ .031", 0.0, "cifar-jpegcopy-prune/linf-8-255"),
    ("Randomised resizing and padding", "ImageNet, L∞ .031", 0.0, "cifar-jpegcopy-resize-pad/linf-8-255"),
    ("PixelDefend", "CIFAR-10, L∞ .031", 0.09, ""),
    ("Defense-GAN", "MNIST, L2 .005", 0.55, "mnist-projection/l2-1.5"),
    ("Adversarial training", "CIFAR-10, L∞ .031", 0.47, "cifar-jpegcopy-adversarial/linf-8-255"),
    ("Cascade adversarial training", "CIFAR-10, L∞ .015", 0.15, ""),
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
FULL = Evidence(
    claims=tuple(
        Claim(
            method=defence,
            case=case,
            metric="robust_accuracy",
            value=value,
            where="Table 1",
            status="checked",
            house="bpda_eot" if case else None,
            note=f"On {setting}. "
            + ("Beside it a small net of the same kind." if case else "No such victim here: it is not built."),
        )
        for defence, setting, value, case in TABLE_1
    ),
)
