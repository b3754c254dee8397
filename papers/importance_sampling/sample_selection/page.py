"""What the board's page shows beside the table: figures and flags."""

from papers.figures import Against, Figure, Heatmap, Overlay, Scatter
from papers.importance_sampling.problem.setting import Network, Source
from papers.metrics import Flag


def over_training(
    name: str, series: str, case: str, *, y_label: str, note: str = "", reference: str = "", log_y: bool = False
) -> Overlay:
    return Overlay(
        title=f"{name} against charged units, {case}",
        curve=name,
        series=series,
        case=case,
        x_label="units",
        y_label=y_label,
        note=note,
        reference=reference,
        log_y=log_y,
    )


def against_noise(source: Source, network: Network) -> Against:
    """The board's question comes first."""
    return Against(
        title="Accuracy against noise",
        metric="final_accuracy",
        x="noise",
        x_label="probability that a label is replaced",
        where={"corruption": "symmetric", "source": source, "network": network},
        note="What is importance sampling worth when labels are wrong?",
    )


TABLES: tuple[Figure, ...] = (
    Scatter(
        title="Variance against accuracy",
        x="variance_ratio",
        y="final_accuracy",
        log_x=True,
        note="Left: a quieter gradient. Of biased choices that is no merit: what they estimate is another gradient. Choices "
        "without any chance, as the top k are, have none and no place on a logarithmic axis.",
    ),
    Scatter(
        title="Wall seconds at equal units against accuracy",
        x="seconds",
        y="final_accuracy",
        note="All methods are charged the same units; the paper's own currency is wall time. What a step costs beside its passes "
        "is not charged: the same units take different seconds.",
    ),
    Heatmap(title="Accuracy by case", metric="final_accuracy"),
    Heatmap(title="Share of wrong labels chosen", metric="wrong_share"),
)
QUICK: tuple[Figure, ...] = (
    against_noise("digits", "dense"),
    *(
        over_training("Accuracy", "accuracy", case, y_label="accuracy on clean test samples")
        for case in ("digits/clean", "digits/noise40")
    ),
    *(
        over_training("Training loss", "loss", case, y_label="nats", log_y=True)
        for case in ("digits/clean", "digits/noise40")
    ),
    over_training(
        "Variance",
        "variance",
        "digits/clean",
        y_label="variance, uniform = 1",
        note="Exact, of the gradient estimate, in units of a uniform batch's.",
    ),
    over_training(
        "Wrong labels",
        "chosen",
        "digits/noise40",
        y_label="share with a wrong label",
        reference="in the set",
        note="Of the samples trained on since the last checkpoint.",
    ),
    *TABLES,
)
FULL = (against_noise("mnist", "lenet"), *TABLES)
FLAGS = (
    Flag(
        label="diverged",
        metric="diverged",
        above=0.0,
        text="On some seed its loss went to infinity.",
    ),
    Flag(
        label="biased",
        metric="bias",
        above=0.05,
        text="Its gradient is not the mean gradient of the candidates: it minimises another loss. Under noise that may be wise.",
    ),
)
