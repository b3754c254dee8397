"""What papers say of these methods. Imports no torch."""

from papers.task import Claim, Comparison

CLAIMS: tuple[Claim, ...] = ()
COMPARISONS = (
    Comparison(
        text="Regularised evolution beats random search on NAS-Bench-201, CIFAR-10",
        house="regularised_evolution",
        than="random_search",
        metric="regret",
        cases=("nb201/cifar10-plain",),
        where="Dong and Yang (ICLR 2020), results table",
        status="transcribed, unchecked",
        note="Their test accuracies: 93.92 against 93.70 %. The table here holds validation accuracies.",
    ),
)
