"""What is held against the board. The paper's seconds are units here, its CIFAR is digits that nobody has."""

from papers.evidence import Comparison, Evidence, Status

SPEED = "The paper's budget is wall time, on CIFAR"
CORRECTION = (
    "The authors' correction: of Fig. 3 it should read that almost all methods speed training up (uniform beats one of them "
    "there), and in Fig. 6 uniform is about equal to the upper bound."
)


def better(
    house: str,
    than: str,
    text: str,
    *,
    cases: tuple[str, ...],
    where: str,
    metric: str = "final_accuracy",
    status: Status = "checked",
    note: str = SPEED,
) -> Comparison:
    return Comparison(
        text=text, house=house, than=than, metric=metric, cases=cases, where=where, status=status, note=note
    )


def level(case: str, name: str, *, note: str = SPEED) -> tuple[Comparison, ...]:
    """The two claims of the abstract, and what stands beside them, at one level of noise. note: to these two."""
    return (
        better(
            "upper_bound",
            "uniform",
            f"Training loss up to an order of magnitude lower than uniform's, {name}",
            cases=(case,),
            where="abstract",
            metric="train_loss",
            note=note,
        ),
        better(
            "upper_bound",
            "uniform",
            f"Test error 5–17 % lower (relative) than uniform's, {name}",
            cases=(case,),
            where="abstract",
            note=note,
        ),
        better(
            "upper_bound_always",
            "uniform",
            f"Sampling by the upper bound has less variance than uniform sampling, {name}",
            cases=(case,),
            where="section 4.1",
            metric="variance_ratio",
            status="transcribed, unchecked",
        ),
        better(
            "upper_bound",
            "loss",
            f"The upper bound beats sampling by the loss, {name}",
            cases=(case,),
            where="Fig. 3",
            status="transcribed, unchecked",
        ),
    )


CORRECTED = f"{SPEED}. {CORRECTION}"  # said once a board, of what is closest to the paper's own setting
QUICK = Evidence(
    comparisons=(
        *level("digits/clean", "right labels", note=CORRECTED),
        *level("digits/noise20", "20 % noise"),
        *level("digits/noise40", "40 % noise"),
    )
)
FULL = Evidence(
    comparisons=(
        *level("cifar-jpeg/clean", "CIFAR-10 as JPEG copies", note=CORRECTED),
        *level("digits-lstm/clean", "a sequence of pixels"),
        *level("usps/fine-tuning", "fine-tuning"),
    )
)
