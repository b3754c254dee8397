"""The card of the attack board."""

from typing import Protocol

import numpy as np

from papers.task import Case, Comparison, Heatmap, House, Limits, Metric, Overlay, Task


class Method(Protocol):
    """Attacks one victim whose weights are public. Every case and seed meets a fresh process."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness. device: "cpu" or "cuda"."""

    def attack(
        self, victim: str, weights: np.ndarray, x: np.ndarray, y: np.ndarray, norm: str, eps: float
    ) -> np.ndarray:
        """Perturb images so that the victim errs.

        victim, weights: a name and (p,) float32; `papers.obfuscated_gradients.kit.build(victim, weights, device)` makes the
        live torch victim of them: victim(x, generator=None) gives logits (n, 10), with autograd exactly as the defence leaves
        it; victim.stages are its parts, each with kind "smooth", "shattered", "random" or "loop".
        x: (n, C, H, W) float32 in [0, 1]; y: (n,) int64, the true labels; norm: "linf" or "l2"; eps: the radius, in units of x.
        Returns (n, C, H, W) float32 in [0, 1], each image within eps of the given one; others count as not attacked.
        """


def cases(images: int, rows: tuple[tuple[str, str, str, str, float, str], ...]) -> tuple[Case, ...]:
    """Cases named "victim/norm-radius"."""
    return tuple(
        Case(
            name=f"{victim}/{norm}-{radius}",
            params={"victim": victim, "data": data, "norm": norm, "eps": eps, "images": images, "hides": hides},
        )
        for victim, data, norm, radius, eps, hides in rows
    )


QUICK = cases(
    50,
    (
        ("linear", "digits", "linf", "0.1", 0.1, "nothing"),
        ("plain", "digits", "linf", "0.2", 0.2, "nothing"),
        ("adversarial", "digits", "linf", "0.2", 0.2, "nothing"),
        ("quantised", "digits", "linf", "0.2", 0.2, "shattered"),
        ("thermometer", "digits", "linf", "0.2", 0.2, "shattered"),
        ("argmax", "digits", "linf", "0.2", 0.2, "shattered"),
        ("noisy", "digits", "linf", "0.2", 0.2, "stochastic"),
        ("pruned", "digits", "linf", "0.2", 0.2, "stochastic"),
        ("saturated", "digits", "linf", "0.2", 0.2, "vanishing"),
        ("projection", "digits", "linf", "0.2", 0.2, "vanishing"),
    ),
)
FULL = cases(
    250,
    (
        ("mnist-plain", "mnist", "linf", "0.3", 0.3, "nothing"),
        ("mnist-adversarial", "mnist", "linf", "0.3", 0.3, "nothing"),
        ("mnist-certified", "mnist", "linf", "0.1", 0.1, "nothing"),
        ("mnist-quantised", "mnist", "linf", "0.3", 0.3, "shattered"),
        ("mnist-thermometer16", "mnist", "linf", "0.3", 0.3, "shattered"),
        ("mnist-jpeg", "mnist", "linf", "0.3", 0.3, "shattered"),
        ("mnist-resize-pad", "mnist", "linf", "0.3", 0.3, "stochastic"),
        ("mnist-projection", "mnist", "linf", "0.3", 0.3, "vanishing"),
        ("mnist-projection", "mnist", "l2", "1.5", 1.5, "vanishing"),
        ("fashion-certified", "fashion", "linf", "0.1", 0.1, "nothing"),
        *(
            (f"cifar-jpegcopy-{victim}", "cifar-jpegcopy", "linf", "8-255", 8 / 255, hides)
            for victim, hides in (
                ("plain", "nothing"),
                ("adversarial", "nothing"),
                ("thermometer16", "shattered"),
                ("bitdepth3", "shattered"),
                ("jpeg", "shattered"),
                ("resize-pad", "stochastic"),
                ("prune", "stochastic"),
            )
        ),
    ),
)
HIDING = tuple(
    f"{victim}/linf-0.2"
    for victim in ("quantised", "thermometer", "argmax", "noisy", "pruned", "saturated", "projection")
)

