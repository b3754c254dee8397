"""The card of the defence board."""

from typing import Protocol

import numpy as np

from papers.task import Bracket, Case, Comparison, Flag, Heatmap, House, Limits, Metric, Overlay, Task


class Method(Protocol):
    """Defends one classifier. `papers.obfuscated_gradients.kit.Defence` derives the calls from a torch module.

    Answers may depend on the image and on draw only: the same question, among others and later, must get the same answer.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness in fit. device: "cpu" or "cuda"."""

    def fit(self, x: np.ndarray, y: np.ndarray, norm: str, eps: float) -> float:
        """Train, and state a claim about the threat model.

        x: (n, C, H, W) float32 in [0, 1]; y: (n,) int64; norm, eps: "linf" or "l2" and the radius of the attacks to come.
        Returns the robust accuracy that you claim under any attack within that ball, in [0, 1]; 0 is no claim.
        """

    def logits(self, x: np.ndarray, draw: int) -> np.ndarray:
        """Answer images: (n, C, H, W) float32 to (n, K) float32, finite. All randomness comes from draw."""

    def gradient(self, x: np.ndarray, v: np.ndarray, draw: int) -> np.ndarray:
        """The gradient d/dx sum(v * logits(x, draw)) as autograd gives it: v (n, K) float32, the answer like x."""

    def surrogate_gradient(self, x: np.ndarray, v: np.ndarray, draw: int) -> np.ndarray:
        """The same with your own smooth stand-ins for what hides gradients (BPDA); equal to gradient where all is smooth."""


def case(data: str, norm: str, radius: str, eps: float, images: int) -> Case:
    return Case(name=f"{data}/{norm}-{radius}", params={"data": data, "norm": norm, "eps": eps, "images": images})


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


def house(slug: str, title: str, kind: str, summary: str, expense: int = 6) -> House:
    return House(slug=slug, title=title, kind=kind, summary=summary, expense=expense)  # type: ignore[arg-type]


