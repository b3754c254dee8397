"""What the board measures. The first one ranks."""

from papers.conditional_neural_processes.few_shot_functions.cases import FULL, QUICK
from papers.metrics import Metric

CONTEXTS = sorted({n for case in (*QUICK, *FULL) if case.params.kind == "curves" for n in case.params.contexts})
PIXELS = sorted({n for case in (*QUICK, *FULL) if case.params.kind == "images" for n in case.params.contexts})


def by_context() -> tuple[Metric, ...]:
    """The gap by size of context; of images in both orders, and their squared errors, which the paper prints."""
    curves = [(f"excess_n{n}", f"Gap, n = {n}", f"from {n} points") for n in CONTEXTS]
    words = {"random": "random pixels", "ordered": "pixels from the top"}
    images = [
        (f"excess_{order}_{n}", f"Gap, {n} {word}", f"from {n} {word}") for n in PIXELS for order, word in words.items()
    ]
    errors = [(f"mse_{order}_{n}", f"MSE, {n} {word}", n, word) for n in PIXELS for order, word in words.items()]
    return (
        *(
            Metric(name=name, label=label, better="lower", unit="nats", description=f"The gap {text} alone.")
            for name, label, text in (*curves, *images)
        ),
        *(
            Metric(
                name=name,
                label=label,
                better="lower",
                digits=4,
                description=f"Squared error of the mean at the other pixels, given {n} {word}.",
            )
            for name, label, n, word in errors
        ),
    )


METRICS = (
    Metric(
        name="relative_gap",
        label="Relative gap",
        better="lower",
        description="The gap as a share of what separates knowing nothing (N(0, 1) for curves, a uniform density for pixels) "
        "from the reference, so that no family outweighs another: 0 is the exact predictive distribution (curves) or the "
        "best predictor that sees no pixel of the image (images; negative: ahead of it), 1 is knowing nothing.",
    ),
    Metric(
        name="excess_nll",
        label="Gap",
        better="lower",
        unit="nats",
        description="Nats a target behind the exact predictive distribution (curves), or behind the best predictor that sees "
        "no pixel of the image (images; negative: ahead of it). Mean over the sizes of context; a target's log-likelihood "
        "counts as −20 at least.",
    ),
    Metric(
        name="nll",
        label="Negative log-likelihood",
        better="lower",
        unit="nats",
        description="Of the targets, a target, mean over the sizes of context.",
    ),
    Metric(
        name="mse",
        label="MSE",
        better="lower",
        digits=4,
        description="Squared error of the mean at targets outside the context.",
    ),
    Metric(
        name="coverage90",
        label="Coverage of 90 % bands",
        better="nearest",
        target=0.9,
        unit="fraction",
        description="Share of the targets within 1.645 deviations of the mean.",
    ),
    Metric(
        name="context_mse",
        label="MSE at context points",
        better="lower",
        digits=4,
        description="Squared error where the context's own points are asked: how far it is under-fitted.",
    ),
    Metric(
        name="joint_energy",
        label="Energy score",
        better="lower",
        description="Of 32 joint samples at the second size of context, divided by the root of the number of targets: "
        "are the samples functions, or points drawn one by one?",
    ),
    Metric(
        name="joint_nll_ar",
        label="Joint NLL",
        better="lower",
        unit="nats",
        description="Full tier, curves: of 20 targets in a random order, each told before the next is asked (chain rule), "
        "a target, from 5 points.",
    ),
    Metric(
        name="joint_nll_oracle",
        label="Joint NLL of the oracle",
        better="context",
        unit="nats",
        description="The same of the exact predictive distribution.",
    ),
    Metric(
        name="order_gap",
        label="Dependence on order",
        better="lower",
        digits=6,
        description="Largest change of a mean or deviation where the context comes in another order.",
    ),
    Metric(
        name="target_gap",
        label="Dependence on other targets",
        better="lower",
        digits=6,
        description="Largest change of a mean or deviation where fewer targets are asked along with it.",
    ),
    Metric(
        name="std_error",
        label="Standard error",
        better="context",
        unit="nats",
        description="Of the gap, over the functions of this play.",
    ),
    Metric(
        name="fit_share",
        label="Budget used",
        better="context",
        unit="fraction",
        timing=True,
        description="Share of its budget that the fit used.",
    ),
    Metric(
        name="file_kib",
        label="File",
        better="context",
        unit="KiB",
        digits=1,
        description="Size of the method's file: what was learnt elsewhere comes in it.",
    ),
    Metric(
        name="episode_seconds",
        label="Seconds a function",
        better="lower",
        unit="s",
        digits=5,
        timing=True,
        description="CPU-seconds to predict one function of the scored rounds, at its targets and context points.",
    ),
    Metric(
        name="growth_context",
        label="Growth with the context",
        better="lower",
        digits=2,
        timing=True,
        description="Exponent of the cost from 128 to 512 context points at 64 targets: 1 is linear, 3 a factorisation.",
    ),
    Metric(
        name="growth_targets",
        label="Growth with the targets",
        better="lower",
        digits=2,
        timing=True,
        description="Exponent of the cost from 128 to 512 targets at 64 context points.",
    ),
    *by_context(),
)
