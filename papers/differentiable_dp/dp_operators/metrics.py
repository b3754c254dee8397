"""What the board measures. The first one ranks."""

from papers.differentiable_dp.dp_operators.probes import CHECKS
from papers.metrics import Metric

METRICS = (
    Metric(
        name="cost",
        label="Cost",
        better="lower",
        unit="log₁₀ CPU-s",
        description="Logarithm of the CPU-seconds of value and gradient at the longest length, all threads together: the "
        "cheapest of seven calls, the sending of its arrays with it. Where that length was left out, it is what the "
        "longest one played would cost if it grew with the work. Not given to methods that fail the gate.",
        timing=True,
        may_lack=True,
    ),
    Metric(
        name="pass_rate",
        label="Checks passed",
        better="higher",
        description="Share of the gate's checks that hold; only methods with 1 are ranked.",
    ),
    Metric(
        name="seconds",
        label="Value and gradient",
        better="lower",
        unit="CPU-s",
        digits=4,
        description="CPU-seconds of the cheapest call at the longest length that was played, with the sending of its arrays.",
        timing=True,
    ),
    Metric(
        name="seconds_product",
        label="Hessian product",
        better="lower",
        unit="CPU-s",
        digits=4,
        description="CPU-seconds of the cheaper of two Hessian-vector products at that length, with the sending.",
        timing=True,
    ),
    Metric(
        name="peak_mb",
        label="Peak memory",
        better="lower",
        unit="MiB",
        digits=1,
        description="The most memory that a timed call took, the interpreter's own included.",
        timing=True,
    ),
    Metric(
        name="longest",
        label="Longest length",
        better="context",
        unit="steps",
        digits=0,
        description="The longest length that was played: one whose calls cost over 1 CPU-second is the last.",
        timing=True,
    ),
    Metric(
        name="value_error",
        label="Value error",
        better="lower",
        digits=9,
        description="Worst error of a value, relative to the greater of 1 and the value.",
    ),
    Metric(
        name="gradient_error",
        label="Gradient error",
        better="lower",
        digits=9,
        description="Worst absolute error of an expected path.",
    ),
    Metric(
        name="product_error",
        label="Product error",
        better="lower",
        digits=9,
        description="Worst error of a Hessian-vector product, relative to its norm.",
    ),
    Metric(
        name="exact_zeros",
        label="Exact zeros",
        better="context",
        description="Share of exact zeros in the expected paths: what the squared norm brings.",
    ),
    Metric(
        name="outside_load",
        label="Between calls",
        better="lower",
        unit="CPU-s/s",
        description="CPU-seconds used between calls, by threads that outlive them, for each second that passes there.",
        timing=True,
    ),
    *(
        Metric(
            name=f"failed_{check}",
            label=f"Failed: {check}",
            better="context",
            digits=0,
            description=f"How many of these checks failed: {what}.",
        )
        for check, what in CHECKS.items()
    ),
)
