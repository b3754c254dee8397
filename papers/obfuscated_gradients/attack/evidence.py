"""What is held against the board's measurements."""

from papers.evidence import Comparison, Evidence
from papers.obfuscated_gradients.attack.cases import HIDING

COMPARISONS = (
    Comparison(
        text="The paper's attack breaks what plain PGD leaves standing",
        house="bpda_eot",
        than="pgd",
        metric="robust_accuracy",
        cases=HIDING,
        where="abstract",
        status="checked",
        note="Seven victims that hide their gradient.",
    ),
    Comparison(
        text="BPDA breaks shattered gradients",
        house="bpda",
        than="pgd",
        metric="robust_accuracy",
        cases=("quantised/linf-0.2", "thermometer/linf-0.2", "argmax/linf-0.2"),
        where="section 4.1",
        status="checked",
    ),
    Comparison(
        text="EOT breaks stochastic gradients",
        house="eot",
        than="pgd",
        metric="robust_accuracy",
        cases=("noisy/linf-0.2", "pruned/linf-0.2"),
        where="section 4.2",
        status="checked",
    ),
    Comparison(
        text="Reparameterisation breaks optimisation loops",
        house="latent",
        than="pgd",
        metric="robust_accuracy",
        cases=("projection/linf-0.2",),
        where="section 4.3",
        status="checked",
    ),
)
QUICK = Evidence(comparisons=COMPARISONS)