ATTACK = Task(
    slug="attack",
    title="Attacks on hidden gradients",
    summary="Perturb images within a small ball so that a victim errs: undefended, adversarially trained, or with a gradient that "
    "is shattered, random or vanishing.",
    version=2,
    interface=Method,
    protocol="papers.obfuscated_gradients.attack",
    kit="papers.obfuscated_gradients.kit",
    cases={"quick": QUICK, "full": FULL},
    seeds={"quick": 5, "full": 3},
    limits={
        "quick": Limits(call_seconds=40, play_seconds=240, memory_bytes=2 << 30),
        "full": Limits(call_seconds=600, play_seconds=3600, memory_bytes=8 << 30),
    },
    metrics=(
        Metric(
            name="robust_accuracy",
            label="Robust accuracy",
            better="lower",
            description="Share of the attacked images that the evaluator's own victim still classifies rightly, over 20 "
            "fresh draws where it is random.",
        ),
        Metric(
            name="attack_success",
            label="Success",
            better="higher",
            description="Of the images that are right without attack, the share made wrong.",
        ),
        Metric(
            name="violations",
            label="Violations",
            better="lower",
            description="Share of answers outside the ball or [0, 1]: they count as not attacked.",
        ),
        Metric(
            name="gap_to_exact",
            label="Gap to exact",
            better="lower",
            description="Linear victim only: robust accuracy less the least that any attack can leave, which is known exactly.",
        ),
        Metric(
            name="distance",
            label="Distance",
            better="context",
            unit="eps",
            description="Mean norm of the successful perturbations, in eps.",
        ),
        Metric(
            name="clean_accuracy",
            label="Clean accuracy",
            better="context",
            is_limit=True,
            description="Accuracy of the victim on the same images without attack.",
        ),
    ),
    house=(
        House(
            slug="identity", title="No attack", kind="control", summary="Changes nothing: the clean accuracy is left."
        ),
        House(
            slug="random_sign",
            title="Random corner",
            kind="control",
            summary="A random corner of the ball: must fail.",
        ),
        House(slug="fgsm", title="FGSM", kind="baseline", summary="One step along the sign of the gradient."),
        House(slug="pgd", title="PGD", kind="baseline", summary="Cross-entropy, 50 steps.", expense=2),
        House(
            slug="pgd_margin",
            title="PGD, margin",
            kind="baseline",
            summary="The margin, which can't saturate.",
            expense=2,
        ),
        House(
            slug="pgd_targets",
            title="PGD, every class",
            kind="baseline",
            summary="The margin to each other class in turn: exact on the linear victim.",
            expense=4,
        ),
        House(
            slug="transfer", title="Transfer", kind="baseline", summary="Attacks another net, asks nothing.", expense=2
        ),
        House(
            slug="square", title="Square", kind="baseline", summary="Random search on logits, 300 queries.", expense=3
        ),
        House(
            slug="finite_difference",
            title="Finite differences",
            kind="baseline",
            summary="Steps along central differences of the margin: asks for no gradient.",
            expense=8,
        ),
        House(
            slug="bpda",
            title="BPDA",
            kind="method",
            summary="True forward pass, smooth stand-ins in the backward pass.",
            expense=3,
        ),
        House(slug="eot", title="EOT", kind="method", summary="Mean gradient over 20 fresh draws.", expense=4),
        House(
            slug="bpda_eot",
            title="BPDA + EOT (paper)",
            kind="method",
            summary="Both, chosen by what the victim's stages do.",
            expense=5,
        ),
        House(
            slug="latent",
            title="Reparameterisation",
            kind="method",
            summary="Attacks the code of a projecting defence; PGD elsewhere.",
            expense=3,
        ),
        House(
            slug="adaptive",
            title="Adaptive combination",
            kind="method",
            summary="All that fits the victim, the worst per image.",
            expense=9,
        ),
    ),
    comparisons=(
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
    ),
    figures=(
        Heatmap(
            title="Robust accuracy: attack × victim",
            metric="robust_accuracy",
            note="Dark where the victim still stands. Hidden gradients look robust to PGD and fall to the attack made for them.",
        ),
        Overlay(
            title="Robust accuracy over eps",
            curve="Robust accuracy over eps",
            series="robust accuracy",
            x_label="radius, in eps of the case",
            y_label="robust accuracy",
            note="Mean over the victims, on images that are not scored: one seed. A curve that stays up at any eps is the attack's "
            "failure, not the victim's strength.",
        ),
    ),
    starter="pgd",
)
