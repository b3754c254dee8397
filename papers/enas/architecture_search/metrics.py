"""The metrics of the board. Imports no torch."""

from papers.metrics import Metric

METRICS = (
    Metric(
        name="shortfall",
        label="Shortfall",
        better="lower",
        description="Regret in units of the case's own spread, the regret of the middle one of its cells: 0 is the best cell, "
        "1 one that half of the space beats. Each case weighs the same.",
    ),
    Metric(
        name="regret",
        label="Regret",
        better="lower",
        unit="points",
        description="Accuracy of the best cell of the space minus that of the final answer, in points of percent. Every cell "
        "was trained, so it is exact up to the truths' own error: the next column.",
    ),
    Metric(
        name="truth_error",
        label="Error of the truth",
        better="context",
        unit="points",
        description="Twice the standard error of the difference between the best cell's truth and that of the answer: its regret "
        "is so uncertain.",
    ),
    Metric(
        name="hours_to_regret",
        label="Hours to target",
        better="lower",
        unit="GPU-hours",
        digits=4,
        timing=True,
        description="Hours from which on the answer stayed within the target of the optimum (half a point; 2 points on the "
        "digits, whose truths are noisier): the recorded hours of all that was asked plus the method's own CPU or "
        "GPU time. A run whose last answer is not so near counts with its whole budget, a lower bound: see the next column.",
    ),
    Metric(
        name="censored",
        label="Not there",
        better="lower",
        unit="share",
        description="Share of the runs that did not end within the target: their hours are a lower bound only.",
    ),
    Metric(
        name="regret_auc",
        label="Anytime regret",
        better="lower",
        unit="points",
        description="Mean regret of the current answer over the charged hours, from 0 to the budget.",
    ),
    Metric(
        name="in_tied_set",
        label="Solved",
        better="higher",
        unit="share",
        description="Whether the answer is tied with the optimum: within two standard errors of the difference.",
    ),
    Metric(
        name="at_best",
        label="The very best",
        better="context",
        unit="share",
        description="On the committed table of the digits: whether the answer is the best cell itself. Its top is so flat, and a "
        "reply so noisy, that a search hits it by luck alone.",
    ),
    Metric(
        name="reached",
        label="Within noise",
        better="higher",
        unit="share",
        description="Whether the answer ever came within the table's noise: .25, .75, 1 and 2 points on CIFAR-10, "
        "CIFAR-100, ImageNet16-120 and the digits.",
    ),
    Metric(
        name="rank_percentile",
        label="Better cells",
        better="lower",
        unit="%",
        description="Share of the space that is better than the answer.",
    ),
    Metric(
        name="kendall_tau",
        label="Kendall’s τ",
        better="higher",
        description="Agreement of the method's last shared-weight scores with the truth, where it scored at least 20 cells.",
    ),
    Metric(
        name="answer_size",
        label="Size of the answer",
        better="lower",
        unit="M or conv3",
        description="Millions of parameters (NAS-Bench-201), or size in 3×3 convolutions (digits).",
    ),
    Metric(
        name="trainings", label="Trainings", better="lower", description="Full trainings that were bought.", digits=1
    ),
    Metric(
        name="gpu_hours",
        label="GPU-hours",
        better="lower",
        unit="hours",
        digits=4,
        timing=True,
        description="Everything that the search cost: charged hours plus the method's own device time.",
    ),
    Metric(
        name="own_seconds",
        label="Own time",
        better="lower",
        unit="s",
        digits=2,
        timing=True,
        description="The method's own part of that: seconds that its calls took, seen from outside.",
    ),
    Metric(
        name="best_truth",
        label="Optimum",
        better="context",
        unit="%",
        description="Accuracy of the best cell, found by enumeration: the oracle, whose regret is 0.",
    ),
    Metric(
        name="tied_cells",
        label="Tied with it",
        better="context",
        digits=1,
        description="Cells that the table's noise does not tell from the best one.",
    ),
)
