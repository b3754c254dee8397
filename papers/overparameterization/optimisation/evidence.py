"""What is held against the board: the paper prints curves, so every claim is an order of two methods."""

from papers.evidence import Comparison, Evidence

NOTE = "The paper's gas-sensor table is not at hand; here it is diabetes, with targets that nobody knows."
COARSE = "steps_1e3_coarse"


def faster(house: str, than: str, text: str, *, metric: str, cases: tuple[str, ...], where: str) -> Comparison:
    return Comparison(
        text=text,
        house=house,
        than=than,
        metric=metric,
        cases=cases,
        where=where,
        status="transcribed, unchecked",
        note=NOTE,
    )


L4 = ("diabetes/l4",)
QUICK = Evidence(
    comparisons=(
        faster(
            "deep2",
            "gd",
            "Depth 2 beats one layer on ℓ4, step size on the fine grid",
            metric="steps_1e3",
            cases=L4,
            where="figures 3 to 5",
        ),
        faster(
            "deep2",
            "gd",
            "Depth 2 beats one layer on ℓ4, step size on a coarse grid",
            metric=COARSE,
            cases=L4,
            where="figures 3 to 5",
        ),
        faster(
            "deep3",
            "gd",
            "Depth 3 beats one layer on ℓ4, step size on the fine grid",
            metric="steps_1e3",
            cases=L4,
            where="figures 3 to 5",
        ),
        faster(
            "deep3",
            "gd",
            "Depth 3 beats one layer on ℓ4, step size on a coarse grid",
            metric=COARSE,
            cases=L4,
            where="figures 3 to 5",
        ),
        faster(
            "gd",
            "deep3",
            "Depth 3 does not beat one layer on ℓ2",
            metric="steps_1e3",
            cases=("diabetes/l2",),
            where="figures 3 to 5",
        ),
        faster(
            "deep2", "adagrad", "Depth 2 beats AdaGrad on ℓ4", metric="log_gap_auc", cases=L4, where="figures 3 to 5"
        ),
        faster(
            "deep2", "adadelta", "Depth 2 beats AdaDelta on ℓ4", metric="log_gap_auc", cases=L4, where="figures 3 to 5"
        ),
        faster(
            "adam_deep2",
            "adam",
            "Adam gains from a second layer on ℓ4",
            metric="log_gap_auc",
            cases=L4,
            where="figures 3 to 5",
        ),
        faster(
            "deep2",
            "nesterov",
            "Depth accelerates more than common acceleration schemes do: Nesterov",
            metric="log_gap_auc",
            cases=L4,
            where="abstract",
        ),
        faster(
            "deep2",
            "adam",
            "Depth accelerates more than common acceleration schemes do: Adam",
            metric="log_gap_auc",
            cases=L4,
            where="abstract",
        ),
    )
)
NETS = ("mnist/mlp", "mnist/convnet")
FULL = Evidence(
    comparisons=(
        faster(
            "deep2",
            "gd",
            "Doubled dense layers lower a network's training loss faster",
            metric="log_gap_auc",
            cases=NETS,
            where="figure 5",
        ),
    )
)