DEFENCE = Task(
    slug="defence",
    title="Defences under every attack",
    summary="Train a classifier that stays right within a small ball, and say how robust it is. Every defence meets the "
    "same attacks, white-box and black-box, and is asked whether it hides its gradient.",
    version=1,
    interface=Method,
    protocol="papers.obfuscated_gradients.defence",
    kit="papers.obfuscated_gradients.kit",
    cases={
        "quick": (case("digits", "linf", "0.2", 0.2, 50),),
        "full": (
            case("mnist", "linf", "0.3", 0.3, 200),
            case("mnist", "linf", "0.1", 0.1, 200),
            case("cifar-jpegcopy", "linf", "8-255", 8 / 255, 200),
            case("cifar-jpegcopy", "l2", "0.5", 0.5, 200),
        ),
    },
    seeds={"quick": 5, "full": 3},
    limits={
        "quick": Limits(call_seconds=60, play_seconds=240, memory_bytes=2 << 30),
        "full": Limits(call_seconds=1200, play_seconds=3600, memory_bytes=8 << 30),
    },
    metrics=(
        fraction(
            "worst_case_accuracy",
            "Robust accuracy",
            "higher",
            "Accuracy under the worst attack for each image; random defences: chosen on 10 draws, scored on 20 fresh ones.",
        ),
        fraction("clean_accuracy", "Clean", "higher", "Accuracy without attack."),
        fraction(
            "overstatement",
            "Overstated",
            "lower",
            "Accuracy under plain PGD less that under the worst attack: what a naive evaluation would have overstated.",
        ),
        fraction("claim_excess", "Claim − measured", "lower", "Claimed robust accuracy less the measured one."),
        fraction(
            "claim_refuted", "Refuted", "lower", "1 where the claim lies above the measured accuracy's 95 % interval."
        ),
        fraction("claimed", "Claimed", "context", "The robust accuracy that the author claims."),
        fraction("interval_low", "95 % low", "context", "Lower end of the interval of one play (Clopper–Pearson)."),
        fraction("interval_high", "95 % high", "context", "Upper end of the interval of one play."),
        fraction("obfuscated", "Hidden gradient", "lower", "1 where the verdict is that gradients are obfuscated."),
        fraction("shattered", "Shattered", "lower", "1 where answers stand still under small changes of the image."),
        fraction("stochastic", "Stochastic", "lower", "1 where answers change from draw to draw."),
        fraction(
            "vanishing", "Vanishing", "lower", "1 where answers move, but the gradient is zero, not finite or wrong."
        ),
        fraction("zero_gradient", "Zero gradients", "lower", "Share of images whose gradient is exactly zero."),
        fraction(
            "unbounded_accuracy",
            "Unbounded",
            "lower",
            "Accuracy under plain PGD in all of [0, 1]: honest gradients leave 0.",
        ),
        fraction(
            "gradient_error", "Gradient error", "lower", "Median disagreement of gradient and differences of logits."
        ),
        Metric(
            name="symptoms",
            label="Symptoms",
            better="lower",
            digits=1,
            description="How many of eleven symptoms are raised.",
        ),
        *(fraction(f"acc_{name}", label, "higher", text) for name, label, text in ATTACKS),
    ),
    house=(
        house("constant", "Constant answer", "control", "Always the same class: robust, and right one time in ten.", 4),
        house("undefended", "No defence", "control", "An ordinary net: must fall.", 5),
        house("adversarial_training", "Adversarial training", "method", "Trained on PGD: must stand.", 7),
        house("trades", "TRADES", "method", "Clean cross-entropy plus the divergence to attacked answers.", 8),
        house("smoothing", "Randomised smoothing", "method", "Mean answer over Gaussian noise, trained on it.", 9),
        house("rounding", "Rounded input", "control", "Four grey levels: shattered; must fall."),
        house("thermometer_code", "Thermometer code", "control", "Eight levels: shattered; must fall."),
        house("noisy_crop", "Noise and crops", "control", "Stochastic; must fall."),
        house("scaled_logits", "Logits × 300", "control", "Vanishing; must fall."),
        house("labels_only", "Labels only", "control", "One-hot answers: shattered; must fall."),
        house(
            "decoder_projection", "Projection on a decoder", "control", "An optimisation loop: vanishing; must fall."
        ),
    ),
    comparisons=(
        *(
            Comparison(
                text=f"Adversarial training stands, {label} does not",
                house="adversarial_training",
                than=slug,
                metric="worst_case_accuracy",
                cases=("digits/linf-0.2",),
                where="section 5",
                status="checked",
            )
            for slug, label in (
                ("rounding", "rounding"),
                ("thermometer_code", "a thermometer code"),
                ("noisy_crop", "noise"),
            )
        ),
    ),
    flags=(
        Flag(
            label="shattered gradients", metric="shattered", above=0.5, text="Answers stand still under small changes."
        ),
        Flag(label="stochastic gradients", metric="stochastic", above=0.5, text="Answers change from draw to draw."),
        Flag(
            label="vanishing gradients",
            metric="vanishing",
            above=0.5,
            text="Answers move, and the gradient does not say so.",
        ),
        Flag(
            label="overstated",
            metric="overstatement",
            above=0.25,
            text="Plain PGD would have overstated it by as much.",
        ),
        Flag(
            label="claim refuted",
            metric="claim_refuted",
            above=0.5,
            text="Measured clearly below what its author claims.",
        ),
    ),
    figures=(
        Heatmap(title="Symptoms raised", metric="symptoms", note="Of eleven; an honest gradient raises none or one."),
        Overlay(
            title="Accuracy against steps of plain PGD",
            curve="Accuracy against steps",
            series="pgd",
            x_label="step",
            y_label="accuracy",
            note="One seed. Flat and high: the attack sees no gradient.",
        ),
        Overlay(
            title="Accuracy over eps under plain PGD",
            curve="Robust accuracy over eps",
            series="plain PGD",
            x_label="radius, in eps of the case",
            y_label="accuracy",
        ),
        Bracket(
            title="Claimed and measured robust accuracy",
            low="interval_low",
            value="worst_case_accuracy",
            high="interval_high",
            truth="claimed",
            note="A claim above the interval is refuted.",
        ),
    ),
    file_bytes=64 << 10,  # no packed weights
    starter="undefended",
)
