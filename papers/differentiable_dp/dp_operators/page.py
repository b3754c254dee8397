"""What the board's page shows beside the table: figures and flags."""

from papers.differentiable_dp.dp_operators.probes import CHECKS
from papers.figures import Figure, Frames, Overlay, Scatter
from papers.metrics import Flag

PROGRAMS = ("viterbi/entropy", "viterbi/l2", "dtw/entropy", "dtw/l2")


def overlay(case: str, curve: str, series: str, label: str, note: str) -> Overlay:
    return Overlay(
        title=f"{curve} against length, {case}",
        curve=curve,
        series=series,
        case=case,
        x_label="steps",
        y_label=label,
        log_x=True,
        log_y=True,
        note=note,
    )


FIGURES: tuple[Figure, ...] = (
    *(
        overlay(case, "CPU-seconds", "value and gradient", "CPU-seconds a call", "The cheapest call of each length.")
        for case in PROGRAMS
    ),
    *(
        overlay(case, "Error", "gradient", "worst error of the expected path", "Against float64, of float32 problems.")
        for case in PROGRAMS
    ),
    *(
        Frames(
            title=f"Expected path from hard to smooth, {case}",
            matrix="Expected path",
            case=case,
            x_label="step" if case.startswith("viterbi") else "second series",
            y_label="state" if case.startswith("viterbi") else "first series",
            note="The slider moves gamma. "
            + ("Most cells stay exactly 0." if case.endswith("l2") else "Every path keeps a share, however small."),
        )
        for case in PROGRAMS
    ),
    Scatter(
        title="Accuracy against cost",
        x="seconds",
        y="gradient_error",
        log_x=True,
        log_y=True,
        note="Worst error of an expected path against CPU-seconds of value and gradient: means over the cases.",
    ),
)
FLAGS = (
    *(
        Flag(
            label=f"fails: {check}",
            metric=f"failed_{check}",
            above=0.0,
            text=f"Wrong on some case: {what}. Not ranked; its run shows which problem, and by how much.",
        )
        for check, what in CHECKS.items()
    ),
    Flag(
        label="works between calls",
        metric="outside_load",
        above=0.1,
        text="Its threads used CPU time between the calls, where it is not timed.",
    ),
)
