"""What becomes of accuracies, the claim and the symptoms: the board's scores."""

from scipy.special import betaincinv
from torch import Tensor

from papers.obfuscated_gradients.defence import symptoms
from papers.task import Scores

QUANTILE = 1.96  # one side of a 95 % interval
KINDS = ("shattered", "stochastic", "vanishing")


def scores_of_audit(clean: float, worst_case: float) -> Scores:
    """What is compared between digits that are drawn and those that anybody has."""
    return {"worst_case_accuracy": worst_case, "clean_accuracy": clean, "robust_error": 1 - worst_case}


def scores_of_attacks(accuracy: dict[str, float], worst_case: float) -> Scores:
    """accuracy: by attack, and "clean"; worst_case: under the worst attack for each image."""
    each = {f"acc_{name}": value for name, value in accuracy.items() if name != "clean"}
    return {
        **scores_of_audit(accuracy["clean"], worst_case),
        "overstatement": accuracy["pgd"] - worst_case,
        **each,
    }


def scores_of_claim(claim: float, share: Tensor, *, seeds: int) -> Scores:
    """This play's 95 % interval, and what becomes of the claim by the images of all seeds.

    Refuted means that the mean over the seeds passes 1: claim less measured is then more than QUANTILE standard errors that
    a true claim has over so many images.
    """
    n, k = len(share), float(share.sum())
    low, high = interval(k, n)
    scores = {"interval_low": low, "interval_high": high}
    if claim > 0:
        pooled = seeds * n
        claimed = min(claim, 1 - 1 / pooled)
        allowed = QUANTILE * (claimed * (1 - claimed) / pooled) ** 0.5
        scores |= {"claimed": claim, "claim_excess": claim - k / n, "claim_refuted": (claim - k / n) / allowed}
    return scores


def interval(right: float, images: int) -> tuple[float, float]:
    """The 95 % interval of a share (Clopper-Pearson)."""
    low = float(betaincinv(right, images - right + 1, 0.025)) if right > 0 else 0.0
    high = float(betaincinv(right + 1, images - right, 0.975)) if right < images else 1.0
    return low, high


def scores_of_symptoms(strength: dict[str, float]) -> Scores:
    """The verdict, and the strengths that pages show. strength: by symptom."""
    kind = symptoms.verdict(strength)
    return {
        "zero_gradient": strength["zero gradients"],
        "unbounded_accuracy": strength["unbounded attack fails"],
        "gradient_error": strength["gradient against differences"],
        "symptoms": float(len(symptoms.raised_symptoms(strength))),
        "obfuscated": float(kind != "none"),
        **{name: float(kind == name) for name in KINDS},
    }
