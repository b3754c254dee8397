"""What the board measures. The first one ranks."""

from papers.metrics import Metric

ATTACKS = (
    ("fgsm", "FGSM", "One step along the sign of the cross-entropy's gradient."),
    ("pgd", "PGD", "Plain PGD on the cross-entropy, 50 steps: what a naive evaluation reports."),
    ("margin", "Margin", "PGD on the margin, two random starts."),
    ("surrogate", "BPDA", "Margin through the author's stand-in, and with the gradients of two nets of the evaluator."),
    ("eot", "EOT", "Random defences: mean gradients over as many draws as their noise asks for."),
    ("transfer", "Transfer", "Perturbations made on two nets of the evaluator."),
    ("square", "Square", "Random search over squares, 300 queries."),
    ("finite_difference", "Differences", "Steps along central differences of the margin: asks for no gradient."),
)


def fraction(name: str, label: str, better: str, description: str) -> Metric:
    return Metric(name=name, label=label, better=better, description=description)  # type: ignore[arg-type]


METRICS = (
    fraction(
        "worst_case_accuracy",
        "Robust accuracy",
        "higher",
        "Accuracy under the worst attack for each image; random defences: chosen on 10 draws, scored on 20 fresh ones.",
    ),
    fraction("robust_error", "Robust error", "lower", "1 − robust accuracy: what the audit of known digits compares."),
    fraction("clean_accuracy", "Clean", "higher", "Accuracy without attack."),
    fraction(
        "overstatement",
        "Overstated",
        "lower",
        "Accuracy under plain PGD less that under the worst attack: what a naive evaluation would have overstated.",
    ),
    fraction("claim_excess", "Claim − measured", "lower", "Claimed robust accuracy less the measured one."),
    fraction(
        "claim_refuted",
        "Refutation",
        "lower",
        "Claim less measured in units of what the images of all seeds together allow: refuted where the mean passes 1.",
    ),
    fraction("claimed", "Claimed", "context", "The robust accuracy that the author claims."),
    fraction("interval_low", "95 % low", "context", "Lower end of the interval of one play (Clopper–Pearson)."),
    fraction("interval_high", "95 % high", "context", "Upper end of the interval of one play."),
    fraction("obfuscated", "Hidden gradient", "lower", "1 where the verdict is that gradients are obfuscated."),
    fraction("shattered", "Shattered", "lower", "1 where answers stand still under small changes of the image."),
    fraction("stochastic", "Stochastic", "lower", "1 where answers change from draw to draw."),
    fraction("vanishing", "Vanishing", "lower", "1 where answers move, but the gradient is zero, not finite or wrong."),
    fraction("zero_gradient", "Zero gradients", "lower", "Share of images whose gradient is exactly zero."),
    fraction(
        "unbounded_accuracy",
        "Unbounded",
        "lower",
        "Accuracy under plain PGD in all of [0, 1]: honest gradients leave 0.",
    ),
    fraction("gradient_error", "Gradient error", "lower", "Median disagreement of gradient and differences of logits."),
    Metric(
        name="symptoms",
        label="Symptoms",
        better="lower",
        digits=1,
        description="How many of eleven symptoms are raised.",
    ),
    *(fraction(f"acc_{name}", label, "higher", text) for name, label, text in ATTACKS),
)
