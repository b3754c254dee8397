"""What is held against the board: of the nine defences that the paper attacks, adversarial training stands."""

from papers.evidence import Audit, Comparison, Evidence, Relation
from papers.obfuscated_gradients.defence.cases import DIGITS, PUBLIC

FALLING = (("rounding", "rounding"), ("thermometer_code", "a thermometer code"), ("noisy_crop", "noise"))

RELATIONS = (
    Relation(text="An ordinary net falls", house="undefended", below="adversarial_training"),
    Relation(text="A constant answer is right one time in ten", house="constant", below="adversarial_training"),
    Relation(text="Loud logits hide their gradient", house="scaled_logits", flag="vanishing gradients"),
    Relation(text="One-hot answers stand still", house="labels_only", flag="shattered gradients"),
)

QUICK = Evidence(
    comparisons=tuple(
        Comparison(
            text=f"Adversarial training stands, {label} does not",
            house="adversarial_training",
            than=slug,
            metric="worst_case_accuracy",
            cases=(DIGITS.name,),
            where="section 5",
            status="checked",
        )
        for slug, label in FALLING
    ),
    audits=(Audit(public=(PUBLIC.name,), twin=DIGITS.name, metric="robust_error"),),
)
