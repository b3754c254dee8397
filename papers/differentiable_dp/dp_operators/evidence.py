"""What the paper says of these operators, as comparisons of house methods. Imports no torch."""

from papers.evidence import Comparison, Contrast, Evidence

ENTROPY, L2 = ("viterbi/entropy", "dtw/entropy"), ("viterbi/l2", "dtw/l2")
QUICK = Evidence(
    comparisons=(
        Comparison(
            text="The recursions of the paper cost less than automatic differentiation of the same program",
            house="closed_form",
            than="loop_rescaled",
            metric="seconds",
            cases=(*ENTROPY, *L2),
            where="section on gradients: computed in the time of the value",
            status="transcribed, unchecked",
            note="The paper claims the same order of cost; here the constants are compared.",
        ),
        Comparison(
            text="Hessian-vector products too",
            house="closed_form",
            than="loop_rescaled",
            metric="seconds_product",
            cases=(*ENTROPY, *L2),
            where="section on directional derivatives",
            status="transcribed, unchecked",
        ),
    ),
    contrasts=(
        Contrast(label="Viterbi: squared norm − entropy", of="viterbi/l2", against="viterbi/entropy"),
        Contrast(label="DTW: squared norm − entropy", of="dtw/l2", against="dtw/entropy"),
    ),
)
