"""What is held against the board: of the nine defences that the paper attacks, adversarial training stands."""

from papers.evidence import Comparison, Evidence
from papers.obfuscated_gradients.defence.cases import QUICK as CASES

FALLING = (("rounding", "rounding"), ("thermometer_code", "a thermometer code"), ("noisy_crop", "noise"))

QUICK = Evidence(
    comparisons=tuple(
        Comparison(
            text=f"Adversarial training stands, {label} does not",
            house="adversarial_training",
            than=slug,
            metric="worst_case_accuracy",
            cases=tuple(case.name for case in CASES),
            where="section 5",
            status="checked",
        )
        for slug, label in FALLING
    ),
)
